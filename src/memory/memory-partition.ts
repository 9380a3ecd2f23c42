import { assert } from '../kernel/errors.ts';
import type { Instant } from '../kernel/time.ts';
import type { LogRecord, OutputRecord } from '../model/record.ts';
import type { Fetched } from '../shard/log.ts';

export type Isolation = 'read_committed' | 'read_uncommitted';

/** The fate that all records of one transaction share; `open` until an end marker is written. */
export interface TransactionFate {
  status: 'open' | 'committed' | 'aborted';
}

/** Bounds of a partition; `lastStableOffset` is where a committed reader stops. */
export interface PartitionOffsets {
  readonly logStartOffset: number;
  readonly lastStableOffset: number;
  readonly highWatermark: number;
}

interface Entry {
  readonly record: LogRecord;
  /** Undefined for a record written outside any transaction. */
  readonly fate: TransactionFate | undefined;
}

/**
 * One partition: records in offset order, with holes where markers stand and where compaction took records away. Bytes
 * are kept as they were given, never copied and never written to.
 */
export class MemoryPartition {
  readonly topic: string;
  readonly partition: number;
  #entries: Entry[] = [];
  #logStart = 0;
  #end = 0;
  /** First offset of every open transaction here, oldest first. */
  readonly #open = new Map<TransactionFate, number>();
  readonly #waiting = new Set<() => void>();
  readonly #stamp: (() => Instant) | undefined;

  /** `stamp`: the log's own clock stamps the records, as with LogAppendTime; absent: they keep their own. */
  constructor(topic: string, partition: number, stamp?: () => Instant) {
    this.topic = topic;
    this.partition = partition;
    this.#stamp = stamp;
  }

  get offsets(): PartitionOffsets {
    return {
      logStartOffset: this.#logStart,
      lastStableOffset: this.#lastStable(),
      highWatermark: this.#end,
    };
  }

  /** Appends and returns the offset of the first record; with a fate, the records show once it is `committed`. */
  append(records: readonly OutputRecord[], fate?: TransactionFate): number {
    const base = this.#end;
    if (fate && !this.#open.has(fate)) this.#open.set(fate, base);
    const { topic, partition } = this;
    for (const { key, value, headers, timestamp } of records) {
      const record: LogRecord = {
        topic,
        partition,
        offset: this.#end,
        timestamp: this.#stamp?.() ?? timestamp,
        key,
        value,
        headers,
      };
      this.#entries.push({ record, fate });
      this.#end += 1;
    }
    if (!fate) this.#wake();
    return base;
  }

  /** Writes the end marker of a transaction, which takes an offset of its own. */
  mark(fate: TransactionFate): void {
    assert(fate.status !== 'open', 'a marker is written for a transaction that has ended');
    this.#open.delete(fate);
    this.#end += 1;
    this.#wake();
  }

  /** True when a committed reader at `from` has something to learn: records, holes to pass, or that it is out of range. */
  hasNewsAt(from: number): boolean {
    return from < this.#lastStable() || this.#isOutOfRange(from);
  }

  /** What a committed reader at `from` gets now: at most `recordsMax` records. */
  fetch(from: number, recordsMax: number): Fetched {
    const { topic, partition } = this;
    const highWatermark = this.#end;
    if (this.#isOutOfRange(from)) {
      return {
        kind: 'out-of-range',
        topic,
        partition,
        from,
        logStartOffset: this.#logStart,
        highWatermark,
      };
    }
    const stable = this.#lastStable();
    const records: LogRecord[] = [];
    let nextOffset = Math.max(from, stable);
    for (let index = this.#indexOf(from); ; index += 1) {
      const entry = this.#entries[index];
      if (!entry || entry.record.offset >= stable) break;
      if (records.length === recordsMax) {
        nextOffset = entry.record.offset;
        break;
      }
      if (entry.fate?.status !== 'aborted') records.push(entry.record);
    }
    return {
      kind: 'records',
      topic,
      partition,
      from,
      records,
      nextOffset,
      highWatermark,
      lastStableOffset: stable,
    };
  }

  /** Every record at or after `from`; `read_uncommitted` shows open and aborted ones too. */
  read(isolation: Isolation, from: number): LogRecord[] {
    const stable = this.#lastStable();
    return this.#entries
      .slice(this.#indexOf(from))
      .filter(
        ({ record, fate }) =>
          isolation === 'read_uncommitted' || (record.offset < stable && fate?.status !== 'aborted'),
      )
      .map(({ record }) => record);
  }

  /** Moves the start of the log; records before `offset` are gone. */
  deleteRecordsBefore(offset: number): void {
    assert(offset <= this.#end, 'the start of a log is not beyond its end');
    if (offset <= this.#logStart) return;
    this.#logStart = offset;
    this.#entries = this.#entries.slice(this.#indexOf(offset));
    this.#wake();
  }

  /** Keeps the last committed record of every key, and all without a key; offsets stay as they are. */
  compact(options: { keepTombstones: boolean }): void {
    const stable = this.#lastStable();
    const settled = (entry: Entry) => entry.record.offset < stable;
    const last = new Map<string, LogRecord>();
    for (const { record, fate } of this.#entries.filter(settled)) {
      if (record.key && fate?.status !== 'aborted') last.set(record.key.toString('latin1'), record);
    }
    this.#entries = this.#entries.filter((entry) => {
      if (!settled(entry)) return true;
      if (entry.fate?.status === 'aborted') return false;
      const { key, value } = entry.record;
      if (key === null) return true;
      if (last.get(key.toString('latin1')) !== entry.record) return false;
      return value !== null || options.keepTombstones;
    });
  }

  /** Calls `wake` whenever the stable part of the log changes, until the returned function is called. */
  onChange(wake: () => void): () => void {
    this.#waiting.add(wake);
    return () => this.#waiting.delete(wake);
  }

  #wake(): void {
    for (const wake of [...this.#waiting]) wake();
  }

  #lastStable(): number {
    return this.#open.values().next().value ?? this.#end;
  }

  #isOutOfRange(from: number): boolean {
    return from < this.#logStart || from > this.#end;
  }

  /** Index of the first entry at or after `offset`. */
  #indexOf(offset: number): number {
    let low = 0;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#entries[middle]?.record.offset ?? Number.POSITIVE_INFINITY) < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
