// npm run simulate-faults
import { compileAndRun } from '../support/compile.mjs';

await compileAndRun('simulation');
