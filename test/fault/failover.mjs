import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { check } from '../checker/check.mjs';
import { connectTo } from '../checker/redis.mjs';
import { removeFolder, temporaryFolder, waitUntil } from '../stack/children.mjs';
import { PRIMARY_NAME, startRedisCluster, startSentinels } from '../stack/redis-topologies.mjs';
import { Random } from '../support/random.mjs';
import { createTopics } from './create-topics.mjs';
import { Governor } from './governor.mjs';
import { Load } from './load.mjs';
import { Producers } from './producers.mjs';
import { untilTheEnd } from './quiet.mjs';
import { expectationsOf, readTopics, SHARDS, topicDefinitions, topicsOf, writeConfig } from './scenario.mjs';
import { watermarks } from './shard-fields.mjs';
import { Traffic } from './traffic.mjs';

const SIZE = { messages: 6_000, customers: 1_000, durationMs: 20_000 };
const QUIET_WITHIN_MS = 120_000;

/** How a topology is started, configured, and reached by those who do not know Tact. */
const TOPOLOGIES = {
  sentinel: {
    start: startSentinels,
    configure: ([first, ...nodes]) => ({ url: `redis://${first}`, nodes, sentinel: { name: PRIMARY_NAME } }),
    address: (nodes) => `redis+sentinel://${nodes[0]}/${PRIMARY_NAME}`,
  },
  cluster: {
    start: () => startRedisCluster({ replicas: 1 }),
    configure: ([first, ...nodes]) => ({ url: `redis://${first}`, nodes, cluster: true }),
    // The first ones are primaries, and may be killed.
    address: (nodes) => `redis+cluster://${nodes.at(-1)}`,
  },
};

/**
 * Two governors under load, while a primary of Redis is killed and a replica takes its place; then quiet, and the checker.
 * @param {{ kafka: string, topology: 'sentinel' | 'cluster', seed: number, program: string, log?: (line: string) => void }} options
 */
export async function runFailover({ kafka, topology, seed, program, log = () => {} }) {
  const { start, configure, address } = TOPOLOGIES[topology];
  const random = new Random(seed);
  const run = `failover-${topology}-${seed}-${Date.now().toString(36)}`;
  const folder = temporaryFolder('tact-failover-');
  mkdirSync(join(folder, 'logs'));
  const servers = await start();
  const redis = address(servers.nodes);
  const topics = topicsOf(run);
  const config = writeConfig(join(folder, 'config'), {
    ...{ run, kafka, topics },
    redis: configure(servers.nodes),
  });
  const governors = ['one', 'two'].map(
    (name) => new Governor({ name, folder: join(folder, 'logs'), config, program }),
  );
  const producers = new Producers({ kafka, topics, run, random: random.fork('producers') });
  try {
    await createTopics(kafka, topicDefinitions(topics));
    await producers.connect();
    const traffic = new Traffic({ random: random.fork('traffic'), customers: SIZE.customers });
    await producers.sendAll([...traffic.optIns()]);
    for (const governor of governors) governor.start();
    const load = new Load({ producers, traffic, ...SIZE });
    const loading = load.run();
    for (const governor of governors) await governor.takesTurns();
    log(`the primary of the ${topology} is killed`);
    await failOver(servers, redis, run);
    for (const governor of governors) await governor.takesTurns();
    load.finish();
    await loading;
    log('quiet');
    await untilTheEnd({
      ...{ producers, traffic, kafka, redis, topics: readTopics(topics) },
      ...{ keyPrefix: run, shards: SHARDS, timeoutMs: QUIET_WITHIN_MS },
    });
    for (const governor of governors) await governor.drain();
    log('checking');
    const report = await check({ kafka, redis }, expectationsOf(topics, run));
    const errors = governors.reduce((all, each) => all + each.measured(/^tact_redis_errors_total/), 0);
    return { run, report, errors };
  } finally {
    await Promise.allSettled([
      producers.disconnect(),
      ...governors.filter(({ running }) => running).map((each) => each.kill()),
    ]);
    await servers.stop();
    removeFolder(folder);
  }
}

/** Resolves when every shard can be asked again. */
async function failOver({ servers: [primary] }, redis, run) {
  primary.signal('SIGKILL');
  await primary.ended;
  const answers = async () => {
    const client = connectTo(redis);
    client.on('error', () => {});
    try {
      await watermarks(client, run, SHARDS);
      return true;
    } finally {
      client.disconnect();
    }
  };
  await waitUntil(answers, { what: 'the new primary', timeoutMs: QUIET_WITHIN_MS });
}
