import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeFolder, temporaryFolder } from '../../stack/children.mjs';
import { buildBoth } from './builds.mjs';
import { playRound } from './round.mjs';
import { ChaosStack } from './stack.mjs';
import { Tally } from './tally.mjs';

/**
 * How large a round is.
 * @typedef {object} Size
 * @property {number} customers
 * @property {number} perSecond messages
 * @property {number} faultsMs so long faults are begun
 * @property {number} [feltEach] or until every fault was felt so often
 */

/** @type {Size} */
export const FULL = { customers: 20_000, perSecond: 300, faultsMs: 240_000 };
/** @type {Size} */
export const SMALL = { customers: 3_000, perSecond: 150, faultsMs: 180_000, feltEach: 1 };

/**
 * Rounds of faults, each with topics and governors of its own, on one cluster.
 * @param {object} options
 * @param {readonly import('./faults.mjs').Fault[]} options.faults
 * @param {number} options.rounds
 * @param {number} options.seed of the first round; the next ones follow
 * @param {Size} options.size
 * @param {(line: string) => void} [options.log]
 * @param {boolean} [options.keep] leave logs and configuration where they are
 * @param {(round: object, tally: object) => void} [options.onRound] is told of each, and of what was done in it
 */
export async function runChaos({
  faults,
  rounds,
  seed,
  size,
  log = () => {},
  keep = false,
  onRound = () => {},
}) {
  const folder = keep ? mkdtempSync(join(tmpdir(), 'tact-chaos-')) : temporaryFolder('tact-chaos-');
  if (keep) log(`everything stays in ${folder}`);
  const builds = buildBoth(join(folder, 'builds'));
  const stack = await ChaosStack.start({ folder, log });
  const tally = new Tally(faults);
  const results = [];
  try {
    for (let i = 0; i < rounds; i++) {
      const before = tally.toJSON();
      const round = await playRound({
        stack,
        builds,
        folder,
        seed: seed + i,
        size,
        faults,
        tally,
        log,
        keep,
      });
      results.push(round);
      onRound(round, tally.since(before));
    }
  } finally {
    await stack.stop();
    if (!keep) removeFolder(folder);
  }
  return { rounds: results, faults: tally.toJSON() };
}
