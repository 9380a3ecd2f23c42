import { TactError } from '../kernel/errors.ts';
import type { Duration, Instant } from '../kernel/time.ts';
import { SECOND } from '../kernel/time.ts';
import { acquire } from './acquire.ts';
import type { ShardDeps } from './deps.ts';
import { beat } from './fence-beat.ts';
import { acquireCauseOf, holdCauseOf } from './hold.ts';
import { lagOf } from './lag.ts';
import type { ShardLayout } from './layout.ts';
import type { AcquireCause } from './observer.ts';
import type { OwnedShard } from './owned-shard.ts';
import { parsePartitionKey } from './position.ts';
import { takeTurn } from './turn.ts';

const BACKOFF_FIRST: Duration = 100;
const BACKOFF_MAX: Duration = 5 * SECOND;
/** A shard that ran this long without a turn has recovered, too. */
const THRIVING: Duration = 2 * BACKOFF_MAX;
/** How long a fetch waits while messages wait for the interactions. */
const CATCHING_UP_WAIT: Duration = 20;
const REPORT_INTERVAL: Duration = SECOND;

interface Ended {
  readonly cause: AcquireCause;
  /** Turns that were taken. */
  readonly turns: number;
  /** It ended in a hold. */
  readonly held: boolean;
}

/**
 * One shard of this process, from its assignment to its end: acquire, then turn after turn; after any error, acquire again.
 */
export class Shard {
  readonly #deps: ShardDeps;
  readonly #layout: ShardLayout;
  readonly #stop = new AbortController();
  readonly #ended: Promise<void>;
  #reportedAt: Instant = 0;

  constructor(deps: ShardDeps, layout: ShardLayout) {
    this.#deps = deps;
    this.#layout = layout;
    this.#ended = this.#run();
  }

