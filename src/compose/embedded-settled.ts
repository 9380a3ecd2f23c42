import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import type { Instant } from '../kernel/time.ts';
import type { Deferred } from '../shard/deferred.ts';
import type { ShardObserver } from '../shard/observer.ts';

/** Knows when every record that went in was decided, and when the next one that waits is due. */
export class Settled implements ShardObserver {
  #open = 0;
  #done: (() => void) | undefined;
  #fail: ((error: Error) => void) | undefined;
  #error: Error | undefined;
  /** By shard: when the first that waits is due. */
  readonly #dueAt = new Map<number, Instant>();

  expect(records: number): void {
    this.#open += records;
  }

  all(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#done = resolve;
      this.#fail = reject;
      this.#look();
    });
  }

  /** Resolves when nothing that waits is due at `now` any more; until then, `wake` is called again and again. */
  async released(now: Instant, wake: () => void): Promise<void> {
    while (this.nextDueAt <= now) {
      if (this.#error) throw this.#error;
      wake();
      await turnOfTheLoop();
    }
    await this.all();
  }

  /** Infinite where nothing waits. */
  get nextDueAt(): Instant {
    return Math.min(...this.#dueAt.values(), Number.POSITIVE_INFINITY);
  }

  onMembership(): void {}

  onFailed(error: Error): void {
    this.#error = error;
    this.#look();
  }

  turnFinished(_shard: number, { records, rerouted }: { records: number; rerouted: number }): void {
    this.#open -= records - rerouted;
    this.#look();
  }

  deferred(shard: number, { nextDueAt }: Deferred): void {
    this.#dueAt.set(shard, nextDueAt);
  }

  #look(): void {
    if (this.#error) this.#fail?.(this.#error);
    else if (this.#open === 0) this.#done?.();
  }

  note(level: 'info' | 'warn' | 'error', event: string, fields: Record<string, unknown>): void {
    // Nothing can go wrong in memory; if it does, it is a bug, and waiting would hide it.
    if (level !== 'info') this.onFailed(new Error(`${event}: ${JSON.stringify(fields)}`));
  }

  stateChanged(): void {}
  acquireStarted(): void {}
  acquired(): void {}
  watermarkMismatch(): void {}
  transaction(): void {}
  lag(): void {}
}
