import { assert, TactError } from '../kernel/errors.ts';
import {
  type Applied,
  type Due,
  type DueEntry,
  type DueQuestion,
  type Loaded,
  POSITION_FIELD,
  type ShardView,
  type StateChange,
  type StateStore,
} from '../shard/state-store.ts';
import { DueIndex } from './due-index.ts';
import { type Fault, PlannedFaults } from './fault.ts';

interface ShardHash {
  watermark: number;
  log: string | undefined;
  at: number | undefined;
  readonly fields: Map<string, Buffer>;
  /** How many went into the index and were not taken out. */
  waiting: number;
  readonly index: DueIndex;
}

/** The store as it was at one moment; opaque. */
export type StoreSnapshot = ReadonlyMap<number, ShardHash>;

const OWN_FIELDS: ReadonlySet<string> = new Set(['watermark', 'log', 'at', 'due']);

/**
 * The state store in memory. Several processes share one instance, as they would share a Redis; `close` leaves it as it
 * is. Bytes are kept as they were given, never copied and never written to.
 */
export class MemoryStateStore implements StateStore {
  #shards = new Map<number, ShardHash>();
  readonly #faults = new PlannedFaults<'apply'>();
  #late: (() => void)[] = [];

  async load(shard: number, fields: readonly string[]): Promise<Loaded> {
    const hash = this.#shards.get(shard);
    return {
      watermark: hash?.watermark ?? 0,
      values: fields.map((field) => hash?.fields.get(field) ?? null),
    };
  }

  async apply(shard: number, change: StateChange): Promise<Applied> {
    const fault = this.#faults.take('apply');
    if (fault === undefined) return this.#apply(shard, change);
    if (fault === 'lost-reply') this.#apply(shard, change);
    if (fault === 'late') this.#late.push(() => this.#apply(shard, change));
    throw new TactError('redis-unreachable', `apply to shard ${shard} was not answered; send it again`);
  }

  async due(shard: number, question: DueQuestion): Promise<Due> {
    const hash = this.#shards.get(shard);
    return hash === undefined ? NOTHING_WAITS : dueOf(hash, question);
  }

  async view(shard: number): Promise<ShardView> {
    const hash = this.#shards.get(shard);
    return {
      watermark: hash?.watermark ?? 0,
      log: hash?.log,
      at: hash?.at,
      position: hash?.fields.get(POSITION_FIELD) ?? null,
    };
  }

  async clear(shard: number): Promise<void> {
    this.#shards.delete(shard);
  }

  async *entries(shard: number): AsyncGenerator<[field: string, value: Buffer]> {
    yield* this.#shards.get(shard)?.fields ?? [];
  }

  async close(): Promise<void> {}

  /** What `restore` brings back: a replica that lagged, or an old backup. */
  snapshot(): StoreSnapshot {
    return copyOf(this.#shards);
  }

  restore(snapshot: StoreSnapshot): void {
    this.#shards = copyOf(snapshot);
  }

  /** Forgets every shard, as FLUSHALL does. */
  clearAll(): void {
    this.#shards.clear();
  }

  /** Loses the index of what waits, and nothing else, as an eviction would. */
  loseIndex(shard: number): void {
    this.#shards.get(shard)?.index.clear();
  }

  /** Loses these fields, and neither the watermark nor the index, as only a hand in the store can. */
  loseFields(shard: number, fields: readonly string[]): void {
    for (const field of fields) this.#shards.get(shard)?.fields.delete(field);
  }

  /** Makes the next `apply` go wrong; several wait in order. */
  failNext(call: 'apply', fault: Fault): void {
    this.#faults.plan(call, fault);
  }

  /** Lets the applies that were made `late` arrive, in their order; returns how many. */
  deliverLate(): number {
    const arriving = this.#late;
    this.#late = [];
    for (const arrive of arriving) arrive();
    return arriving.length;
  }

  #apply(shard: number, { expected, next, log, at, entries, due }: StateChange): Applied {
    for (const field of entries.keys())
      assert(!OWN_FIELDS.has(field), "the store's own fields are no entries");
    const hash = this.#shards.get(shard) ?? {
      watermark: 0,
      log: undefined,
      at: undefined,
      fields: new Map(),
      waiting: 0,
      index: new DueIndex(),
    };
    if (hash.log !== undefined && hash.log !== log) return { applied: false, watermark: 0 };
    if (hash.watermark === next) return { applied: true };
    if (hash.watermark !== expected) return { applied: false, watermark: hash.watermark };
    this.#shards.set(shard, hash);
    for (const [field, value] of entries) {
      if (value === null) hash.fields.delete(field);
      else hash.fields.set(field, value);
    }
    const before = hash.index.size;
    for (const [field, dueAt] of due) hash.index.set(field, dueAt);
    const waiting = hash.waiting + hash.index.size - before;
    Object.assign(hash, { watermark: next, log, at, waiting });
    return { applied: true };
  }
}

const NOTHING_WAITS: Due = { watermark: 0, entries: [], waiting: 0, isWhole: true };

function dueOf(
  { watermark, fields, waiting, index }: ShardHash,
  { until, limit, bytesMax }: DueQuestion,
): Due {
  const entries: DueEntry[] = [];
  let isWhole = waiting === index.size;
  let bytes = 0;
  let place = 0;
  for (; place < limit; place++) {
    const next = index.at(place);
    if (next === undefined || next.dueAt > until) break;
    const value = fields.get(next.field);
    bytes += value?.length ?? 0;
    if (bytes > bytesMax && place > 0) break;
    if (value === undefined) isWhole = false;
    else entries.push({ field: next.field, value });
  }
  const nextDueAt = index.at(place)?.dueAt;
  return { watermark, entries, waiting: index.size, ...(nextDueAt !== undefined && { nextDueAt }), isWhole };
}

function copyOf(shards: StoreSnapshot): Map<number, ShardHash> {
  return new Map(
    [...shards].map(([shard, hash]) => [
      shard,
      { ...hash, fields: new Map(hash.fields), index: hash.index.copy() },
    ]),
  );
}
