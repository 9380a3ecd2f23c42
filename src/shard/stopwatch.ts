import type { Duration } from '../kernel/time.ts';
import type { Clocks } from './clock.ts';
import type { TurnStage } from './observer.ts';

/** Measures the stages of a turn, one after the other. Not a source of `now`. */
export class Stopwatch {
  readonly #clocks: Pick<Clocks, 'monotonic'>;
  #last: Duration;
  readonly #laps: Record<TurnStage, Duration> = {
    decode: 0,
    load: 0,
    decide: 0,
    commit: 0,
    apply: 0,
  };

  constructor(clocks: Pick<Clocks, 'monotonic'>) {
    this.#clocks = clocks;
    this.#last = clocks.monotonic();
  }

  /** The time since the last lap goes to this stage. */
  lap(stage: TurnStage): void {
    const now = this.#clocks.monotonic();
    this.#laps[stage] += now - this.#last;
    this.#last = now;
  }

  laps(): Readonly<Record<TurnStage, Duration>> {
    return this.#laps;
  }
}
