import { TactError } from '../kernel/errors.ts';
import type { Duration } from '../kernel/time.ts';
import { SECOND } from '../kernel/time.ts';
import type { LogRecord } from '../model/record.ts';
import { holdsEverything, NO_CONTROL } from '../model/stop.ts';
import { commitPosition } from './commit-position.ts';
import type { Deferred } from './deferred.ts';
import type { ShardDeps } from './deps.ts';
import { lagOf } from './lag.ts';
import type { Fetched, FetchTarget } from './log.ts';
import type { HoldCause } from './observer.ts';
import type { OwnedShard } from './owned-shard.ts';
import { parsePartitionKey } from './position.ts';
import { releaseDue } from './release.ts';
import { Standstill } from './standstill.ts';
import { type Turn, takeTurn } from './turn.ts';

const REPORT_INTERVAL: Duration = SECOND;
/** How long a fetch waits while messages wait for the interactions. */
const CATCHING_UP_WAIT: Duration = 20;
/** And while an operator holds everything, who expects it to go on soon once it is resumed. */
const STOPPED_WAIT: Duration = 200;
/** A broker that cannot be read from is asked again so often before the shard is acquired anew. */
const FETCH_TRIES = 5;
const FETCH_PAUSE: Duration = 200;

/** The last three end in an acquire: the store is not where the shard left it, its index is damaged, a turn took too long. */
export type Round = 'turn' | 'idle' | 'watermark' | 'due-index' | 'stale';

/** Why messages wait in a shard that is ours. */
type RoundHold = Extract<HoldCause, 'interactions-behind' | 'stopped'>;

/** What an owned shard does, again and again: take a turn on what is due, then fetch, and take one on what has come. */
export class Rounds {
  readonly #deps: ShardDeps;
  readonly #owned: OwnedShard;
  #recordsMax: number;
  readonly #signal: AbortSignal;
  readonly #standstill = new Standstill();
  #reportedAt: Duration = Number.NEGATIVE_INFINITY;
  #holdsFor: RoundHold | undefined;
  /** The last round released what was due; new input is next. */
  #hasReleased = false;
  #told: Deferred | undefined;

  /** `recordsMax`: records in the first turn at most; in each one after it twice as many, up to what is configured. */
  constructor(deps: ShardDeps, owned: OwnedShard, recordsMax: number, signal: AbortSignal) {
    this.#deps = deps;
    this.#owned = owned;
    this.#recordsMax = recordsMax;
    this.#signal = signal;
  }

  /** Messages wait, though the shard is ours. */
  get isHolding(): boolean {
    return this.#holdsFor !== undefined;
  }

  /** What is due and what has come take turns, so that neither waits for the end of the other. */
  async next(): Promise<Round> {
    this.#tellDeferred();
    this.#hasReleased = !this.#hasReleased && this.#mayRelease();
    return this.#hasReleased ? this.#release() : this.#takeIn();
  }

