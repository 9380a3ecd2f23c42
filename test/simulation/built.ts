import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { buildSimulation } from './build.mjs';

const MODULES = fileURLToPath(new URL('../../node_modules', import.meta.url));
const runFile = promisify(execFile);

/** The compiled simulation in a folder of its own: several times faster than what a test runner transforms. */
export interface Built {
  readonly folder: string;
  /** Another folder with a copy, to be changed. */
  copy(name: string): Built;
  remove(): void;
}

export function buildForTests(): Built {
  const root = mkdtempSync(join(tmpdir(), 'tact-simulation-'));
  const folder = join(root, 'sound');
  buildSimulation(folder);
  symlinkSync(MODULES, join(root, 'node_modules'));
  const at = (place: string): Built => ({
    folder: place,
    copy(name) {
      cpSync(folder, join(root, name), { recursive: true });
      return at(join(root, name));
    },
    remove: () => rmSync(root, { recursive: true, force: true }),
  });
  return at(folder);
}

export interface Result {
  readonly seeds: number;
  readonly reds: readonly { readonly seed?: number; readonly invariant: string; readonly message: string }[];
  readonly felt: Readonly<Record<string, number>>;
}

/** What the command says of these seeds. */
export async function runCommand({ folder }: Built, args: readonly string[]): Promise<Result> {
  const command = join(folder, 'test', 'simulation', 'command.js');
  // Red is its exit code; what it says is the same.
  const said = await runFile(process.execPath, [command, '--json', ...args]).catch((error) => error);
  if (typeof said.stdout !== 'string' || said.stdout === '')
    throw new Error(`the simulation said: ${said.stderr}`);
  return JSON.parse(said.stdout) as Result;
}
