import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Changes compiled modules. Throws when a patch does not find its text exactly once: then the code has moved on, and the patch
 * has to follow it.
 * @param {string} folder
 * @param {readonly import('./broken.mjs').Patch[]} patches
 */
export function patch(folder, patches) {
  for (const { file, find, put } of patches) {
    const path = join(folder, file);
    const parts = readFileSync(path, 'utf8').split(find);
    if (parts.length !== 2)
      throw new Error(`${file} holds this text ${parts.length - 1} times, expected once: ${find}`);
    writeFileSync(path, parts.join(put));
  }
}
