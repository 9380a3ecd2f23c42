import type { KafkaLog } from '../kafka/kafka-log.ts';
import { TactError } from '../kernel/errors.ts';
import type { Duration } from '../kernel/time.ts';
import type { LogRecord, TopicOffset } from '../model/record.ts';
import { type Control, NO_CONTROL, type Stop } from '../model/stop.ts';
import { readStop } from '../records/control-codec.ts';
import type { FetchedOutOfRange } from '../shard/log.ts';
import { fetchUnlessStopped } from './kafka-tools.ts';
import { pause } from './pause.ts';

/** Before the topic is asked again that could not be read. */
const RETRY: Duration = 500;
/** So often in vain at the end of the topic, half a second each: a transaction of somebody else hangs there. */
const IN_VAIN_MAX = 20;

export interface ControlWatching {
  /** Something was stopped or resumed. */
  onChanged(control: Control): void;
  /** A record that nobody can read; what was in force before stays so. */
  onUnreadable(offset: number): void;
  /** The topic could not be read, and is asked again. */
  onFailed(error: unknown): void;
}

/** What the control topic says at present: read to its end at the start, and followed from then on. */
export class ControlWatch {
  readonly #log: KafkaLog;
  readonly #watching: ControlWatching;
  readonly #stopped = new AbortController();
  readonly #stops = new Map<string, Stop>();
  #next: TopicOffset;
  #current: Control = NO_CONTROL;
  #following: Promise<void> = Promise.resolve();

  private constructor(log: KafkaLog, start: TopicOffset, watching: ControlWatching) {
    this.#log = log;
    this.#next = start;
    this.#watching = watching;
  }

  /** Resolves when everything is known that was stopped before. Throws when that cannot be told. */
  static async start(log: KafkaLog, topic: string, watching: ControlWatching): Promise<ControlWatch> {
    const watch = await ControlWatch.#caughtUp(log, topic, watching);
    watch.#following = watch.#follow();
    return watch;
  }

  /** What is in force just now. */
  static async read(log: KafkaLog, topic: string): Promise<Control> {
    const nobody = { onChanged() {}, onUnreadable() {}, onFailed() {} };
    return (await ControlWatch.#caughtUp(log, topic, nobody)).current;
  }

  static async #caughtUp(log: KafkaLog, topic: string, watching: ControlWatching): Promise<ControlWatch> {
    const counts = await log.partitionCounts([topic]);
    if (counts.get(topic) !== 1)
      throw new TactError(
        'invalid-config',
        `${topic} has ${counts.get(topic)} partitions, and must have one, so that stops have an order`,
      );
    const [bounds] = await log.bounds([{ topic, partition: 0 }]);
    const { start, end } = bounds ?? { start: 0, end: 0 };
    const watch = new ControlWatch(log, { topic, partition: 0, offset: start }, watching);
    await watch.#readTo(end);
    return watch;
  }

  get current(): Control {
    return this.#current;
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#following;
  }

  async #readTo(end: number): Promise<void> {
    for (let inVain = 0; this.#next.offset < end; ) {
      const before = this.#next.offset;
      await this.#fetch();
      inVain = this.#next.offset > before ? 0 : inVain + 1;
      if (inVain < IN_VAIN_MAX) continue;
      throw new TactError(
        'kafka-refused',
        `${this.#next.topic} cannot be read beyond offset ${before} of ${end}; does a transaction hang on it?`,
      );
    }
  }

  async #follow(): Promise<void> {
    const { signal } = this.#stopped;
    while (!signal.aborted) {
      try {
        await this.#fetch();
      } catch (error) {
        this.#watching.onFailed(error);
        await pause(RETRY, signal);
      }
    }
  }

  async #fetch(): Promise<void> {
    const [fetched] = await fetchUnlessStopped(this.#log, [this.#next], this.#stopped.signal);
    if (fetched?.kind === 'out-of-range') {
      // It was created anew. What is stopped stays so: nobody has resumed it.
      this.#next = { ...this.#next, offset: fetched.logStartOffset };
      this.#watching.onFailed(lost(fetched));
    }
    if (fetched?.kind !== 'records') return;
    this.#next = { ...this.#next, offset: fetched.nextOffset };
    for (const record of fetched.records) this.#take(record);
    if (fetched.records.length > 0) this.#tell();
  }

  #take(record: LogRecord): void {
    const read = readStop(record);
    if (read === 'malformed') this.#watching.onUnreadable(record.offset);
    if (read === undefined || read === 'malformed') return;
    if (read.stop === null) this.#stops.delete(read.key);
    else this.#stops.set(read.key, read.stop);
  }

  #tell(): void {
    const stops = [...this.#stops.values()].sort((one, other) => one.at - other.at);
    this.#current = { version: this.#next.offset, stops };
    this.#watching.onChanged(this.#current);
  }
}

function lost({ topic, from, logStartOffset }: FetchedOutOfRange): TactError {
  return new TactError(
    'kafka-refused',
    `${topic} no longer has offset ${from} (it starts at ${logStartOffset}); was it created anew? stops that were in force stay so in running processes only`,
  );
}
