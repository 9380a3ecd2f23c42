// npm run simulate-faults: compiles the simulation with the sources as they are, and runs its command.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSimulation } from './build.mjs';

await import(buildSimulation(join(fileURLToPath(new URL('../..', import.meta.url)), '.simulation')));
