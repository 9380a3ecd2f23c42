import type { Policy } from '../decide/policy.ts';
import type { Duration } from '../kernel/time.ts';
import type { OutputFormat } from '../records/output-records.ts';
import type { RecordReader } from '../records/reader.ts';
import type { Clocks } from './clock.ts';
import type { Log } from './log.ts';
import type { ShardObserver } from './observer.ts';
import type { ShardSettings } from './settings.ts';
import type { StateStore } from './state-store.ts';

/** What every shard of a process shares. */
export interface ShardDeps extends Clocks {
  readonly log: Log;
  readonly store: StateStore;
  readonly reader: RecordReader;
  readonly observer: ShardObserver;
  readonly settings: ShardSettings;
  readonly outputFormat: OutputFormat;
  /** The policy in force; a turn asks once and keeps what it got. */
  policy(): Policy;
  /** The only form in which a customer is stored. */
  customerKey(customerId: string): string;

  /** A text that no one else comes up with. */
  nonce(): string;
  /** Resolves after the time, or at once when the signal aborts. */
  wait(duration: Duration, signal: AbortSignal): Promise<void>;
}
