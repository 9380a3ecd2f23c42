import { assert, TactError } from '../kernel/errors.ts';
import { type Duration, type Instant, SECOND } from '../kernel/time.ts';
import type { OutputRecord } from '../model/record.ts';
import { catchUp, overtaken } from './catch-up.ts';
import { FENCE_KEY, LOG_KEY } from './changelog-keys.ts';
import { ChangelogReader } from './changelog-reader.ts';
import { checkBrokerClock, checkStamp, ShardClock, UNSTAMPED } from './clock.ts';
import { commitPosition } from './commit-position.ts';
import type { ShardDeps } from './deps.ts';
import type { Fence } from './fence.ts';
import { Freshness } from './freshness.ts';
import { Inbox } from './inbox.ts';
import type { ShardLayout } from './layout.ts';
import type { ShardProducer } from './log.ts';
import type { AcquireCause } from './observer.ts';
import type { OwnedShard } from './owned-shard.ts';
import { asOwner, touch } from './ownership.ts';
import { partitionKey } from './position.ts';
import { startOffsets } from './start-offsets.ts';

const MEMBERSHIP_TIMEOUT: Duration = 10 * SECOND;

export interface Acquired {
  readonly owned: OwnedShard;
  readonly replayedRecords: number;
  readonly rebuilt: boolean;
}

/**
 * How a shard becomes ours: the only way to start, to take over and to recover.
 *
 * A1 a new producer, which fences every older one and settles its transaction; an aborted transaction buries what a broker
 * may have left without an end marker. A2 a fence record, which a zombie could not commit. A3 the store is brought up to
 * that fence. A4 the position found there is where to read on; what it does not know yet is added to it.
 *
 * Throws when it cannot be done now; nothing of the attempt is kept.
 */
export async function acquire(
  deps: ShardDeps,
  layout: ShardLayout,
  cause: AcquireCause,
  signal: AbortSignal,
): Promise<Acquired> {
  // A zombie must not fence the owner, and a fence is no use while the store cannot be reached.
  await confirmMembership(deps, signal);
  await deps.store.view(layout.shard);
  signal.throwIfAborted();
  const producer = await deps.log.openProducer(layout.shard);
  try {
    return await acquireWith(deps, layout, producer, cause, signal);
  } catch (error) {
    const told = await asOwner(deps, layout, producer, error);
    await producer.close();
    throw told;
  }
}

async function acquireWith(
  deps: ShardDeps,
  layout: ShardLayout,
  producer: ShardProducer,
  cause: AcquireCause,
  signal: AbortSignal,
): Promise<Acquired> {
  await touch(deps, layout.outputs, producer);
  const { fetchWait, fenceTimeout } = deps.settings;
  const reader = new ChangelogReader({
    log: deps.log,
    clocks: deps,
    place: layout.changelog,
    fetchWait,
    timeout: fenceTimeout,
    signal,
  });
  const clock = new ShardClock(deps, deps.settings.clockTolerance);
  const fence = await commitFence(deps, layout, producer, await reader.first());
  const isDistrusted = cause === 'due-index';
  const caughtUp = await catchUp({ deps, layout, reader, fence, isDistrusted, signal });
  checkStamp(caughtUp.fencedAt, layout.changelog);
  checkBrokerClock(caughtUp.fencedAt, fence.before, fence.after, deps.settings.clockTolerance);

  const { position } = caughtUp;
  const start = await startOffsets(deps, layout, position, signal);
  clock.goOnFrom(position?.now ?? 0);
  clock.next();
  const owned: OwnedShard = {
    layout,
    producer,
    clock,
    inbox: new Inbox(start),
    freshness: new Freshness(layout.interactions, deps.settings.freshnessMaxAge),
    log: fence.log,
    elsewhere: new Map(
      [...(position?.next ?? [])].filter(([key]) => !start.some((each) => partitionKey(each) === key)),
    ),
    watermark: fence.offset + 1,
    writtenAt: fence.before,
    deferred: caughtUp.deferred,
  };
  if (start.some((place) => !position?.next.has(partitionKey(place)))) {
    const applied = await commitPosition(deps, owned);
    if (!applied.applied) throw overtaken(layout.shard);
  }
  return { owned, replayedRecords: caughtUp.records, rebuilt: caughtUp.rebuilt };
}

async function confirmMembership({ log, wait }: ShardDeps, signal: AbortSignal): Promise<void> {
  const over = new AbortController();
  const late = new AbortController();
  const limit = AbortSignal.any([signal, over.signal]);
  void wait(MEMBERSHIP_TIMEOUT, limit).then(() => limit.aborted || late.abort(notConfirmed()));
  try {
    await log.confirmMembership(AbortSignal.any([signal, late.signal]));
  } finally {
    over.abort();
  }
}

function notConfirmed(): TactError {
  return new TactError(
    'not-a-member',
    `the group has not confirmed for ${MEMBERSHIP_TIMEOUT} ms that this process is a member`,
  );
}

/** No customer's id; its keyed hash tells whether two keys are the same, and nothing else. */
const KEY_PRINT_OF = '\u0000tact';

/** Whether a changelog of this incarnation was written with another customer key; false where it does not say. */
export function isOfOtherKey(log: string, customerKey: ShardDeps['customerKey']): boolean {
  const writtenWith = log.split('.')[1];
  return writtenWith !== undefined && writtenWith !== customerKey(KEY_PRINT_OF);
}

function otherKey({ changelog }: ShardLayout): TactError {
  return new TactError(
    'log-inconsistent',
    `${changelog.topic}/${changelog.partition} was written with another customer key, and with this one every customer would be new; ` +
      'put the old customerKey.secret back',
  );
}

async function commitFence(
  deps: ShardDeps,
  layout: ShardLayout,
  producer: ShardProducer,
  first: { key: Buffer | null; value: Buffer | null } | undefined,
): Promise<Fence> {
  if (first && !first.key?.equals(LOG_KEY)) {
    throw new TactError(
      'log-inconsistent',
      `${layout.changelog.topic}/${layout.changelog.partition} does not begin with an incarnation record; is it another application's topic?`,
    );
  }
  const nonce = deps.nonce();
  const before = deps.wallClock();
  const keyPrint = deps.customerKey(KEY_PRINT_OF);
  const log = first?.value?.toString() ?? `${deps.nonce()}.${keyPrint}`;
  if (isOfOtherKey(log, deps.customerKey)) throw otherKey(layout);
  const records = [markerRecord(FENCE_KEY, nonce, UNSTAMPED)];
  if (!first) records.unshift(markerRecord(LOG_KEY, log, before));
  const transaction = await producer.begin();
  const [base] = await transaction.send([{ ...layout.changelog, records }]);
  await transaction.commit();
  assert(base !== undefined, 'a send returns an offset for every slice');
  return {
    nonce,
    offset: base + records.length - 1,
    log,
    before,
    after: deps.wallClock(),
  };
}

function markerRecord(key: Buffer, value: string, now: Instant): OutputRecord {
  return { key, value: Buffer.from(value), headers: [], timestamp: now };
}