  /** Right after the turn before: everything that has been fetched of the interactions is folded. */
  #mayRelease(): boolean {
    const { wallClock, monotonic } = this.#deps;
    return this.#owned.deferred.nextDueAt <= wallClock() && this.#holdAt(monotonic()) === undefined;
  }

  /** Why no message may be decided now; undefined: it may. */
  #holdAt(now: Duration): RoundHold | undefined {
    if (!this.#owned.freshness.isFresh(now)) return 'interactions-behind';
    return holdsEverything(this.#deps.policy().control ?? NO_CONTROL) ? 'stopped' : undefined;
  }

  async #release(): Promise<Round> {
    const release = await releaseDue(this.#deps, this.#owned, this.#recordsMax);
    if (release.kind === 'nothing') return 'idle';
    if (release.kind === 'due-index') return 'due-index';
    return this.#ended(release);
  }

  async #takeIn(): Promise<Round> {
    await this.#fetch();
    this.#report();
    const batch = this.#nextBatch();
    if (batch.length === 0) return this.#idle();
    return this.#ended(await takeTurn(this.#deps, this.#owned, batch));
  }

  #ended(turn: Turn): Round {
    if (turn.kind === 'watermark') return this.#mismatch(turn.found);
    if (turn.kind === 'stale') return 'stale';
    this.#tellDeferred();
    // Turns are small after one was refused, to get past what is before the record that it was for.
    this.#recordsMax = Math.min(this.#recordsMax * 2, this.#deps.settings.turnRecordsMax);
    this.#deps.observer.turnFinished(this.#owned.layout.shard, turn.report);
    return 'turn';
  }

  #tellDeferred(): void {
    const { deferred, layout } = this.#owned;
    if (this.#told !== deferred) this.#deps.observer.deferred(layout.shard, deferred);
    this.#told = deferred;
  }

  async #idle(): Promise<Round> {
    const { settings, wallClock } = this.#deps;
    if (wallClock() - this.#owned.writtenAt < settings.fenceInterval) return 'idle';
    const applied = await commitPosition(this.#deps, this.#owned);
    return applied.applied ? 'idle' : this.#mismatch(applied.watermark);
  }

  #mismatch(found: number): 'watermark' {
    const { layout, watermark } = this.#owned;
    this.#deps.observer.watermarkMismatch(layout.shard, watermark, found);
    return 'watermark';
  }

  /** Interactions are always read on; messages only while the interactions are known well enough to decide them. */
  async #fetch(): Promise<void> {
    const { inbox, freshness, layout } = this.#owned;
    const askedAt = this.#deps.monotonic();
    const hold = this.#holdAt(askedAt);
    const partitions =
      hold === undefined ? [...layout.interactions, ...layout.outbound] : layout.interactions;
    const targets = inbox.wants(partitions);
    if (targets.length === 0) return;
    const idle = Math.min(this.#deps.settings.fetchWait, this.#idleFor(hold));
    const answers = await this.#ask(targets, inbox.hasWaiting(partitions) ? 0 : idle);
    this.#standstill.judge(targets, answers, this.#deps.monotonic());
    for (const fetched of answers) {
      if (fetched.kind === 'out-of-range') throw positionGone(fetched);
      if (inbox.put(fetched))
        freshness.saw(fetched, fetched.highWatermark, askedAt - (fetched.askedBefore ?? 0));
    }
  }

  #idleFor(hold: RoundHold | undefined): Duration {
    if (hold === 'interactions-behind') return CATCHING_UP_WAIT;
    if (hold === 'stopped') return STOPPED_WAIT;
    return Math.max(0, this.#owned.deferred.nextDueAt - this.#deps.wallClock());
  }

  /** A broker that is away for a moment costs a pause, not an acquire of every shard that reads from it. */
  async #ask(targets: readonly FetchTarget[], maxWaitMs: Duration): Promise<Fetched[]> {
    const { log, wait } = this.#deps;
    for (let tries = 1; ; tries++) {
      try {
        return await log.fetch(targets, { maxWaitMs, signal: this.#signal });
      } catch (error) {
        const isAway = error instanceof TactError && error.code === 'kafka-unreachable';
        if (!isAway || tries === FETCH_TRIES || this.#signal.aborted) throw error;
        await wait(FETCH_PAUSE * 2 ** (tries - 1), this.#signal);
      }
    }
  }

  /** Interactions first, and then, if with them the shard is fresh, messages. */
  #nextBatch(): LogRecord[] {
    const { inbox, freshness, layout } = this.#owned;
    const batch = inbox.take(layout.interactions, this.#recordsMax);
    for (const place of layout.interactions) freshness.reached(place, inbox.offset(place));
    const hold = this.#holdAt(this.#deps.monotonic());
    this.#show(hold);
    const room = this.#recordsMax - batch.length;
    if (hold === undefined && room > 0)
      for (const record of inbox.take(layout.outbound, room)) batch.push(record);
    return batch;
  }

  #show(hold: RoundHold | undefined): void {
    if (this.#holdsFor === hold) return;
    this.#holdsFor = hold;
    const { shard } = this.#owned.layout;
    if (hold === undefined) this.#deps.observer.stateChanged(shard, 'running');
    else this.#deps.observer.stateChanged(shard, 'holding', hold);
  }

  #report(): void {
    const { log, observer, monotonic, wallClock } = this.#deps;
    const now = monotonic();
    if (now - this.#reportedAt < REPORT_INTERVAL) return;
    this.#reportedAt = now;
    const { layout, deferred } = this.#owned;
    observer.lag(layout.shard, lagOf(this.#owned, wallClock()));
    observer.deferred(layout.shard, deferred);
    const offsets = [...this.#owned.inbox.offsets()].map(([key, offset]) => ({
      ...parsePartitionKey(key),
      offset,
    }));
    void log.saveGroupOffsets(offsets);
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
