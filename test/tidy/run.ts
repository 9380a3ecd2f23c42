import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from './tree.ts';

/** Runs a tool of node_modules in a folder; resolves whatever its exit code is. */
export function runTool(
  script: string,
  args: readonly string[],
  cwd: string = ROOT,
): Promise<{ ok: boolean; output: string; errors: string }> {
  return new Promise((resolve) => {
    const command = [join(ROOT, 'node_modules', script), ...args];
    execFile(process.execPath, command, { cwd, maxBuffer: 2 ** 27 }, (error, output, errors) =>
      resolve({ ok: error === null, output, errors }),
    );
  });
}
