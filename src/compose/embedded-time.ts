import type { Instant } from '../kernel/time.ts';
import { realScheduler, type Scheduler } from '../memory/scheduler.ts';

/** The traffic's time: it jumps, and whoever sleeps until some time of it has to be woken. */
export class EmbeddedTime implements Scheduler {
  now: Instant = 0;
  readonly #sleepers = new Set<() => void>();

  readonly breathe = realScheduler.breathe;

  after(delayMs: number, fire: () => void): () => void {
    const cancel = realScheduler.after(delayMs, fire);
    this.#sleepers.add(fire);
    return () => {
      cancel();
      this.#sleepers.delete(fire);
    };
  }

  /** Moves on to `to`; never back. */
  reach(to: Instant): void {
    this.now = Math.max(this.now, to);
  }

  readonly wake = (): void => {
    for (const fire of [...this.#sleepers]) fire();
  };
}
