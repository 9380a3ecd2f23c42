import { FENCE_KEY } from './changelog-keys.ts';
import type { ShardDeps } from './deps.ts';
import { Outputs } from './outputs.ts';
import type { OwnedShard } from './owned-shard.ts';
import { commit } from './transaction.ts';

/**
 * Writes a fence when the shard has written nothing for long, so that an idle changelog's segments roll and get compacted,
 * and the store does not look old. False when the watermark was not the expected one.
 */
export async function beat(deps: ShardDeps, owned: OwnedShard): Promise<boolean> {
  const now = deps.wallClock();
  if (now - owned.writtenAt < deps.settings.fenceInterval) return true;
  const outputs = new Outputs();
  outputs.add(owned.layout.changelog, {
    key: FENCE_KEY,
    value: Buffer.from(deps.nonce()),
    headers: [],
    timestamp: now,
  });
  const next = await commit(deps, owned, outputs);
  const { watermark: expected, log } = owned;
  const applied = await deps.store.apply(owned.layout.shard, {
    expected,
    next,
    log,
    at: now,
    entries: new Map(),
  });
  if (!applied.applied) {
    deps.observer.watermarkMismatch(owned.layout.shard, expected, applied.watermark);
    return false;
  }
  owned.watermark = next;
  owned.writtenAt = now;
  return true;
}
