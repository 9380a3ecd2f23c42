import type { Instant } from '../kernel/time.ts';

/**
 * The port to the view of the changelog: Redis, or the one in memory. A shard is one hash; its fields are the changelog's
 * keys (a customer's keyed hash, `position`, …), its watermark the changelog offset up to which the hash is that log's fold.
 * Beside it is an index of the fields that wait to be due. How many are in it is counted in the hash, by what went in and
 * out, so that a loss of the index alone does not stay unseen.
 * Every method throws `redis-unreachable` or `redis-refused`; after either it is unknown whether an `apply` took place, and
 * the same `apply` may be sent again.
 */
export interface StateStore {
  /** Watermark and values in ONE atomic read; a value is null where the field is absent. A missing watermark is 0. */
  load(shard: number, fields: readonly string[]): Promise<Loaded>;

  /**
   * All or nothing: if the watermark is `expected`, sets the entries and moves it to `next`. Refused with watermark 0 where the
   * hash belongs to another incarnation of the changelog.
   */
  apply(shard: number, change: StateChange): Promise<Applied>;

  /** What acquire and the operator need to know of a shard. */
  view(shard: number): Promise<ShardView>;

  /** What is due, and how much waits, in ONE atomic read with the watermark. */
  due(shard: number, ask: DueQuestion): Promise<Due>;

  /** Forgets the shard, watermark and index included. */
  clear(shard: number): Promise<void>;

  /** Every field with its value, except the store's own four; in no order, possibly while it changes. */
  entries(shard: number): AsyncIterable<[field: string, value: Buffer]>;

  close(): Promise<void>;
}

export interface Loaded {
  readonly watermark: number;
  readonly values: readonly (Buffer | null)[];
}

export interface StateChange {
  readonly expected: number;
  readonly next: number;
  /** The incarnation id of the changelog that `next` is an offset of. */
  readonly log: string;
  /** When this was written, kept beside the watermark: it tells how old the view is. */
  readonly at: Instant;
  /** Field to value; null removes the field. */
  readonly entries: ReadonlyMap<string, Buffer | null>;
  /** Field to the time at which it is due; null takes it out of the index. */
  readonly due: ReadonlyMap<string, Instant | null>;
}

export type Applied = { readonly applied: true } | { readonly applied: false; readonly watermark: number };

export interface DueQuestion {
  /** Included. */
  readonly until: Instant;
  readonly limit: number;
  /** No further entry is added once the values take so many bytes; one is always given. */
  readonly bytesMax: number;
}

export interface Due {
  readonly watermark: number;
  /** In the order of their due times, those of one time by field. */
  readonly entries: readonly DueEntry[];
  /** How many wait in all, due or not. */
  readonly waiting: number;
  /** When the first one is due that is not among the entries; absent: there is none. */
  readonly nextDueAt?: Instant;
  /**
   * False: the index is not the one that belongs to the hash, since it was lost by itself or an entry has no value. Then
   * nothing else here is to be believed, and the shard is to be rebuilt.
   */
  readonly isWhole: boolean;
}

export interface DueEntry {
  readonly field: string;
  readonly value: Buffer;
}

export interface ShardView {
  readonly watermark: number;
  /** Undefined when the hash is absent. */
  readonly log: string | undefined;
  readonly at: Instant | undefined;
  readonly position: Buffer | null;
}

/** The field, and the changelog key, under which a shard's position is kept. */
export const POSITION_FIELD = 'position';
