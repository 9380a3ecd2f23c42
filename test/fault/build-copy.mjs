import { cpSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from '../stack/children.mjs';
import { patch } from '../support/patch.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const COMPILER = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');

/**
 * Builds the sources as they are now into a folder of its own, so that nothing is tested that was built before.
 * @param {string} folder
 */
export function build(folder) {
  furnish(folder);
  // Types are checked elsewhere; here it has to be quick.
  const args = [COMPILER, '-p', join(ROOT, 'tsconfig.json'), '--noCheck', '--outDir', join(folder, 'dist')];
  const { ok, output } = run(process.execPath, args, { cwd: ROOT });
  if (!ok) throw new Error(`the sources do not build:\n${output}`);
}

/** The main module of a build. */
export function mainOf(folder) {
  return join(folder, 'dist', 'main.js');
}

/**
 * Copies a build and changes the copy.
 * @param {string} from
 * @param {string} folder
 * @param {import('../support/broken.mjs').Patch[]} patches
 */
export function copyBuild(from, folder, patches) {
  furnish(folder);
  cpSync(join(from, 'dist'), join(folder, 'dist'), { recursive: true });
  patch(join(folder, 'dist'), patches);
}

/** What the program needs beside its modules. */
function furnish(folder) {
  mkdirSync(folder, { recursive: true });
  for (const part of ['schemas', 'package.json'])
    cpSync(join(ROOT, part), join(folder, part), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
}
