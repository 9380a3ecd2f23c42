import type { Abilities } from '../../../src/cli/abilities.ts';
import { runCli } from '../../../src/cli/cli.ts';
import type { ExitCode } from '../../../src/cli/exit-codes.ts';
import { createStyle } from '../../../src/cli/render/style.ts';
import type { Terminal } from '../../../src/cli/terminal.ts';

export interface FakeTerminal extends Terminal {
  /** Everything written to standard output. */
  readonly out: string;
  /** The lines said on standard error. */
  readonly said: readonly string[];
  readonly progressLines: readonly string[];
  /** Sends the first SIGINT. */
  stop(): void;
}

/** A terminal that remembers; not a TTY, no colours, its clock stands at noon. */
export function fakeTerminal(
  options: {
    input?: string;
    animated?: boolean;
    environment?: Record<string, string>;
    now?: () => number;
  } = {},
): FakeTerminal {
  const written = { out: '', said: [] as string[], progressLines: [] as string[] };
  const stopping = new AbortController();
  return {
    get out() {
      return written.out;
    },
    said: written.said,
    progressLines: written.progressLines,
    stop: () => stopping.abort(),
    input: (async function* () {
      yield options.input ?? '';
    })(),
    inputIsTyped: options.input === undefined,
    data: async (text) => {
      written.out += text;
    },
    say: (line) => void written.said.push(line),
    progress: (line) => void written.progressLines.push(line),
    animated: options.animated ?? false,
    style: createStyle(false),
    sayStyle: createStyle(false),
    columns: 80,
    environment: options.environment ?? {},
    workingDirectory: '/nowhere',
    now: options.now ?? (() => Date.UTC(2026, 2, 10, 12)),
    timezone: 'UTC',
    stopSignal: () => stopping.signal,
  };
}

/** Abilities of which a test fills in those that its command uses. */
export function fakeAbilities(some: Partial<Abilities>): Abilities {
  return new Proxy(some as Abilities, {
    get(target, name) {
      const ability = Reflect.get(target, name);
      // An awaited value is asked whether it is a promise.
      if (ability === undefined && name !== 'then') throw new Error(`the command asked for ${String(name)}`);
      return ability;
    },
  });
}

/** Runs one command line against fakes. */
export async function cli(
  args: readonly string[],
  some: Partial<Abilities> = {},
  terminal: FakeTerminal = fakeTerminal(),
): Promise<{ code: ExitCode; out: string; said: string; terminal: FakeTerminal }> {
  const code = await runCli(args, terminal, async () => fakeAbilities(some));
  return { code, out: terminal.out, said: terminal.said.join('\n'), terminal };
}
