import { TactError } from '../kernel/errors.ts';
import type { Duration, Instant } from '../kernel/time.ts';

/**
 * The shard's one source of time: read once per turn, never running backwards, across owners too, since the last `now` is
 * in the position record.
 */
export class ShardClock {
  #last: Instant;
  readonly #wall: () => Instant;
  readonly #tolerance: Duration;

  constructor(wall: () => Instant, tolerance: Duration, last: Instant) {
    this.#wall = wall;
    this.#tolerance = tolerance;
    this.#last = last;
  }

  /** The turn's `now`. Throws `clock-wrong` when this machine is further behind the last turn than is tolerated. */
  next(): Instant {
    const wall = this.#wall();
    if (wall < this.#last - this.#tolerance) {
      throw new TactError(
        'clock-wrong',
        `this machine's clock is ${this.#last - wall} ms behind the shard's last turn; set it right (NTP)`,
      );
    }
    this.#last = Math.max(this.#last, wall);
    return this.#last;
  }
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
