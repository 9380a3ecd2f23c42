import type { ShardDeps } from './deps.ts';
import type { OwnedShard } from './owned-shard.ts';

/** The store is not where this shard left it, so that nothing may be decided. */
export interface Elsewhere {
  readonly kind: 'watermark';
  readonly found: number;
}

export type Fields = { readonly kind: 'loaded'; readonly values: readonly (Buffer | null)[] } | Elsewhere;

/** T1: reads fields of the shard, and believes them only with the watermark that came in the same read. */
export async function loadFields(
  deps: ShardDeps,
  owned: OwnedShard,
  fields: readonly string[],
): Promise<Fields> {
  const loaded = await deps.store.load(owned.layout.shard, fields);
  if (loaded.watermark !== owned.watermark) return { kind: 'watermark', found: loaded.watermark };
  return { kind: 'loaded', values: loaded.values };
}
