import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const ROOT = new URL('../..', import.meta.url).pathname;

/** What git would ignore; needed where the tree came without git, such as from an archive. */
const IGNORED = /^(\.git|node_modules|dist|coverage|\.tact)$|\.log$/;

/** Every file that git tracks and that is there, by its path from the top; `/` between folders. */
export function listFiles(): readonly string[] {
  const files = existsSync(join(ROOT, '.git')) ? gitFiles() : walk('');
  return files.filter((file) => existsSync(join(ROOT, file)));
}

/** The TypeScript files of src or of one of its rooms, tracked or not. */
export function listSources(room = ''): readonly string[] {
  return readdirSync(join(ROOT, 'src', room), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => join('src', room, file))
    .sort();
}

/** The folders of src. */
export function listRooms(): readonly string[] {
  return readdirSync(join(ROOT, 'src'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
}

export function read(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8');
}

function gitFiles(): readonly string[] {
  const list = execFileSync('git', ['ls-files', '-z'], { cwd: ROOT, encoding: 'utf8' });
  return list.split('\0').filter((file) => file !== '');
}

function walk(folder: string): readonly string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true })
    .filter(({ name }) => !IGNORED.test(name))
    .flatMap((entry) => (entry.isDirectory() ? walk(join(folder, entry.name)) : [join(folder, entry.name)]));
}
