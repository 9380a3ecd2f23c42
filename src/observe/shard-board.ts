import type { Instant } from '../kernel/time.ts';
import type { AcquireCause, HoldCause, PartitionLag, ShardObserver, ShardState } from '../shard/observer.ts';

/** What is known of one shard of this process. */
export interface ShardSnapshot {
  readonly shard: number;
  readonly state: Exclude<ShardState, 'stopped'>;
  /** Why it acquires or holds; absent while it runs. */
  readonly cause?: HoldCause | AcquireCause;
  /** Since when state and cause are these. */
  readonly since: Instant;
  /** Records not decided yet, over all its partitions. */
  readonly lagRecords: number;
  /** The ends of its partitions by which that was measured, added up; absent before they were looked at. */
  readonly endOffsets?: number;
  /** Age of the oldest of them; 0 when there is none. */
  readonly lagSeconds: number;
  /** When it last changed its state, finished a turn, or had nothing to do. */
  readonly lastProgressAt: Instant;
}

/** Remembers the present of every shard of this process, for health and status. */
export interface ShardBoard extends ShardObserver {
  /** In the order of their numbers; a shard that was revoked is not among them. */
  shards(): readonly ShardSnapshot[];
}

interface Entry {
  snapshot: ShardSnapshot;
  readonly lags: Map<string, PartitionLag>;
}

export function createShardBoard(clock: () => Instant = Date.now): ShardBoard {
  const entries = new Map<number, Entry>();

  function progressed(shard: number): void {
    const entry = entries.get(shard);
    if (entry) entry.snapshot = { ...entry.snapshot, lastProgressAt: clock() };
  }

  return {
    stateChanged(shard, state, cause) {
      if (state === 'stopped') {
        entries.delete(shard);
        return;
      }
      const entry = entries.get(shard) ?? { snapshot: newSnapshot(shard, state, clock()), lags: new Map() };
      entries.set(shard, entry);
      entry.snapshot = enter(entry.snapshot, state, cause, clock());
    },
    lag(shard, lag) {
      const entry = entries.get(shard);
      if (!entry) return;
      for (const each of lag) entry.lags.set(`${each.topic}/${each.partition}`, each);
      const all = [...entry.lags.values()];
      const lagRecords = all.reduce((sum, { records }) => sum + records, 0);
      const endOffsets = all.reduce((sum, { end }) => sum + end, 0);
      const lagSeconds = all.reduce((oldest, { seconds }) => Math.max(oldest, seconds), 0);
      const lastProgressAt =
        entry.snapshot.lagRecords === 0 || lagRecords === 0 ? clock() : entry.snapshot.lastProgressAt;
      entry.snapshot = { ...entry.snapshot, lagRecords, endOffsets, lagSeconds, lastProgressAt };
    },
    turnFinished: progressed,
    acquired: progressed,
    acquireStarted() {},
    watermarkMismatch() {},
    transaction() {},
    deferred() {},
    note() {},
    shards: () =>
      [...entries.values()].map((entry) => entry.snapshot).sort((one, other) => one.shard - other.shard),
  };
}

function newSnapshot(shard: number, state: ShardSnapshot['state'], at: Instant): ShardSnapshot {
  return { shard, state, since: at, lagRecords: 0, lagSeconds: 0, lastProgressAt: at };
}

function enter(
  before: ShardSnapshot,
  state: ShardSnapshot['state'],
  cause: ShardSnapshot['cause'],
  at: Instant,
): ShardSnapshot {
  const { cause: causeBefore, ...rest } = before;
  const known = state === 'running' ? undefined : cause;
  const since = before.state === state && causeBefore === known ? before.since : at;
  return { ...rest, state, since, lastProgressAt: at, ...(known === undefined ? {} : { cause: known }) };
}
