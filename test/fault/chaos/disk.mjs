import { appendFileSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { run, whenLeaving } from '../../stack/children.mjs';

const CHUNK_BYTES = 4 * 1024 * 1024;

/** A file system of its own that can be filled to the last byte, where this machine lets us mount one; else a plain folder. */
export class Disk {
  folder;
  /** Whether it has a size of its own. */
  isBounded = false;

  /** @param {string} folder @param {number} megabytes */
  static mount(folder, megabytes) {
    const disk = new Disk();
    disk.folder = folder;
    mkdirSync(folder, { recursive: true });
    disk.isBounded = run('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder]).ok;
    whenLeaving(() => disk.unmount());
    return disk;
  }

  /** Leaves not one byte. */
  fill() {
    if (!this.isBounded) return;
    const chunk = Buffer.alloc(CHUNK_BYTES);
    try {
      for (;;) appendFileSync(this.#filler, chunk);
    } catch {
      // There is no space left.
    }
  }

  free() {
    rmSync(this.#filler, { force: true });
  }

  unmount() {
    if (!this.isBounded) return;
    this.isBounded = false;
    run('umount', ['-l', this.folder]);
  }

  get #filler() {
    return join(this.folder, 'filler');
  }
}
