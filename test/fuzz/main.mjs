// npm run fuzz
import { compileAndRun } from '../support/compile.mjs';

await compileAndRun('fuzz');
