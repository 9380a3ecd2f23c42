import { assert, TactError } from '../kernel/errors.ts';
import type { Instant } from '../kernel/time.ts';
import type { LogRecord } from '../model/record.ts';
import { LOG_KEY } from './changelog-keys.ts';
import type { ReadChangelog } from './compare.ts';
import type { StateStore } from './state-store.ts';
import { latestOf } from './view-change.ts';

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
    const last = records.at(-1);
    if (!last) continue;
    log ??= incarnationOf(records, shard);
    const next = last.offset + 1;
    const applied = await store.apply(shard, { expected, next, log, at: now, ...latestOf(records) });
    // Its owner was faster, and repairs it from there.
    if (!applied.applied) return;
    expected = next;
  }
}

/** The changelog's incarnation id, which its first visible record holds. */
function incarnationOf(records: readonly LogRecord[], shard: number): string {
  const [first] = records;
  assert(first, 'the first chunk holds a record');
  if (first.key?.equals(LOG_KEY)) return String(first.value);
  throw new TactError(
    'log-inconsistent',
    `the changelog of shard ${shard} does not begin with its incarnation record`,
  );
}
