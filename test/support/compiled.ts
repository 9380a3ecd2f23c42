import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { compile } from './compile.mjs';

const MODULES = fileURLToPath(new URL('../../node_modules', import.meta.url));
/** What compiling may take on a busy machine. */
export const COMPILING_MS = 180_000;
const OUTPUT_MAX = 64 * 1024 * 1024;
const runFile = promisify(execFile);

/** A compiled program in a folder of its own: several times faster than what a test runner transforms. */
export interface Compiled {
  readonly folder: string;
  /** Another folder with a copy, to be changed. */
  copy(name: string): Compiled;
  remove(): void;
}

export function compileForTests(part: 'simulation' | 'fuzz'): Compiled {
  const root = mkdtempSync(join(tmpdir(), `tact-${part}-`));
  const sound = join(root, 'sound');
  compile(part, sound);
  symlinkSync(MODULES, join(root, 'node_modules'));
  const at = (folder: string): Compiled => ({
    folder,
    copy(name) {
      const copy = join(root, name.replaceAll(' ', '-'));
      cpSync(sound, copy, { recursive: true });
      return at(copy);
    },
    remove: () => rmSync(root, { recursive: true, force: true }),
  });
  return at(sound);
}

/** What the program's command says in JSON. */
export async function runCommand<Result>(
  { folder }: Compiled,
  part: 'simulation' | 'fuzz',
  args: readonly string[],
): Promise<Result> {
  const command = join(folder, 'test', part, 'command.js');
  // A finding is its exit code; what it says is the same.
  const said = await runFile(process.execPath, [command, '--json', ...args], { maxBuffer: OUTPUT_MAX }).catch(
    (error) => error,
  );
  if (typeof said.stdout !== 'string' || said.stdout === '') throw new Error(`${part} said: ${said.stderr}`);
  return JSON.parse(said.stdout) as Result;
}
