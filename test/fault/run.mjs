import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { check } from '../checker/check.mjs';
import { removeFolder, temporaryFolder } from '../stack/children.mjs';
import { Random } from '../support/random.mjs';
import { createTopics } from './create-topics.mjs';
import { fencedProducers, injectFaults } from './faults.mjs';
import { Governor } from './governor.mjs';
import { Load } from './load.mjs';
import { Producers } from './producers.mjs';
import { untilTheEnd } from './quiet.mjs';
import { RedisServer } from './redis-server.mjs';
import { expectationsOf, readTopics, SHARDS, topicDefinitions, topicsOf, writeConfig } from './scenario.mjs';
import { Traffic } from './traffic.mjs';

/**
 * How large a run is.
 * @typedef {object} Size
 * @property {number} messages
 * @property {number} customers
 * @property {number} killsEach SIGKILLs of each of the two governors
 * @property {number} durationMs the load is spread over about so long
 */

/** @type {Size} */
export const FULL = { messages: 200_000, customers: 20_000, killsEach: 10, durationMs: 240_000 };
/** @type {Size} */
export const SMALL = { messages: 20_000, customers: 2_000, killsEach: 2, durationMs: 45_000 };

const QUIET_WITHIN_MS = 120_000;

/**
 * Load, faults, quiet, the end of the governors, the checker: against one Kafka and a Redis of its own.
 * @param {object} options
 * @param {string} options.kafka `host:port`
 * @param {number} options.seed
 * @param {Size} options.size
 * @param {string} [options.program] another build of the command line
 * @param {(line: string) => void} [options.log]
 * @param {boolean} [options.keep] leave logs and configuration where they are
 */
export async function runFaults({ kafka, seed, size, program, log = () => {}, keep = false }) {
  const random = new Random(seed);
  const run = `fault-${seed}-${Date.now().toString(36)}`;
  const folder = keep ? mkdtempSync(join(tmpdir(), 'tact-fault-')) : temporaryFolder('tact-fault-');
  log(`seed ${seed}, run ${run}, logs in ${folder}`);
  const redis = await RedisServer.start(join(folder, 'redis'));
  const topics = topicsOf(run);
  const place = { kafka, redis: redis.url, keyPrefix: run, expected: expectationsOf(topics, run) };
  const config = writeConfig(join(folder, 'config'), { run, kafka, redis: redis.url, topics });
  const governors = ['one', 'two'].map(
    (name) => new Governor({ name, folder: logFolder(folder), config, program }),
  );
  const producers = new Producers({ kafka, topics, run, random: random.fork('producers') });
  try {
    await createTopics(kafka, topicDefinitions(topics));
    await producers.connect();
    const traffic = new Traffic({ random: random.fork('traffic'), customers: size.customers });
    await producers.sendAll([...traffic.optIns()]);
    for (const governor of governors) governor.start();
    const load = new Load({ producers, traffic, messages: size.messages, durationMs: size.durationMs });
    const injected = await underLoad(load, {
      governors,
      redis,
      load,
      random: random.fork('faults'),
      plan: size,
      place,
      log,
    });
    log('quiet');
    await untilTheEnd({
      ...{ producers, traffic, kafka, redis: redis.url, topics: readTopics(topics) },
      ...{ keyPrefix: run, shards: SHARDS, timeoutMs: QUIET_WITHIN_MS },
    });
    for (const governor of governors) await governor.drain();
    log('checking');
    const report = await check({ kafka, redis: redis.url }, place.expected);
    return { seed, run, report, bites: bitesOf(injected, governors, report) };
  } finally {
    await Promise.allSettled([
      producers.disconnect(),
      ...governors.filter(({ running }) => running).map((each) => each.kill()),
    ]);
    await redis.stop();
    if (!keep) removeFolder(folder);
  }
}

async function underLoad(load, world) {
  const loading = load.run();
  const injecting = injectFaults(world).finally(() => load.finish());
  const [injected] = await Promise.all([injecting, loading]);
  return injected;
}

/**
 * What shows that the faults were felt. A count of 0 means that a fault was void.
 * @param {import('./faults.mjs').Injected} injected
 */
function bitesOf(injected, governors, report) {
  const measured = (pattern) => governors.reduce((all, governor) => all + governor.measured(pattern), 0);
  return {
    ...injected,
    abortedDecisions: report.abortedOutcomes,
    fencedProducers: fencedProducers(governors),
    watermarksBehind: measured(/^tact_watermark_mismatches_total\{side="behind"\}/),
    watermarksAhead: measured(/^tact_watermark_mismatches_total\{side="ahead"\}/),
    rebuiltViews: measured(/^tact_view_rebuilds_total/),
    replayedRecords: measured(/^tact_changelog_replayed_records_total/),
    waits: measured(/^tact_deferred_wait_seconds_count/),
    clearedWaits: countOf(report, 'order', 'after a wait'),
    withdrawn: measured(/^tact_decisions_total\{[^}]*reason="cancelled"/),
    acquires: measured(/^tact_acquire_duration_seconds_count/),
  };
}

function countOf({ judgements }, judgement, count) {
  return judgements.find(({ id }) => id === judgement).counts[count] ?? 0;
}

function logFolder(folder) {
  const logs = join(folder, 'logs');
  mkdirSync(logs, { recursive: true });
  return logs;
}
