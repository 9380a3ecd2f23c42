import { TactError } from '../kernel/errors.ts';
import type { Duration } from '../kernel/time.ts';
import type { LogRecord, TopicPartition } from '../model/record.ts';
import type { Clocks } from './clock.ts';
import type { FetchedRecords, Log } from './log.ts';

export interface ChangelogReading {
  readonly log: Pick<Log, 'fetch'>;
  readonly clocks: Pick<Clocks, 'monotonic'>;
  readonly place: TopicPartition;
  /** How long one fetch waits. */
  readonly fetchWait: Duration;
  /** How long nothing more may come although there is more. */
  readonly timeout: Duration;
  readonly signal: AbortSignal;
}

/** Reads committed records of one changelog partition, up to its end. */
export class ChangelogReader {
  readonly #reading: ChangelogReading;

  constructor(reading: ChangelogReading) {
    this.#reading = reading;
  }

  /**
   * What follows `offset`, until the end of the partition. Throws `log-inconsistent` when the log no longer has `offset`,
   * `changelog-held-back` when there is more that cannot be read (another, hanging transaction holds the stable end back),
   * and `kafka-unreachable` when it is told to stop before the end.
   */
  async *from(offset: number): AsyncGenerator<FetchedRecords> {
    const { log, clocks, place, fetchWait, timeout, signal } = this.#reading;
    let deadline = clocks.monotonic() + timeout;
    let next = offset;
    // Only what is known to come is waited for.
    let maxWaitMs = 0;
    while (!signal.aborted) {
      const [fetched] = await log.fetch([{ ...place, offset: next }], { maxWaitMs, signal });
      maxWaitMs = fetchWait;
      if (fetched?.kind === 'out-of-range') throw gone(fetched);
      if (fetched && fetched.nextOffset > next) {
        deadline = clocks.monotonic() + timeout;
        next = fetched.nextOffset;
        if (next >= fetched.highWatermark) maxWaitMs = 0;
        yield fetched;
      } else if (fetched && isCurrent(fetched) && fetched.highWatermark <= next) {
        return;
      } else if (clocks.monotonic() > deadline) {
        throw heldBack(place, next, timeout);
      }
    }
    // Ending here would say that there is no more, and a changelog cut short looks like one that was never written.
    throw new TactError('kafka-unreachable', `stopped while reading ${place.topic}/${place.partition}`);
  }

  /** The offset after the last record, whether it can be read or not; `from` is one that the log still has. */
  async end(from: number): Promise<number> {
    const { log, clocks, place, fetchWait, timeout, signal } = this.#reading;
    const deadline = clocks.monotonic() + timeout;
    let maxWaitMs = 0;
    while (!signal.aborted && clocks.monotonic() <= deadline) {
      const [fetched] = await log.fetch([{ ...place, offset: from }], { maxWaitMs, signal });
      maxWaitMs = fetchWait;
      if (fetched && (fetched.kind === 'out-of-range' || isCurrent(fetched))) return fetched.highWatermark;
    }
    throw new TactError('kafka-unreachable', `the end of ${place.topic}/${place.partition} is not told`);
  }

  /** The first record that is visible; undefined when the partition holds none. */
  async first(): Promise<LogRecord | undefined> {
    for await (const { records } of this.from(0)) {
      if (records[0]) return records[0];
    }
    return undefined;
  }
}

/** Whether the log was asked after the call began. What an older answer says of the end was true once. */
function isCurrent({ askedBefore }: FetchedRecords): boolean {
  return askedBefore === undefined;
}

function gone(fetched: TopicPartition & { from: number; logStartOffset: number }): TactError {
  return new TactError(
    'log-inconsistent',
    `${fetched.topic}/${fetched.partition} starts at ${fetched.logStartOffset}, offset ${fetched.from} is gone; ` +
      'the changelog must be compacted only, never deleted from (cleanup.policy=compact)',
  );
}

function heldBack(place: TopicPartition, offset: number, waited: number): TactError {
  return new TactError(
    'changelog-held-back',
    `${place.topic}/${place.partition} could not be read beyond ${offset} for ${waited} ms; ` +
      'a transaction of somebody else hangs there (kafka-transactions.sh find-hanging)',
  );
}
