import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import { scenarioOf } from './scenario.ts';
import { simulate } from './simulate.ts';
import type { Violation } from './violation.ts';

export interface Seeds {
  readonly from: number;
  readonly count: number;
  /** Every so many; the others are somebody else's. */
  readonly step: number;
  /** The first broken promise ends it. */
  readonly untilRed: boolean;
}

export interface Red {
  readonly seed: number;
  readonly violation: Violation;
}

export interface Tally {
  readonly seeds: number;
  /** What was felt in all runs together. */
  readonly felt: ReadonlyMap<string, number>;
}

/** Simulates one seed after the other; `onProgress` is told after each how many are done, and what was found. */
export async function simulateSeeds(
  { from, count, step, untilRed }: Seeds,
  onProgress: (done: number, red: Red | undefined) => void,
): Promise<Tally> {
  const felt = new Map<string, number>();
  let seeds = 0;
  for (let seed = from; seed < from + count; seed += step) {
    const run = await simulate(scenarioOf(seed));
    seeds += 1;
    addTo(felt, run.felt);
    const red = run.violation && { seed, violation: run.violation };
    onProgress(seeds, red);
    if (red && untilRed) break;
    // A simulation never waits for anything real, and would let nobody else run.
    await turnOfTheLoop();
  }
  return { seeds, felt };
}

/** Adds what one or more runs felt. */
export function addTo(sum: Map<string, number>, felt: ReadonlyMap<string, number>): void {
  for (const [what, times] of felt) sum.set(what, (sum.get(what) ?? 0) + times);
}
