import { TactError } from '../kernel/errors.ts';
import type { Duration, Instant } from '../kernel/time.ts';
import type { TopicPartition } from '../model/record.ts';

/** What tells the time: the wall clock, and one that nobody sets. */
export interface Clocks {
  wallClock(): Instant;
  /** Milliseconds since some moment; runs evenly whatever happens to the wall clock. */
  monotonic(): Duration;
}

/**
 * The shard's one source of `now`: read once per turn, never running backwards, across owners too, since the last `now` is in
 * the position record.
 */
export class ShardClock {
  readonly #clocks: Clocks;
  readonly #tolerance: Duration;
  /** Wall clock less the even one, as both stood at the beginning: a wall clock that is set moves away from it. */
  readonly #offset: number;
  #last: Instant = 0;

  /** To be made before the wall clock is compared with the broker's, so that it cannot be set unseen after that. */
  constructor(clocks: Clocks, tolerance: Duration) {
    this.#clocks = clocks;
    this.#tolerance = tolerance;
    this.#offset = clocks.wallClock() - clocks.monotonic();
  }

  /** `last`: the shard's last `now`, whoever's turn it was. */
  goOnFrom(last: Instant): void {
    this.#last = Math.max(this.#last, last);
  }

  /** The turn's `now`. Throws `clock-wrong` when this machine is too far behind the last turn, or was set since the acquire. */
  next(): Instant {
    const wall = this.#clocks.wallClock();
    if (wall < this.#last - this.#tolerance) {
      throw new TactError(
        'clock-wrong',
        `this machine's clock is ${this.#last - wall} ms behind the shard's last turn; set it right (NTP)`,
      );
    }
    const leap = Math.abs(wall - this.#clocks.monotonic() - this.#offset);
    if (leap > this.#tolerance) {
      throw new TactError(
        'clock-wrong',
        `this machine's clock was set by ${Math.round(leap)} ms since the shard was acquired`,
      );
    }
    this.#last = Math.max(this.#last, wall);
    return this.#last;
  }
}

/** The time that a fence is sent with. No broker's clock shows it, so whoever reads it again reads an append without a stamp. */
export const UNSTAMPED: Instant = 0;

/** Throws `clock-wrong` when the broker kept the time that a fence was sent with: then our clock would be compared with itself. */
export function checkStamp(fencedAt: Instant, { topic }: TopicPartition): void {
  if (fencedAt !== UNSTAMPED) return;
  throw new TactError(
    'clock-wrong',
    `${topic} does not bear the broker's time, so no clock can be checked; set message.timestamp.type=LogAppendTime on it, as tact topics check says`,
  );
}

/** Compares the broker's time of an append with ours before and after it. Throws `clock-wrong`. */
export function checkBrokerClock(
  appended: Instant,
  before: Instant,
  after: Instant,
  tolerance: Duration,
): void {
  const apart = appended < before ? before - appended : appended > after ? appended - after : 0;
  if (apart > tolerance) {
    throw new TactError(
      'clock-wrong',
      `this machine's clock and the broker's are ${apart} ms apart; set them right (NTP)`,
    );
  }
}
