import { inputOf, outcomeOf, sourceOf } from './facts.mjs';
import { connectTo } from './redis.mjs';
import { Cluster } from './wire/cluster.mjs';

/**
 * What is to be read, and judged by.
 * @typedef {object} Expectations
 * @property {string[]} inputs topics
 * @property {string[]} cleared topics
 * @property {string} suppressed
 * @property {string} deadLetter
 * @property {string[]} rerouted topics
 * @property {string} changelog
 * @property {string} keyPrefix of the shards' hashes in Redis
 * @property {import('./judge/limits.mjs').Limit[]} limits
 * @property {number} [freshnessMs] absent: opt-outs are not judged
 * @property {number} [clockMs] absent: the clock is not judged
 *
 * @typedef {object} Facts
 * @property {import('./facts.mjs').Input[]} inputs
 * @property {import('./facts.mjs').Outcome[]} outcomes
 * @property {import('./facts.mjs').Rerouted[]} rerouted
 * @property {import('./judge/view.mjs').ShardFacts[]} shards
 * @property {number} abortedOutcomes decisions on the output topics that only a reader of uncommitted records sees
 */

/**
 * Reads everything, at read_committed; the outputs a second time, at read_uncommitted.
 * @param {{ kafka: string, redis: string }} addresses `host:port` and an address as `connectTo` takes it
 * @param {Expectations} expected
 * @returns {Promise<Facts>}
 */
export async function gather(addresses, expected) {
  const cluster = new Cluster(addresses.kafka);
  const redis = connectTo(addresses.redis);
  try {
    const inputs = [];
    for (const topic of expected.inputs)
      for await (const record of cluster.readTopic(topic)) inputs.push(inputOf(record));
    const rerouted = [];
    for (const topic of expected.rerouted)
      for await (const record of cluster.readTopic(topic))
        rerouted.push({ source: sourceOf(record), partition: record.partition });
    const outcomes = [];
    let uncommitted = 0;
    for (const [outlet, topic] of outlets(expected)) {
      for await (const record of cluster.readTopic(topic)) outcomes.push(outcomeOf(outlet, record));
      uncommitted += await countDecisions(cluster, topic);
    }
    const abortedOutcomes = uncommitted - outcomes.filter(({ source }) => source !== undefined).length;
    return {
      inputs,
      outcomes,
      rerouted,
      abortedOutcomes,
      shards: await gatherShards(cluster, redis, expected),
    };
  } finally {
    cluster.close();
    redis.disconnect();
  }
}

/**
 * How many decisions the topic holds, aborted ones among them. What a starting shard writes only to abort it carries no
 * `tact-source` and is not a decision.
 */
async function countDecisions(cluster, topic) {
  let decisions = 0;
  for await (const record of cluster.readTopic(topic, { isolation: 'uncommitted' })) {
    if (sourceOf(record) !== undefined) decisions += 1;
  }
  return decisions;
}

/** Aborted decisions on the output topics so far. */
export async function countAborted(kafka, expected) {
  const cluster = new Cluster(kafka);
  try {
    let aborted = 0;
    for (const [, topic] of outlets(expected)) {
      aborted += await countDecisions(cluster, topic);
      for await (const record of cluster.readTopic(topic)) if (sourceOf(record) !== undefined) aborted -= 1;
    }
    return aborted;
  } finally {
    cluster.close();
  }
}

function outlets({ cleared, suppressed, deadLetter }) {
  return [
    ...cleared.map((topic) => ['cleared', topic]),
    ['suppressed', suppressed],
    ['dead-letter', deadLetter],
  ];
}

async function gatherShards(cluster, redis, { changelog: topic, keyPrefix }) {
  const shards = [];
  for (const shard of await cluster.partitions(topic)) {
    const changelog = [];
    for await (const { offset, timestamp, key, value } of cluster.read(topic, shard))
      changelog.push({ offset, timestamp, key, value });
    const hash = new Map(Object.entries(await redis.hgetallBuffer(`${keyPrefix}:{${shard}}`)));
    const due = await redis.zrange(`${keyPrefix}:{${shard}}:due`, 0, -1);
    shards.push({ shard, changelog, end: await cluster.endOffset(topic, shard), hash, due });
  }
  return shards;
}
