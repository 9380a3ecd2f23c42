import type { LogRecord, TopicOffset, TopicPartition } from '../model/record.ts';
import type { FetchedRecords, FetchTarget } from './log.ts';
import { type NextOffsets, partitionKey } from './position.ts';

interface Waiting {
  readonly place: TopicPartition;
  records: readonly LogRecord[];
  /** Index of the first record not taken. */
  taken: number;
  /** Where to read on once `records` is used up. */
  nextOffset: number;
  highWatermark: number;
}

/** The records that are fetched and not yet decided, and the offset at which each partition goes on. */
export class Inbox {
  readonly #partitions = new Map<string, Waiting>();
  #takes = 0;

  constructor(start: readonly TopicOffset[]) {
    for (const { topic, partition, offset } of start) {
      const place = { topic, partition };
      this.#partitions.set(partitionKey(place), {
        place,
        records: [],
        taken: 0,
        nextOffset: offset,
        highWatermark: offset,
      });
    }
  }

  /** What to fetch: the given partitions, as far as they have nothing waiting. */
  wants(partitions: readonly TopicPartition[]): FetchTarget[] {
    const targets: FetchTarget[] = [];
    for (const place of partitions) {
      const waiting = this.#of(place);
      if (waiting.taken >= waiting.records.length) targets.push({ ...place, offset: waiting.nextOffset });
    }
    return targets;
  }

  /** Takes in what was fetched. An answer to another question than the next one is no use and is passed over. */
  put(fetched: FetchedRecords): boolean {
    const waiting = this.#of(fetched);
    if (waiting.taken < waiting.records.length || fetched.from !== waiting.nextOffset) return false;
    waiting.records = fetched.records;
    waiting.taken = 0;
    waiting.nextOffset = fetched.nextOffset;
    waiting.highWatermark = fetched.highWatermark;
    return true;
  }

  /**
   * Takes at most `room` records, in each partition's order, one partition after the other; each time another one is first,
   * so that none waits behind the backlog of the others.
   */
  take(partitions: readonly TopicPartition[], room: number): LogRecord[] {
    const batch: LogRecord[] = [];
    const first = this.#takes++;
    for (let i = 0; i < partitions.length; i++) {
      const waiting = this.#of(partitions[(first + i) % partitions.length] as TopicPartition);
      const end = Math.min(waiting.records.length, waiting.taken + room - batch.length);
      for (let k = waiting.taken; k < end; k++) batch.push(waiting.records[k] as LogRecord);
      waiting.taken = end;
      if (batch.length === room) break;
    }
    return batch;
  }

  hasWaiting(partitions: readonly TopicPartition[]): boolean {
    return partitions.some((place) => {
      const waiting = this.#of(place);
      return waiting.taken < waiting.records.length;
    });
  }

  /** The first offset of the partition that has not been taken. */
  offset(place: TopicPartition): number {
    const waiting = this.#of(place);
    return waiting.records[waiting.taken]?.offset ?? waiting.nextOffset;
  }

  /** The first record of the partition that has not been taken, if it has been fetched. */
  head(place: TopicPartition): LogRecord | undefined {
    const waiting = this.#of(place);
    return waiting.records[waiting.taken];
  }

  /** Records between what was taken and the end of the partition, as far as it is known. */
  lag(place: TopicPartition): number {
    return Math.max(0, this.#of(place).highWatermark - this.offset(place));
  }

  /** The end of the partition, as far as it is known. */
  end(place: TopicPartition): number {
    return this.#of(place).highWatermark;
  }

  /** Where every partition goes on after what has been taken so far. */
  offsets(): NextOffsets {
    const next = new Map<string, number>();
    for (const [key, waiting] of this.#partitions) next.set(key, this.offset(waiting.place));
    return next;
  }

  #of(place: TopicPartition): Waiting {
    const waiting = this.#partitions.get(partitionKey(place));
    if (!waiting) throw new Error(`invariant broken: ${partitionKey(place)} is a partition of this shard`);
    return waiting;
  }
}
