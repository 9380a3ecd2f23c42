import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/**
 * One exact text in one file of the build, and what stands there instead.
 * @typedef {{ file: string, find: string, put: string }} Patch
 */

/**
 * Copies the built command line and changes the copy. Throws when a patch does not find its text exactly once: then the code
 * has moved on, and the patch has to follow it.
 * @param {string} folder
 * @param {Patch[]} [patches]
 * @returns {string} the copy's main module
 */
export function copyBuild(folder, patches = []) {
  mkdirSync(folder, { recursive: true });
  for (const part of ['dist', 'schemas', 'package.json']) cpSync(join(ROOT, part), join(folder, part), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  for (const { file, find, put } of patches) {
    const path = join(folder, 'dist', file);
    const parts = readFileSync(path, 'utf8').split(find);
    if (parts.length !== 2) throw new Error(`dist/${file} holds this text ${parts.length - 1} times, expected once: ${find}`);
    writeFileSync(path, parts.join(put));
  }
  return join(folder, 'dist', 'main.js');
}
