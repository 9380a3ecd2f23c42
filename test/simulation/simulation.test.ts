import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { COMPILING_MS, type Compiled, compileForTests, runCommand } from '../support/compiled.ts';
import { KEPT } from './kept.ts';
import type { Result } from './result.ts';
import { FAULT_KINDS, type Scenario, scenarioOf } from './scenario.ts';
import { shrink } from './shrink.ts';
import { simulate } from './simulate.ts';

const SEEDS = Number(process.env.SIMULATION_SEEDS ?? 10_000);
/** What a thousand seeds are to feel at least once, else they prove nothing. */
const FELT_PER_THOUSAND = [
  ...FAULT_KINDS.map((kind) => `fault: ${kind}`),
  ...['fenced', 'ambiguous', 'aborted'].map((result) => `transaction: ${result}`),
  ...['behind', 'ahead'].map((side) => `watermark ${side}`),
  ...['clock', 'changelog-held-back', 'interactions-behind', 'redis', 'kafka'].map(
    (cause) => `hold: ${cause}`,
  ),
  ...['stalled', 'due-index', 'fenced', 'ambiguous', 'transaction', 'watermark', 'redis'].map(
    (cause) => `acquire: ${cause}`,
  ),
  ...['commit', 'apply', 'send', 'load', 'fetch'].map((call) => `too late: ${call}`),
  'answered late: fetch',
  ...['re-routed', 'waits over', 'view rebuilt', 'lost: requests', 'lost: replies'],
];

let compiled: Compiled;
beforeAll(() => {
  compiled = compileForTests('simulation');
}, COMPILING_MS);
afterAll(() => compiled.remove());

describe('whatever goes wrong', () => {
  test.each(KEPT)('what was found once stays mended: $found', async ({ scenario }) => {
    expect((await simulate(scenario)).violation?.message).toBeUndefined();
  });

  test(`every promise holds after every step, in ${SEEDS} runs`, { timeout: 1_200_000 }, async () => {
    const { reds, felt } = await runCommand<Result>(compiled, 'simulation', [
      '--seeds',
      String(SEEDS),
      '--jobs',
      '1',
    ]);
    expect(reds.map(({ seed, message }) => `seed ${seed}: ${message}`)).toEqual([]);
    const rare = FELT_PER_THOUSAND.filter((what) => (felt[what] ?? 0) < SEEDS / 1_000);
    expect(rare).toEqual([]);
  });

  test('one seed is one run, step by step', async () => {
    const traceOf = async (seed: number) => {
      const lines: string[] = [];
      await simulate(scenarioOf(seed), (line) => lines.push(line));
      return lines;
    };
    for (const seed of [1, 2, 3, 4, 5]) {
      const first = await traceOf(seed);
      expect(first.length).toBeGreaterThan(20);
      expect(await traceOf(seed)).toEqual(first);
    }
  });
});

test('what does not matter is left out of a scenario that is kept', async () => {
  const whole = scenarioOf(7);
  const [fault] = whole.faults.slice(-1);
  const [input] = whole.inputs.slice(3);
  const isRed = async ({ faults, inputs }: Scenario) =>
    faults.some((each) => each === fault) && inputs.some((each) => each === input);
  expect(await shrink(whole, isRed)).toMatchObject({ faults: [fault], inputs: [input] });
});
