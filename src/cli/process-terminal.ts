import { once } from 'node:events';
import { EXIT } from './exit-codes.ts';
import { createStyle, visibleWidth, wantsColor } from './render/style.ts';
import type { Terminal } from './terminal.ts';

const CLEAR_LINE = '\r\u001b[2K';

/** The terminal of this process. */
export function processTerminal(process: NodeJS.Process): Terminal {
  const { stdout, stderr, stdin } = process;
  const env = takeEnvironment(process);
  const animated = stderr.isTTY === true && env.TERM !== 'dumb';
  // A terminal that does not know its width says 0.
  const columns = stderr.columns || 80;
  let shown = false;
  let stop: AbortSignal | undefined;
  const clear = () => {
    if (shown) stderr.write(CLEAR_LINE);
    shown = false;
  };
  return {
    input: stdin,
    inputIsTyped: stdin.isTTY === true,
    animated,
    columns,
    style: createStyle(wantsColor(stdout, env)),
    sayStyle: createStyle(wantsColor(stderr, env)),
    environment: env,
    workingDirectory: process.cwd(),
    timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    now: () => Date.now(),
    async data(text) {
      clear();
      if (!stdout.write(text)) await once(stdout, 'drain');
    },
    say(line) {
      clear();
      stderr.write(`${line}\n`);
    },
    progress(line) {
      if (!animated) return;
      clear();
      if (line === '') return;
      stderr.write(visibleWidth(line) < columns ? line : [...line].slice(0, columns - 1).join(''));
      shown = true;
    },
    stopSignal() {
      stop ??= listenForStop(process);
      return stop;
    },
  };
}

/**
 * What was set, with what was set for Tact taken out of the process: secrets may be among it, and Node writes the environment
 * that is left into every report of a crash.
 */
function takeEnvironment({ env }: NodeJS.Process): Terminal['environment'] {
  const taken = { ...env };
  for (const name of Object.keys(taken)) if (name.startsWith('TACT_')) delete env[name];
  return taken;
}

function listenForStop(process: NodeJS.Process): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (controller.signal.aborted) process.exit(signal === 'SIGINT' ? EXIT.interrupted : EXIT.unexpected);
      controller.abort(signal);
    });
  }
  return controller.signal;
}
