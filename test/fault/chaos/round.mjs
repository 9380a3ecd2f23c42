import { cpSync, mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { check } from '../../checker/check.mjs';
import { removeFolder } from '../../stack/children.mjs';
import { Random } from '../../support/random.mjs';
import { untilQuiet, untilTheEnd } from '../quiet.mjs';
import { readTopics, SHARDS } from '../scenario.mjs';
import { Nemesis } from './nemesis.mjs';
import { isInSync } from './replicas.mjs';
import { World } from './world.mjs';

/** After the last fault everything that came in must have been taken within so long. */
const LAG_WITHIN_MS = 60_000;
/** When it takes longer, the round waits on, to see what else is wrong. */
const PATIENCE_MS = 180_000;
const WAITS_WITHIN_MS = 120_000;

/**
 * Load and faults, then quiet, the end of the governors, and the checker.
 * @param {object} options
 * @param {import('./stack.mjs').ChaosStack} options.stack
 * @param {{ present: string, next: string }} options.builds
 * @param {string} options.folder
 * @param {number} options.seed
 * @param {{ customers: number, perSecond: number, faultsMs: number }} options.size
 * @param {import('./faults.mjs').Fault[]} options.faults
 * @param {import('./tally.mjs').Tally} options.tally
 * @param {(line: string) => void} options.log
 * @param {boolean} options.keep
 */
export async function playRound({ stack, builds, folder, seed, size, faults, tally, log, keep }) {
  const random = new Random(seed);
  const run = `chaos-${seed}-${Date.now().toString(36)}`;
  const own = join(folder, run);
  mkdirSync(own, { recursive: true });
  log(`round ${run}`);
  const world = new World({ stack, builds, folder: own, random, size, run, log });
  try {
    // The round before may have broken off.
    await stack.heal();
    await world.open();
    await world.producers.sendAll([...world.traffic.optIns()]);
    for (const governor of world.governors) governor.start();
    world.pressure.start();
    for (const governor of world.governors) await governor.takesTurns();
    const healedAt = await new Nemesis({ world, faults, tally }).strike(size.faultsMs, size.feltEach);
    await world.pressure.stop();
    log('quiet');
    const violations = [];
    const lagMs = await untilLagIsGone(world, healedAt, violations);
    for (const governor of world.governors) await governor.drain();
    log('checking');
    const addresses = { kafka: world.kafka, redis: stack.redis.primary.url };
    const report = await check(addresses, world.expected);
    violations.push(...report.judgements.filter(({ holds }) => !holds).map(({ id }) => id));
    if (violations.length > 0 && !keep) keepLogs(own, log);
    return { seed, run, report, violations, lagMs, messages: world.pressure.sent };
  } catch (error) {
    log(error.stack);
    if (!keep) keepLogs(own, log);
    const violations = [`the round broke off: ${error.message.split('\n')[0]}`];
    return { seed, run, violations, lagMs: 0, messages: world.pressure.sent };
  } finally {
    await world.close();
    if (!keep) removeFolder(own);
  }
}

/**
 * How long after everything was healed the governors had come up with what came in; then nothing waits any more, every replica
 * is in sync, and whoever opted out has been offered something last. Else that is a violation.
 */
async function untilLagIsGone(world, healedAt, violations) {
  const { kafka, stack, run, topics, producers, traffic } = world;
  const watched = {
    ...{ kafka, redis: stack.redis.primary.url, keyPrefix: run, shards: SHARDS },
    topics: readTopics(topics),
  };
  let lagMs = PATIENCE_MS;
  try {
    await untilQuiet({ ...watched, mayWait: true, timeoutMs: PATIENCE_MS });
    lagMs = Date.now() - healedAt;
    if (lagMs > LAG_WITHIN_MS) violations.push(`lag of ${Math.round(lagMs / 1_000)} s`);
    if (!(await isInSync(world))) violations.push('a replica did not come back');
    await untilTheEnd({ ...watched, producers, traffic, timeoutMs: WAITS_WITHIN_MS });
  } catch (error) {
    violations.push(error.message);
  }
  return lagMs;
}

/** Whoever looks into it later needs to know what the governors said. */
function keepLogs(own, log) {
  const kept = mkdtempSync(join(tmpdir(), 'tact-chaos-broken-'));
  cpSync(join(own, 'logs'), kept, { recursive: true });
  log(`the governors' logs stay in ${kept}`);
}
