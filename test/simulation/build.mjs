import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from '../stack/children.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const COMPILER = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
/** Written plainly, so that no compiler has to copy it. */
const RANDOM = join('test', 'support', 'random.mjs');

/**
 * Compiles the simulation with the sources as they are now, so that nothing is simulated that was built before. Returns the
 * module of the command.
 * @param {string} folder
 */
export function buildSimulation(folder) {
  const args = [COMPILER, '-p', join(ROOT, 'test', 'simulation', 'tsconfig.json'), '--outDir', folder];
  const { ok, output } = run(process.execPath, args, { cwd: ROOT });
  if (!ok) throw new Error(`the simulation does not build:\n${output}`);
  mkdirSync(join(folder, 'test', 'support'), { recursive: true });
  cpSync(join(ROOT, RANDOM), join(folder, RANDOM));
  for (const part of ['schemas', 'package.json'])
    cpSync(join(ROOT, part), join(folder, part), { recursive: true });
  return join(folder, 'test', 'simulation', 'command.js');
}
