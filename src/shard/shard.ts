import type { Duration } from '../kernel/time.ts';
import { SECOND } from '../kernel/time.ts';
import { acquire } from './acquire.ts';
import type { ShardDeps } from './deps.ts';
import { acquireCauseOf, holdCauseAfter, holdCauseOf, needsOperator } from './hold.ts';
import type { ShardLayout } from './layout.ts';
import type { AcquireCause, HoldCause } from './observer.ts';
import type { OwnedShard } from './owned-shard.ts';
import { asOwner } from './ownership.ts';
import { Rounds } from './rounds.ts';

const BACKOFF_FIRST: Duration = 100;
const BACKOFF_MAX: Duration = 5 * SECOND;
/** Between two tries at what only an operator can mend. */
const OPERATOR_PAUSE: Duration = 30 * SECOND;
/** A shard that ran this long has recovered; before, each end counts as one more failure. */
const THRIVING: Duration = 10 * SECOND;
/** So many relapses in a row are a hold, though each acquire succeeds. */
const RELAPSES_TO_HOLD = 3;
/** From the second refused transaction in a row on, a turn has this many times fewer records than the one before. */
const SHRINK = 8;

/** What the shard goes into its next acquire with. */
interface Attempt {
  readonly cause: AcquireCause;
  /** Acquires in a row that failed. */
  readonly failures: number;
  /** Acquires in a row that succeeded and led to no shard that ran for long. */
  readonly relapses: number;
  /** How many of these ended with a transaction that was not taken. */
  readonly refusals: number;
  /** What it holds for; absent: it does not hold yet. */
  readonly hold?: HoldCause;
}

/** Why a shard has to be acquired again; without an error where it was to be expected. */
interface Trouble {
  readonly cause: AcquireCause;
  readonly error?: unknown;
}

/**
 * One shard of this process, from its assignment to its end: acquire, then turn after turn; after any error, acquire again,
 * after a pause that grows while it does not help.
 */
export class Shard {
  readonly #deps: ShardDeps;
  readonly #layout: ShardLayout;
  readonly #stop = new AbortController();
  readonly #ended: Promise<void>;

  constructor(deps: ShardDeps, layout: ShardLayout) {
    this.#deps = deps;
    this.#layout = layout;
    this.#ended = this.#run();
  }

  /** Resolves when the shard is let go; rejects when an invariant broke. */
  get ended(): Promise<void> {
    return this.#ended;
  }

  /** Finishes the turn in hand and lets go of the shard. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#ended;
  }

  async #run(): Promise<void> {
    let attempt: Attempt = { cause: 'assigned', failures: 0, relapses: 0, refusals: 0 };
    while (!this.#stopping) {
      await this.#pause(attempt);
      if (!this.#stopping) attempt = await this.#attempt(attempt);
    }
  }

  /** One acquire and, if it succeeds, all turns up to the next trouble. */
  async #attempt(attempt: Attempt): Promise<Attempt> {
    const owned = await this.#acquire(attempt);
    if ('error' in owned) return this.#held(attempt, owned.error);
    const started = this.#deps.monotonic();
    const trouble = await this.#govern(owned, attempt);
    await owned.producer.close();
    const throve = this.#deps.monotonic() - started > THRIVING;
    const cause = trouble.cause;
    const next = {
      cause,
      failures: 0,
      relapses: throve ? 0 : attempt.relapses + 1,
      refusals: cause === 'transaction' ? (throve ? 1 : attempt.refusals + 1) : 0,
    };
    return this.#lost(next, trouble.error);
  }

  async #acquire({ cause, hold }: Attempt): Promise<OwnedShard | { error: unknown }> {
    const { observer, monotonic } = this.#deps;
    const { shard } = this.#layout;
    if (hold === undefined) observer.stateChanged(shard, 'acquiring', cause);
    observer.acquireStarted(shard, cause);
    const started = monotonic();
    try {
      const acquired = await acquire(this.#deps, this.#layout, cause, this.#stop.signal);
      const { owned, replayedRecords, rebuilt } = acquired;
      observer.acquired(shard, monotonic() - started, replayedRecords, rebuilt);
      return owned;
    } catch (error) {
      return { error };
    }
  }

  #held(attempt: Attempt, error: unknown): Attempt {
    const hold = holdCauseOf(error);
    this.#hold(hold, 'shard-holds', error);
    return { ...attempt, failures: attempt.failures + 1, hold };
  }

  /** Rounds until something goes wrong, or until the shard is to stop. */
  async #govern(owned: OwnedShard, attempt: Attempt): Promise<Trouble> {
    const { observer, settings, monotonic } = this.#deps;
    const { shard } = this.#layout;
    const recordsMax = Math.max(
      1,
      Math.floor(settings.turnRecordsMax / SHRINK ** Math.max(0, attempt.refusals - 1)),
    );
    const rounds = new Rounds(this.#deps, owned, recordsMax, this.#stop.signal);
    // After a hold that an acquire does not mend, a turn shows that the cause is gone; else only time does.
    const isDoubtful =
      attempt.relapses > 0 && (attempt.hold !== undefined || attempt.relapses >= RELAPSES_TO_HOLD);
    const thrivesAt = monotonic() + THRIVING;
    let isShown = false;
    try {
      while (!this.#stopping) {
        const round = await rounds.next();
        if (round !== 'turn' && round !== 'idle') return { cause: round };
        const isBelieved =
          !isDoubtful || monotonic() >= thrivesAt || (round === 'turn' && attempt.refusals === 0);
        if (isShown || !isBelieved) continue;
        isShown = true;
        if (!rounds.isHolding) observer.stateChanged(shard, 'running');
      }
      return { cause: 'assigned' };
    } catch (thrown) {
      const error = await asOwner(this.#deps, this.#layout, owned.producer, thrown);
      return { cause: acquireCauseOf(error), error };
    }
  }

  /** Says what went wrong; holds when an acquire does not mend it, or has not mended it several times. */
  #lost(next: Attempt, error: unknown): Attempt {
    if (this.#stopping) return next;
    const known = error === undefined ? undefined : holdCauseOf(error);
    if (known !== undefined && known !== 'redis' && known !== 'kafka') {
      this.#hold(known, 'shard-lost', error);
      return { ...next, hold: known };
    }
    if (next.relapses < RELAPSES_TO_HOLD) {
      if (error !== undefined) this.#note('shard-lost', next.cause, error);
      return next;
    }
    const hold = holdCauseAfter(next.cause);
    this.#hold(hold, 'shard-lost', error);
    return { ...next, hold };
  }

  #hold(cause: HoldCause, event: 'shard-holds' | 'shard-lost', error: unknown): void {
    if (this.#stopping) return;
    this.#deps.observer.stateChanged(this.#layout.shard, 'holding', cause);
    this.#note(event, cause, error);
  }

  #note(event: 'shard-holds' | 'shard-lost', cause: string, error: unknown): void {
    this.#deps.observer.note('warn', event, { shard: this.#layout.shard, cause, err: error });
  }

  get #stopping(): boolean {
    return this.#stop.signal.aborted;
  }

  async #pause({ failures, relapses, hold }: Attempt): Promise<void> {
    const before = failures + relapses;
    // The first relapse may be nothing but the end of an owner before us.
    if (before === 0 || (before === 1 && hold === undefined)) return;
    const backoff = Math.min(BACKOFF_MAX, BACKOFF_FIRST * 2 ** (before - 1));
    const pause = hold !== undefined && needsOperator(hold) ? OPERATOR_PAUSE : backoff;
    await this.#deps.wait(pause, this.#stop.signal);
  }
}
