import { expect, test } from 'vitest';
import { renderReport } from '../../checker/report.mjs';
import { runChaos, SMALL } from './chaos.mjs';
import { FAULTS } from './faults.mjs';

/** What one broker and one Redis cannot show. */
const OF_A_CLUSTER = ['F05a', 'F10', 'F15'];
const TIMEOUT_MS = 600_000;

test('no promise is broken while a broker is killed, answers are lost and Redis fails over to a replica that lags', {
  timeout: TIMEOUT_MS,
}, async () => {
  const seed = Number(process.env.TACT_FAULT_SEED ?? Date.now() % 1_000_000);
  const log = (line: string) => process.stderr.write(`chaos: ${line}\n`);
  const faults = FAULTS.filter(({ id }) => OF_A_CLUSTER.includes(id));
  const { rounds, faults: counts } = await runChaos({ faults, rounds: 1, seed, size: SMALL, log });
  for (const { report, violations } of rounds) {
    expect(violations, `seed ${seed}\n${report ? renderReport(report) : ''}`).toEqual([]);
  }
  const neverFelt = Object.entries(counts).filter(([, { effective }]) => effective === 0);
  expect(neverFelt, `seed ${seed}: every fault was felt at least once`).toEqual([]);
});
