import type { Instant } from '../kernel/time.ts';
import { POSITION_KEY } from './changelog-keys.ts';
import type { ShardDeps } from './deps.ts';
import { Outputs } from './outputs.ts';
import type { OwnedShard } from './owned-shard.ts';
import { encodePosition } from './position.ts';
import { type Applied, POSITION_FIELD } from './state-store.ts';
import { commit } from './transaction.ts';
import { viewChange } from './view-change.ts';

/** The position as the inbox now has it, and of partitions that are read no longer. */
export function packPosition({ elsewhere, inbox }: OwnedShard, now: Instant): Buffer {
  return encodePosition({ now, next: new Map([...elsewhere, ...inbox.offsets()]) });
}

/**
 * Writes down where reading goes on, without a batch: at a first start, which is chosen once and never again; and now and then
 * while nothing arrives, so that positions keep up with markers and aborted records that retention will take away, the
 * changelog's segments roll, and the store does not look old.
 */
export async function commitPosition(deps: ShardDeps, owned: OwnedShard): Promise<Applied> {
  const now = owned.clock.next();
  const position = packPosition(owned, now);
  const outputs = new Outputs();
  outputs.add(owned.layout.changelog, { key: POSITION_KEY, value: position, headers: [], timestamp: now });
  const next = await commit(deps, owned, outputs);
  const { watermark: expected, log } = owned;
  const change = viewChange(new Map([[POSITION_FIELD, position]]));
  const applied = await deps.store.apply(owned.layout.shard, { expected, next, log, at: now, ...change });
  if (applied.applied) {
    owned.watermark = next;
    owned.writtenAt = now;
  }
  return applied;
}
