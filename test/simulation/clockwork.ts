import type { Duration, Instant } from '../../src/kernel/time.ts';
import type { Scheduler } from '../../src/memory/scheduler.ts';

interface Happening {
  readonly at: Duration;
  readonly order: number;
  readonly fire: () => void;
}

/** When the simulated world began; any instant does, as long as it is the same for every run. */
const BEGINNING: Instant = Date.UTC(2026, 0, 5, 12);

/**
 * Virtual time. What is to happen is kept in order, and happens one after the other; between two happenings all code that
 * they woke has run until it waits again. So one seed always gives one and the same run.
 */
export class Clockwork implements Scheduler {
  /** The next one is last. */
  readonly #agenda: Happening[] = [];
  #elapsed: Duration = 0;
  #orders = 0;

  /** Since the beginning. */
  get elapsed(): Duration {
    return this.#elapsed;
  }

  /** The true time: what a clock shows that is right. */
  get now(): Instant {
    return BEGINNING + this.#elapsed;
  }

  after(delay: Duration, fire: () => void): () => void {
    const happening = { at: this.#elapsed + Math.max(0, delay), order: this.#orders++, fire };
    this.#agenda.splice(this.#placeOf(happening), 0, happening);
    return () => {
      const place = this.#agenda.indexOf(happening);
      if (place >= 0) this.#agenda.splice(place, 1);
    };
  }

  breathe(): undefined {}

  /** Lets the next thing happen, and everything run that it woke. False: there is nothing left. */
  async step(): Promise<boolean> {
    const next = this.#agenda.pop();
    if (!next) return false;
    this.#elapsed = next.at;
    next.fire();
    await settled();
    return true;
  }

  #placeOf({ at, order }: Happening): number {
    let [from, to] = [0, this.#agenda.length];
    while (from < to) {
      const middle = (from + to) >>> 1;
      const other = this.#agenda[middle] as Happening;
      if (other.at > at || (other.at === at && other.order > order)) from = middle + 1;
      else to = middle;
    }
    return from;
  }
}

/** Every promise that can go on has gone on: nothing in the world waits for anything real, and ticks come after promises. */
function settled(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve));
}
