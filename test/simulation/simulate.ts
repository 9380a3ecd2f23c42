import type { Scenario } from './scenario.ts';
import { Violation } from './violation.ts';
import { World } from './world.ts';

export interface Simulated {
  /** Absent: every promise held after every step. */
  readonly violation?: Violation;
  /** What was felt of the faults, counted. */
  readonly felt: ReadonlyMap<string, number>;
}

/** Runs one scenario from beginning to end, or to the first broken promise. */
export async function simulate(scenario: Scenario, trace?: (line: string) => void): Promise<Simulated> {
  const world = new World(scenario, trace);
  try {
    await world.run();
    return { felt: world.felt.counts };
  } catch (error) {
    if (!(error instanceof Violation)) throw error;
    return { felt: world.felt.counts, violation: error };
  }
}
