import { TactError } from '../kernel/errors.ts';
import type { Instant } from '../kernel/time.ts';
import type { LogRecord } from '../model/record.ts';
import type { ChangelogReader } from './changelog-reader.ts';
import { type Deferred, deferredOf, NOTHING_BUT_COUNTS } from './deferred.ts';
import type { ShardDeps } from './deps.ts';
import type { Fence } from './fence.ts';
import type { ShardLayout } from './layout.ts';
import type { FetchedRecords } from './log.ts';
import { decodePosition, type Position } from './position.ts';
import { POSITION_FIELD, type ShardView } from './state-store.ts';
import { latestOf } from './view-change.ts';

/** Somebody else may move the watermark meanwhile: a zombie's last script, or the owner of a moment ago. */
const TRIES = 10;

export interface CatchingUp {
  readonly deps: ShardDeps;
  readonly layout: ShardLayout;
  readonly reader: ChangelogReader;
  readonly fence: Fence;
  /** What the store has was seen to be damaged: it is rebuilt whatever it says of itself. */
  readonly isDistrusted: boolean;
  readonly signal: AbortSignal;
}

export interface CaughtUp {
  /** The log's own time of the fence. */
  readonly fencedAt: Instant;
  readonly records: number;
  readonly rebuilt: boolean;
  /** The position at the fence; undefined where the changelog holds none. */
  readonly position: Position | undefined;
  readonly deferred: Deferred;
}

/** A3: brings the store from wherever it is to the fold of the changelog up to and including the fence. */
export async function catchUp(catching: CatchingUp): Promise<CaughtUp> {
  const { deps, layout } = catching;
  let { isDistrusted } = catching;
  let rebuilt = false;
  let records = 0;
  for (let tries = 0; tries < TRIES; tries++) {
    const view = await deps.store.view(layout.shard);
    const fromStart = (await mustRebuild(catching, view)) || isDistrusted;
    if (fromStart) await forget(catching, view);
    rebuilt ||= fromStart;
    const replayed = await replay(catching, fromStart ? undefined : view);
    records += replayed.records;
    if (replayed.fencedAt === undefined) continue;
    const found = await readAtFence(catching);
    isDistrusted = found === 'damaged';
    if (typeof found === 'object') return { fencedAt: replayed.fencedAt, records, rebuilt, ...found };
  }
  throw new TactError(
    'redis-refused',
    `the watermark of shard ${layout.shard} was moved by somebody else ${TRIES} times`,
  );
}

/**
 * What the store holds at the fence, each believed only with the watermark that it was read with: the store may have lost it
 * again since.
 */
async function readAtFence({
  deps,
  layout,
  fence,
}: CatchingUp): Promise<Pick<CaughtUp, 'position' | 'deferred'> | 'moved' | 'damaged'> {
  const loaded = await deps.store.load(layout.shard, [POSITION_FIELD]);
  const due = await deps.store.due(layout.shard, NOTHING_BUT_COUNTS);
  if ([loaded, due].some(({ watermark }) => watermark !== fence.offset + 1)) return 'moved';
  if (!due.isWhole) return 'damaged';
  const packed = loaded.values[0] ?? null;
  return { position: packed === null ? undefined : decodePosition(packed), deferred: deferredOf(due) };
}

/** The shard has a newer owner. */
export function overtaken(shard: number): TactError {
  return new TactError('producer-fenced', `shard ${shard} was acquired by somebody else meanwhile`);
}

/**
 * Whether what the store has is not an earlier state of this very changelog, or too old to tell what was erased since. A
 * store that is ahead of our fence, and not of the log, belongs to a newer owner.
 */
async function mustRebuild({ deps, layout, reader, fence }: CatchingUp, view: ShardView): Promise<boolean> {
  if (view.log !== fence.log) return true;
  if (view.watermark > fence.offset + 1) {
    if (view.watermark <= (await reader.end(fence.offset))) throw overtaken(layout.shard);
    return true;
  }
  return view.at === undefined || deps.wallClock() - view.at > deps.settings.deleteRetention / 2;
}

/** Also where there is no watermark: states without one are of no known age. */
async function forget({ deps, layout, fence, signal }: CatchingUp, view: ShardView): Promise<void> {
  signal.throwIfAborted();
  await deps.store.clear(layout.shard);
  deps.observer.note(view.watermark > 0 ? 'warn' : 'info', 'view-rebuilt', {
    shard: layout.shard,
    watermark: view.watermark,
    fence: fence.offset,
    sameLog: view.log === fence.log,
  });
}

/** From the view's watermark, or from the start. `fencedAt` is undefined when the watermark has to be read again. */
async function replay(
  { deps, layout, reader, fence }: CatchingUp,
  view: ShardView | undefined,
): Promise<{ fencedAt: Instant | undefined; records: number }> {
  // Until the fence is reached the view is no younger than it was: what was erased meanwhile may still be in it.
  const partialAt = view?.at ?? deps.wallClock();
  let expected = view?.watermark ?? 0;
  let records = 0;
  if (expected === fence.offset + 1) return { fencedAt: await fenceTime(reader, fence), records };
  for await (const chunk of reader.from(expected)) {
    const { upToFence, fencedAt } = readChunk(chunk, layout, fence);
    const next = fencedAt === undefined ? chunk.nextOffset : fence.offset + 1;
    const at = fencedAt === undefined ? partialAt : deps.wallClock();
    const change = { expected, next, log: fence.log, at, ...latestOf(upToFence) };
    const applied = await deps.store.apply(layout.shard, change);
    if (!applied.applied) return { fencedAt: undefined, records };
    records += upToFence.length;
    expected = next;
    if (fencedAt !== undefined) return { fencedAt, records };
  }
  throw fenceMissing(layout, fence);
}

/** The records up to the fence, and its time if it is among them. Throws when it ought to be and is not. */
function readChunk(
  { records, nextOffset }: FetchedRecords,
  layout: ShardLayout,
  fence: Fence,
): { upToFence: readonly LogRecord[]; fencedAt: Instant | undefined } {
  const upToFence = records.filter((record) => record.offset <= fence.offset);
  const own = upToFence.find((record) => record.offset === fence.offset);
  const isPassed = nextOffset > fence.offset;
  if (isPassed && own?.value?.toString() !== fence.nonce) throw fenceMissing(layout, fence);
  return { upToFence, fencedAt: own?.timestamp };
}

/** The fence's own time, where an earlier try has applied it already. */
async function fenceTime(reader: ChangelogReader, fence: Fence): Promise<Instant | undefined> {
  for await (const { records } of reader.from(fence.offset)) {
    if (records[0]) return records[0].timestamp;
  }
  return undefined;
}

function fenceMissing(layout: ShardLayout, fence: Fence): TactError {
  return new TactError(
    'log-inconsistent',
    `the fence committed at ${layout.changelog.topic}/${layout.changelog.partition}/${fence.offset} is not there`,
  );
}
