import { assert, TactError } from '../kernel/errors.ts';
import {
  type Applied,
  type Loaded,
  POSITION_FIELD,
  type ShardView,
  type StateChange,
  type StateStore,
} from '../shard/state-store.ts';
import { type Fault, PlannedFaults } from './fault.ts';

interface ShardHash {
  watermark: number;
  log: string | undefined;
  at: number | undefined;
  readonly fields: Map<string, Buffer>;
}

/** The store as it was at one moment; opaque. */
export type StoreSnapshot = ReadonlyMap<number, ShardHash>;

const OWN_FIELDS: ReadonlySet<string> = new Set(['watermark', 'log', 'at']);

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

  #apply(shard: number, { expected, next, log, at, entries }: StateChange): Applied {
    for (const field of entries.keys())
      assert(!OWN_FIELDS.has(field), "the store's own fields are no entries");
    const hash = this.#shards.get(shard) ?? {
      watermark: 0,
      log: undefined,
      at: undefined,
      fields: new Map(),
    };
    if (hash.log !== undefined && hash.log !== log) return { applied: false, watermark: 0 };
    if (hash.watermark === next) return { applied: true };
    if (hash.watermark !== expected) return { applied: false, watermark: hash.watermark };
    this.#shards.set(shard, hash);
    for (const [field, value] of entries) {
      if (value === null) hash.fields.delete(field);
      else hash.fields.set(field, value);
    }
    Object.assign(hash, { watermark: next, log, at });
    return { applied: true };
  }
}

function copyOf(shards: StoreSnapshot): Map<number, ShardHash> {
  return new Map([...shards].map(([shard, hash]) => [shard, { ...hash, fields: new Map(hash.fields) }]));
}
