import { setTimeout as pause } from 'node:timers/promises';
import { countAborted } from '../checker/gather.mjs';
import { SESSION_TIMEOUT_MS, SHARDS } from './scenario.mjs';

/** A stopped process is continued so long after its session has timed out. */
const BEYOND_SESSION_MS = 3_000;
/** So many more faults of a kind are tried when none of the planned ones bit. */
const EXTRA_MAX = 4;

/**
 * The faults of one run: each at an instant of a governor's work that chance picks.
 * @param {object} world
 * @param {import('./governor.mjs').Governor[]} world.governors
 * @param {import('./redis-server.mjs').RedisServer} world.redis
 * @param {import('./load.mjs').Load} world.load
 * @param {import('../support/random.mjs').Random} world.random
 * @param {{ killsEach: number }} world.plan
 * @param {{ kafka: string, keyPrefix: string, expected: object }} world.place
 * @param {(line: string) => void} world.log
 * @returns {Promise<Injected>} what was done
 *
 * @typedef {object} Injected
 * @property {number} kills
 * @property {number} stops
 * @property {number} emptied shards that lost a watermark
 * @property {number} rolledBack shards whose watermark went back
 * @property {number} waitingWhenEmptied messages
 * @property {number} waitingWhenRolledBack messages
 */
export async function injectFaults(world) {
  const [processes, views] = await Promise.all([injectIntoProcesses(world), injectIntoRedis(world)]);
  return { ...processes, ...views };
}

async function injectIntoProcesses(world) {
  const { governors, random, plan, log } = world;
  const kills = governors.flatMap((governor) =>
    Array.from({ length: plan.killsEach }, () => ({ kind: 'kill', governor })),
  );
  const planned = random.shuffle([...kills, { kind: 'stop', governor: random.pick(governors) }]);
  const done = { kills: 0, stops: 0 };
  const inject = async ({ kind, governor }) => {
    await governor.takesTurns();
    await pause(random.between(0, 1_000));
    log(`${kind} ${governor.name}`);
    if (kind === 'kill') await killAndStart(world, governor);
    else await stopAndContinue(governors, governor);
    done[`${kind}s`] += 1;
  };
  for (const fault of planned) await inject(fault);
  const stopped = planned.find(({ kind }) => kind === 'stop');
  for (let i = 0; i < EXTRA_MAX && fencedProducers(governors) === 0; i++) await inject(stopped);
  for (let i = 0; i < EXTRA_MAX && (await aborted(world)) === 0; i++)
    await inject({ kind: 'kill', governor: governors[i % 2] });
  for (const governor of governors) await governor.takesTurns();
  return done;
}

async function killAndStart({ random }, governor) {
  await governor.kill();
  await pause(random.between(0, 1_000));
  governor.start();
}

/** Long enough for the others to take over and work with what was taken over. */
async function stopAndContinue(governors, governor) {
  governor.signal('SIGSTOP');
  await pause(SESSION_TIMEOUT_MS + BEYOND_SESSION_MS);
  const others = governors.filter((other) => other !== governor);
  await Promise.all(others.map((other) => other.takesTurns()));
  governor.signal('SIGCONT');
  await pause(1_000);
}

/** Transactions that the broker refused because another producer of the shard had come since. */
export function fencedProducers(governors) {
  return governors.reduce((all, governor) => all + governor.fencings(), 0);
}

function aborted({ place }) {
  return countAborted(place.kafka, place.expected);
}

/** A snapshot early on; then, in this or the other order, everything is lost once and goes back to the snapshot once. */
async function injectIntoRedis({ redis, load, random, place, log }) {
  const watermarks = () => redis.watermarks(place.keyPrefix, SHARDS);
  const reached = async (progress) => {
    while (load.progress < progress) await pause(20);
  };
  const waiting = () => redis.waiting(place.keyPrefix, SHARDS);
  const done = { emptied: 0, rolledBack: 0, waitingWhenEmptied: 0, waitingWhenRolledBack: 0 };
  const empty = async () => {
    const before = await watermarks();
    done.waitingWhenEmptied = await waiting();
    log('empty Redis');
    await redis.empty();
    done.emptied = before.filter((watermark) => watermark > 0).length;
  };
  const rollBack = async () => {
    const before = await watermarks();
    done.waitingWhenRolledBack = await waiting();
    log('roll Redis back');
    await redis.rollBack();
    done.rolledBack = before.filter((watermark, shard) => watermark > older[shard]).length;
  };
  await reached(0.1 + random.next() * 0.1);
  const older = await watermarks();
  log('snapshot of Redis');
  await redis.snapshot();
  const [first, second] = random.shuffle([empty, rollBack]);
  await reached(0.3 + random.next() * 0.15);
  await first();
  await reached(0.55 + random.next() * 0.15);
  await second();
  return done;
}
