import type { Instant } from '../kernel/time.ts';
import type { Style } from './render/style.ts';

/** Where a command reads and writes. Data goes to `data`, everything said about it to `say`. */
export interface Terminal {
  readonly input: AsyncIterable<Uint8Array | string>;
  /** True when a person types: reading would wait for them. */
  readonly inputIsTyped: boolean;
  /** Writes to standard output as it is; resolves when more may be written. */
  data(text: string): Promise<void>;
  /** Writes one line to standard error. */
  say(line: string): void;
  /** Replaces the line last shown in place; empty clears it. Does nothing where `animated` is false. */
  progress(line: string): void;
  /** True when standard error is a terminal that can redraw a line. */
  readonly animated: boolean;
  /** Colours of standard output and of standard error. */
  readonly style: Style;
  readonly sayStyle: Style;
  readonly columns: number;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly workingDirectory: string;
  now(): Instant;
  /** Zone of the machine, for times that belong to no customer. */
  readonly timezone: string;
  /** Aborted at the first SIGINT or SIGTERM; from the first call on, a second signal ends the process at once. */
  stopSignal(): AbortSignal;
}
