import type { Command } from 'commander';
import type { Config } from '../config/config.ts';
import { TactError } from '../kernel/errors.ts';
import { SECOND } from '../kernel/time.ts';
import type { Abilities, Governing } from './abilities.ts';
import type { CommandContext } from './command.ts';
import { addCommand, withConfig } from './command.ts';
import { readConfig } from './config-file.ts';
import { wholeNumber } from './parse-option.ts';
import { readConfiguredPolicy } from './policy-file.ts';

interface RunOptions {
  readonly config?: string;
  readonly startWithin: number;
}

export function addRun(parent: Command, { terminal, abilities }: CommandContext): void {
  const command = addCommand(parent, 'run', {
    summary: 'govern until told to stop',
    details:
      'Takes its share of the shards, decides what arrives, and goes on until SIGTERM or Ctrl-C; then it finishes what is in hand and leaves. A second signal ends it at once.',
    examples: [
      ['tact run', 'with tact.yaml of this folder'],
      ['tact run --config /etc/tact/tact.yaml', 'with another'],
    ],
  });
  command.option(
    '--start-within <seconds>',
    'give up when Kafka or Redis do not answer',
    wholeNumber(1, 3_600),
    60,
  );
  withConfig(command).action(async (options: RunOptions) => {
    const config = readConfig(options, terminal, { warns: true });
    // A policy with errors is told with all its places before anything is connected to.
    readConfiguredPolicy(config, terminal);
    const signal = terminal.stopSignal();
    const governing = await startUnlessStopped(await abilities(), config, options, signal);
    if (!governing) return terminal.say('Stopped before it began.');
    terminal.say(`Governing. Probes and metrics: ${governing.address}/livez /readyz /metrics`);
    const stopped = stopWhenAsked(signal, () => {
      terminal.say('Stopping: finishing what is in hand; a second signal ends at once.');
      return governing.stop();
    });
    await Promise.race([governing.stopped, stopped]);
    terminal.say('Stopped.');
  });
}

/** Undefined when the end was asked for before it stood. */
async function startUnlessStopped(
  { govern }: Abilities,
  config: Config,
  { startWithin }: RunOptions,
  signal: AbortSignal,
): Promise<Governing | undefined> {
  try {
    return await govern(config, { within: startWithin * SECOND, signal });
  } catch (error) {
    if (signal.aborted) return undefined;
    throw isPortTaken(error) ? portTaken(config, error) : error;
  }
}

function isPortTaken(error: unknown): boolean {
  return error instanceof Error && (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
}

function portTaken({ http: { host, port } }: Config, cause: unknown): TactError {
  return new TactError(
    'invalid-config',
    `port ${port} of ${host} is taken; is tact run up already? Set http.port or TACT_HTTP_PORT to another, or to 0 for any`,
    { cause },
  );
}

/** Resolves after `stop`, or rejects with it, once the signal is aborted. */
function stopWhenAsked(signal: AbortSignal, stop: () => Promise<void>): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = () => stop().then(resolve, reject);
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
}
