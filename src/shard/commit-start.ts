import { TactError } from '../kernel/errors.ts';
import type { Instant } from '../kernel/time.ts';
import { POSITION_KEY } from './changelog-keys.ts';
import type { ShardDeps } from './deps.ts';
import { Outputs } from './outputs.ts';
import type { OwnedShard } from './owned-shard.ts';
import { encodePosition } from './position.ts';
import { POSITION_FIELD } from './state-store.ts';
import { commit } from './transaction.ts';

/**
 * Writes down where reading starts, before anything is read: a start at the configured place is chosen once and never
 * again, and from here on group offsets without a position mean that something was lost.
 */
export async function commitStart(deps: ShardDeps, owned: OwnedShard, now: Instant): Promise<void> {
  const position = encodePosition({ now, next: new Map([...owned.elsewhere, ...owned.inbox.offsets()]) });
  const outputs = new Outputs();
  outputs.add(owned.layout.changelog, { key: POSITION_KEY, value: position, headers: [], timestamp: now });
  const next = await commit(deps, owned, outputs);
  const { watermark: expected, log } = owned;
  const entries = new Map([[POSITION_FIELD, position]]);
  const applied = await deps.store.apply(owned.layout.shard, { expected, next, log, at: now, entries });
  if (!applied.applied) {
    throw new TactError(
      'redis-refused',
      `the watermark of shard ${owned.layout.shard} was moved by somebody else`,
    );
  }
  owned.watermark = next;
}
