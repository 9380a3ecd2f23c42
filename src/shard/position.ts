import { TactError } from '../kernel/errors.ts';
import type { Instant } from '../kernel/time.ts';
import type { TopicPartition } from '../model/record.ts';

/** Where a shard reads on, and the `now` of its last turn. Written in every turn's transaction. */
export interface Position {
  readonly now: Instant;
  readonly next: NextOffsets;
}

/** Next input offset by `topic/partition`. */
export type NextOffsets = ReadonlyMap<string, number>;

export function partitionKey({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`;
}

/** What `partitionKey` made. */
export function parsePartitionKey(key: string): TopicPartition {
  const slash = key.lastIndexOf('/');
  return {
    topic: key.slice(0, slash),
    partition: Number(key.slice(slash + 1)),
  };
}

/** `{"v":1,"now":…,"next":{"<topic>/<partition>":<offset>}}` */
export function encodePosition(position: Position): Buffer {
  return Buffer.from(
    JSON.stringify({
      v: 1,
      now: position.now,
      next: Object.fromEntries(position.next),
    }),
  );
}

/** Throws `state-corrupt` for anything that `encodePosition` did not write. */
export function decodePosition(bytes: Buffer): Position {
  let read: unknown;
  try {
    read = JSON.parse(bytes.toString('utf8'));
  } catch (cause) {
    throw new TactError('state-corrupt', 'the position record is not JSON', {
      cause,
    });
  }
  const { v, now, next } = (read ?? {}) as { v?: unknown; now?: unknown; next?: unknown };
  if (v !== 1 || typeof now !== 'number' || typeof next !== 'object' || next === null) {
    throw new TactError('state-corrupt', `the position record is of an unknown version: ${String(v)}`);
  }
  return { now, next: new Map(Object.entries(next as Record<string, number>)) };
}
