import { TactError } from '../kernel/errors.ts';
import type { Instant } from '../kernel/time.ts';
import type { ChangelogReader } from './changelog-reader.ts';
import type { ShardDeps } from './deps.ts';
import type { Fence } from './fence.ts';
import type { ShardLayout } from './layout.ts';
import { latestOf } from './rebuild.ts';
import type { ShardView } from './state-store.ts';

/** Somebody else may move the watermark meanwhile: a zombie's last script, or the owner of a moment ago. */
const TRIES = 10;

export interface CaughtUp {
  /** The log's own time of the fence. */
  readonly fencedAt: Instant;
  readonly records: number;
  readonly rebuilt: boolean;
}

/** A3: brings the store from wherever it is to the fold of the changelog up to and including the fence. */
export async function catchUp(
  deps: ShardDeps,
  layout: ShardLayout,
  reader: ChangelogReader,
  fence: Fence,
): Promise<CaughtUp> {
  let rebuilt = false;
  let records = 0;
  for (let tries = 0; tries < TRIES; tries++) {
    const view = await deps.store.view(layout.shard);
    const fromStart = mustRebuild(deps, view, fence);
    if (fromStart) {
      // Also where there is no watermark: states without one are of no known age.
      await deps.store.clear(layout.shard);
      noteRebuild(deps, layout, view, fence);
      rebuilt = true;
    }
    const replayed = await replay(deps, layout, reader, fence, fromStart ? 0 : view.watermark);
    records += replayed.records;
    if (replayed.fencedAt !== undefined) return { fencedAt: replayed.fencedAt, records, rebuilt };
  }
  throw new TactError(
    'redis-refused',
    `the watermark of shard ${layout.shard} was moved by somebody else ${TRIES} times`,
  );
}

/** Whether what the store has is not an earlier state of this very changelog, or too old to tell what was erased since. */
function mustRebuild(deps: ShardDeps, view: ShardView, fence: Fence): boolean {
  if (view.log !== fence.log || view.watermark > fence.offset) return true;
  return view.at === undefined || deps.wallClock() - view.at > deps.settings.deleteRetention / 2;
}

function noteRebuild(deps: ShardDeps, layout: ShardLayout, view: ShardView, fence: Fence): void {
  deps.observer.note(view.watermark > 0 ? 'warn' : 'info', 'view-rebuilt', {
    shard: layout.shard,
    watermark: view.watermark,
    fence: fence.offset,
    sameLog: view.log === fence.log,
  });
}

/** `fencedAt` is undefined when an apply was refused: the watermark has to be read again. */
async function replay(
  deps: ShardDeps,
  layout: ShardLayout,
  reader: ChangelogReader,
  fence: Fence,
  from: number,
): Promise<{ fencedAt: Instant | undefined; records: number }> {
  let expected = from;
  let records = 0;
  for await (const chunk of reader.from(from)) {
    const upToFence = chunk.records.filter((record) => record.offset <= fence.offset);
    const own = upToFence.find((record) => record.offset === fence.offset);
    const next = own ? fence.offset + 1 : chunk.nextOffset;
    if (!own && chunk.nextOffset > fence.offset) throw fenceMissing(layout, fence);
    if (own && own.value?.toString() !== fence.nonce) throw fenceMissing(layout, fence);
    const change = {
      expected,
      next,
      log: fence.log,
      at: deps.wallClock(),
      entries: latestOf(upToFence),
    };
    const applied = await deps.store.apply(layout.shard, change);
    if (!applied.applied) return { fencedAt: undefined, records };
    records += upToFence.length;
    expected = next;
    if (own) return { fencedAt: own.timestamp, records };
  }
  throw fenceMissing(layout, fence);
}

function fenceMissing(layout: ShardLayout, fence: Fence): TactError {
  return new TactError(
    'log-inconsistent',
    `the fence committed at ${layout.changelog.topic}/${layout.changelog.partition}/${fence.offset} is not there`,
  );
}
