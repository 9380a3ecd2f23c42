import type { Instant } from '../kernel/time.ts';

/**
 * The port to the view of the changelog: Redis, or the one in memory. A shard is one hash; its fields are the changelog's
 * keys (a customer's keyed hash, `position`, …), its watermark the changelog offset up to which the hash is that log's fold.
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

  /** Forgets the shard, watermark included. */
  clear(shard: number): Promise<void>;

  /** Every field with its value, except the store's own three; in no order, possibly while it changes. */
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
}

export type Applied = { readonly applied: true } | { readonly applied: false; readonly watermark: number };

export interface ShardView {
  readonly watermark: number;
  /** Undefined when the hash is absent. */
  readonly log: string | undefined;
  readonly at: Instant | undefined;
  readonly position: Buffer | null;
}

/** The field, and the changelog key, under which a shard's position is kept. */
export const POSITION_FIELD = 'position';
