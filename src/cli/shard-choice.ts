import { TactError } from '../kernel/errors.ts';

/** The shard that was asked for, or all of them; throws `usage` for one that does not exist. */
export function shardChoice(wanted: number | undefined, shards: number): number[] {
  if (wanted === undefined) return Array.from({ length: shards }, (_, shard) => shard);
  if (wanted < shards) return [wanted];
  throw new TactError('usage', `there is no shard ${wanted}; the shards run from 0 to ${shards - 1}`);
}
