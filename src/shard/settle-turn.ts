import { TactError } from '../kernel/errors.ts';
import { packPosition } from './commit-position.ts';
import type { ShardDeps } from './deps.ts';
import type { Elsewhere } from './load-fields.ts';
import type { OwnedShard } from './owned-shard.ts';
import { type Applied, POSITION_FIELD, type StateChange } from './state-store.ts';
import type { Stopwatch } from './stopwatch.ts';
import { commit } from './transaction.ts';
import type { TurnDraft } from './turn-draft.ts';
import { viewChange } from './view-change.ts';

/** Tries of one and the same apply before the shard is acquired anew. */
const APPLY_TRIES = 3;

/**
 * T3 and T4 of any turn: commits the draft in one transaction, and applies it to the store only then. Undefined: settled, and
 * the shard stands behind it. Any error leaves the outcome to the next acquire; the shard must not be used again.
 */
export async function settleTurn(
  deps: ShardDeps,
  owned: OwnedShard,
  draft: TurnDraft,
  watch: Stopwatch,
): Promise<Elsewhere | undefined> {
  const { now, outputs } = draft;
  const entries = draft.entries();
  entries.set(POSITION_FIELD, packPosition(owned, now));
  for (const [key, value] of entries) {
    outputs.add(owned.layout.changelog, { key: Buffer.from(key), value, headers: [], timestamp: now });
  }
  const change = viewChange(entries);
  watch.lap('decide');

  const next = await commit(deps, owned, outputs);
  watch.lap('commit');

  const { watermark: expected, log } = owned;
  const applied = await apply(deps, owned, { expected, next, log, at: now, ...change });
  if (!applied.applied) return { kind: 'watermark', found: applied.watermark };
  owned.watermark = next;
  owned.writtenAt = now;
  owned.deferred = draft.deferred();
  watch.lap('apply');
  return undefined;
}

/** The reply may get lost; the same call again is harmless, and it is the only one that may follow. */
async function apply(deps: ShardDeps, owned: OwnedShard, change: StateChange): Promise<Applied> {
  for (let tries = 1; ; tries++) {
    try {
      return await deps.store.apply(owned.layout.shard, change);
    } catch (error) {
      if (!(error instanceof TactError) || tries === APPLY_TRIES) throw error;
    }
  }
}
