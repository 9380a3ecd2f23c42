import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from '../stack/children.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const COMPILER = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
/** Written plainly, so that no compiler has to copy it. */
const RANDOM = join('test', 'support', 'random.mjs');

/**
 * Compiles a program under `test` with the sources as they are now, so that nothing is run that was built before. Returns the
 * module of its command.
 * @param {'simulation' | 'fuzz'} part
 * @param {string} folder
 */
export function compile(part, folder) {
  const args = [COMPILER, '-p', join(ROOT, 'test', part, 'tsconfig.json'), '--outDir', folder];
  const { ok, output } = run(process.execPath, args, { cwd: ROOT });
  if (!ok) throw new Error(`test/${part} does not compile:\n${output}`);
  mkdirSync(join(folder, 'test', 'support'), { recursive: true });
  for (const part of [RANDOM, 'schemas', 'package.json', join('deploy', 'policies')])
    cpSync(join(ROOT, part), join(folder, part), { recursive: true });
  return join(folder, 'test', part, 'command.js');
}

/** Compiles into a folder of the working tree that nobody keeps, and runs the command there. */
export async function compileAndRun(part) {
  await import(compile(part, join(ROOT, '.compiled')));
}