  /** Finishes the turn in hand and lets go of the shard. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#ended;
  }

  async #run(): Promise<void> {
    let cause: AcquireCause = 'assigned';
    let failures = 0;
    while (!this.#stopping) {
      const owned = await this.#acquire(cause, failures);
      if (!owned) {
        failures += 1;
        continue;
      }
      const started = performance.now();
      const ended = await this.#govern(owned);
      await owned.producer.close();
      const throve = ended.turns > 0 || performance.now() - started > THRIVING;
      failures = throve && !ended.held ? 0 : failures + 1;
      cause = ended.cause;
    }
    this.#deps.observer.stateChanged(this.#layout.shard, 'stopped');
  }

  /** One attempt, after a pause that grows with the failures before it; undefined when it failed. */
  async #acquire(cause: AcquireCause, failures: number): Promise<OwnedShard | undefined> {
    const { observer } = this.#deps;
    const { shard } = this.#layout;
    await this.#pause(failures);
    if (this.#stopping) return undefined;
    if (failures === 0) observer.stateChanged(shard, 'acquiring', cause);
    observer.acquireStarted(shard, cause);
    const started = performance.now();
    try {
      const { owned, replayedRecords, rebuilt } = await acquire(this.#deps, this.#layout, this.#stop.signal);
      observer.acquired(shard, performance.now() - started, replayedRecords, rebuilt);
      return owned;
    } catch (error) {
      if (this.#stopping) return undefined;
      const hold = holdCauseOf(error);
      observer.stateChanged(shard, 'holding', hold);
      observer.note('warn', 'shard-holds', {
        shard,
        cause: hold,
        err: error,
      });
      return undefined;
    }
  }

  /** Turns until something goes wrong, or until the shard is to stop. */
  async #govern(owned: OwnedShard): Promise<Ended> {
    let turns = 0;
    let shown = false;
    try {
      while (!this.#stopping) {
        const stepped = await this.#step(owned);
        if (stepped === 'watermark') return { cause: 'watermark', turns, held: false };
        if (stepped === 'turn') turns += 1;
        if (!shown && !owned.holding) this.#deps.observer.stateChanged(this.#layout.shard, 'running');
        shown = true;
      }
      return { cause: 'assigned', turns, held: false };
    } catch (error) {
      return { cause: acquireCauseOf(error), turns, held: this.#lost(error) };
    }
  }

  /** Says what went wrong. True when it is nothing that an acquire mends: the shard holds until the cause is gone. */
  #lost(error: unknown): boolean {
    if (this.#stopping) return false;
    const { observer } = this.#deps;
    const { shard } = this.#layout;
    observer.note('warn', 'shard-lost', { shard, cause: acquireCauseOf(error), err: error });
    const hold = holdCauseOf(error);
    const mended = hold === 'redis' || hold === 'kafka';
    if (!mended) observer.stateChanged(shard, 'holding', hold);
    return !mended;
  }

  async #step(owned: OwnedShard): Promise<'turn' | 'idle' | 'watermark'> {
    await this.#fetch(owned);
    this.#report(owned);
    const batch = this.#nextBatch(owned);
    if (batch.length === 0) return (await beat(this.#deps, owned)) ? 'idle' : 'watermark';
    const turn = await takeTurn(this.#deps, owned, batch);
    if (turn.kind === 'watermark') {
      this.#deps.observer.watermarkMismatch(this.#layout.shard, owned.watermark, turn.found);
      return 'watermark';
    }
    owned.writtenAt = turn.report.now;
    this.#deps.observer.turnFinished(this.#layout.shard, turn.report);
    return 'turn';
  }

  /** Interactions are always read on; messages only while the interactions are known well enough to decide them. */
  async #fetch(owned: OwnedShard): Promise<void> {
    const { interactions, outbound } = this.#layout;
    const { inbox, freshness } = owned;
    const askedAt = this.#deps.wallClock();
    const partitions = freshness.isFresh(askedAt) ? [...interactions, ...outbound] : interactions;
    const waiting = inbox.hasWaiting(partitions);
    const targets = inbox.wants(partitions);
    if (targets.length === 0) return;
    const { fetchWait } = this.#deps.settings;
    const idle = freshness.isFresh(askedAt) ? fetchWait : Math.min(fetchWait, CATCHING_UP_WAIT);
    const maxWaitMs = waiting ? 0 : idle;
    for (const fetched of await this.#deps.log.fetch(targets, {
      maxWaitMs,
      signal: this.#stop.signal,
    })) {
      if (fetched.kind === 'out-of-range') throw positionGone(fetched);
      if (inbox.put(fetched)) freshness.saw(fetched, fetched.highWatermark, askedAt);
    }
  }

  /** Interactions first, and then, if with them the shard is fresh, messages. */
  #nextBatch(owned: OwnedShard) {
    const { interactions, outbound } = this.#layout;
    const room = this.#deps.settings.turnRecordsMax;
    const batch = owned.inbox.take(interactions, room);
    for (const place of interactions) owned.freshness.reached(place, owned.inbox.offset(place));
    const fresh = owned.freshness.isFresh(this.#deps.wallClock());
    this.#showFreshness(owned, fresh);
    if (fresh && batch.length < room) batch.push(...owned.inbox.take(outbound, room - batch.length));
    return batch;
  }

  #showFreshness(owned: OwnedShard, fresh: boolean): void {
    if (owned.holding === !fresh) return;
    owned.holding = !fresh;
    if (fresh) this.#deps.observer.stateChanged(this.#layout.shard, 'running');
    else this.#deps.observer.stateChanged(this.#layout.shard, 'holding', 'interactions-behind');
  }

  #report(owned: OwnedShard): void {
    const now = this.#deps.wallClock();
    if (now - this.#reportedAt < REPORT_INTERVAL) return;
    this.#reportedAt = now;
    this.#deps.observer.lag(this.#layout.shard, lagOf(owned, now));
    const offsets = [...owned.inbox.offsets()].map(([key, offset]) => ({
      ...parsePartitionKey(key),
      offset,
    }));
    void this.#deps.log.saveGroupOffsets(offsets);
  }

  get #stopping(): boolean {
    return this.#stop.signal.aborted;
  }

  async #pause(failures: number): Promise<void> {
    if (failures === 0) return;
    const pause = Math.min(BACKOFF_MAX, BACKOFF_FIRST * 2 ** (failures - 1));
    await this.#deps.wait(pause, this.#stop.signal);
  }
}

function positionGone(fetched: {
  topic: string;
  partition: number;
  from: number;
  logStartOffset: number;
}): TactError {
  return new TactError(
    'position-lost',
    `${fetched.topic}/${fetched.partition} no longer has offset ${fetched.from} (it starts at ${fetched.logStartOffset}); ` +
      'records were lost before they were decided; decide with: tact shard adopt',
  );
}
