import { TactError } from '../kernel/errors.ts';
import type { Instant } from '../kernel/time.ts';
import { isViewField, LOG_KEY } from './changelog-keys.ts';
import type { ReadChangelog } from './compare.ts';
import type { StateStore } from './state-store.ts';

/**
 * Forgets the shard in the store and puts the fold of its changelog there. Safe beside the shard's owner: the store takes
 * nothing but what the changelog says, and an owner that finds it elsewhere than it left it acquires.
 */
export async function rebuildShard(
  store: StateStore,
  shard: number,
  read: ReadChangelog,
  now: Instant,
): Promise<void> {
  await store.clear(shard);
  let log: string | undefined;
  let expected = 0;
  for await (const { records } of read(0)) {
    const entries = new Map<string, Buffer | null>();
    for (const { key, value } of records) {
      if (log === undefined && key?.equals(LOG_KEY)) log = value?.toString();
      const field = key?.toString() ?? '';
      if (isViewField(field)) entries.set(field, value);
    }
    const last = records.at(-1);
    if (!last) continue;
    if (log === undefined)
      throw new TactError(
        'log-inconsistent',
        `the changelog of shard ${shard} does not begin with its incarnation record`,
      );
    const applied = await store.apply(shard, { expected, next: last.offset + 1, log, at: now, entries });
    // Its owner was faster, and repairs it from there.
    if (!applied.applied) return;
    expected = last.offset + 1;
  }
}
