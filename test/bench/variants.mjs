import { fork } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Redis from 'ioredis';
import { createTopics } from '../fault/create-topics.mjs';
import { withoutOwnEnvironment } from '../fault/governor.mjs';
import { positions } from '../fault/quiet.mjs';
import { startChild, stopChild } from '../stack/children.mjs';
import { measure } from './measure.mjs';
import { SCHEMA_ID } from './preload.mjs';

const PASS_THROUGH = fileURLToPath(new URL('./pass-through.mjs', import.meta.url));

const POLICY = `apiVersion: tact/v1
name: bench
enforce: true
timezone: UTC
channels: { email: {}, push: {}, sms: {} }
classes: { marketing: { default: true } }
rules:
  - { id: all-week, cap: { limit: 10, window: 7d } }
  - { id: email-week, for: { channel: email }, cap: { limit: 6, window: 7d } }
  - { id: push-day, for: { channel: push }, cap: { limit: 3, window: 1d } }
  - { id: sms-day, for: { channel: sms }, cap: { limit: 3, window: { calendar: day, zone: policy } } }
  - { id: campaign, cap: { limit: 2, per: [campaign], window: 3d } }
`;

/**
 * @typedef {object} Bench
 * @property {string} kafka
 * @property {{ url: string, pid: number }} redis
 * @property {number} brokerPid
 * @property {string} input topic
 * @property {number} partitions
 * @property {number} messages
 * @property {number} warmUp messages
 * @property {string} folder
 * @property {string} program
 */

/** kafkajs as it comes, every record passed on. @param {Bench} bench */
export async function passThrough(bench, run) {
  const { kafka, input, partitions } = bench;
  const output = `${run}.out`;
  await createTopics(kafka, [{ topic: output, numPartitions: partitions, replicationFactor: 1 }]);
  const options = JSON.stringify({ kafka, input, output, groupId: run, partitions });
  const child = fork(PASS_THROUGH, [options], {
    env: plainEnvironment(),
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  let passed = 0;
  child.on('message', (message) => {
    passed = message.passed;
  });
  try {
    return await watch(bench, {
      done: async () => passed,
      pid: child.pid,
      running: () => child.exitCode === null,
    });
  } finally {
    child.kill('SIGKILL');
  }
}

/** Tact with five caps. @param {Bench} bench */
export async function governed(bench, run) {
  const { kafka, redis, partitions, folder, program } = bench;
  const config = await prepare(bench, run);
  const client = new Redis(redis.url);
  const command = [...withoutOwnEnvironment(), process.execPath, program, 'run', '--config', config];
  const child = startChild('env', command, { logFile: join(folder, `${run}.log`), cwd: folder });
  const done = async () => {
    const next = await positions(client, run, partitions);
    return Array.from({ length: partitions }, (_, i) => next.get(`${bench.input}/${i}`) ?? 0).reduce(
      (a, b) => a + b,
      0,
    );
  };
  try {
    const measured = await watch(bench, { done, pid: child.pid, running: () => child.running });
    return { ...measured, clearedShare: await clearedShare(kafka, run, bench.messages) };
  } finally {
    await stopChild(child);
    client.disconnect();
  }
}

function watch({ messages, warmUp, brokerPid, redis }, { done, pid, running }) {
  return measure({
    done,
    from: warmUp,
    to: messages,
    pids: { worker: pid, broker: brokerPid, redis: redis.pid },
    running,
  });
}

async function prepare({ kafka, redis, input, partitions, folder }, run) {
  const own = (name) => `${run}.${name}`;
  const names = [
    'told',
    'cleared',
    'suppressed',
    'dead-letter',
    'rerouted.interactions',
    'rerouted.outbound',
  ];
  const topics = names.map((name) => ({ topic: own(name), numPartitions: partitions, replicationFactor: 1 }));
  const configEntries = [
    { name: 'cleanup.policy', value: 'compact' },
    { name: 'message.timestamp.type', value: 'LogAppendTime' },
  ];
  await createTopics(kafka, [
    ...topics,
    { topic: own('state'), numPartitions: partitions, replicationFactor: 1, configEntries },
    { topic: own('control'), numPartitions: 1, replicationFactor: 1, configEntries },
  ]);
  writeFileSync(join(folder, 'policy.yaml'), POLICY);
  const config = {
    applicationId: run,
    kafka: { brokers: [kafka] },
    redis: { url: redis.url, keyPrefix: run },
    inputs: [
      { topic: input, kind: 'outbound', schemas: { ids: { [SCHEMA_ID]: 'offer.avsc' } } },
      { topic: own('told'), kind: 'interaction' },
    ],
    outputs: {
      cleared: { topic: own('cleared') },
      suppressed: { topic: own('suppressed') },
      deadLetter: { topic: own('dead-letter') },
    },
    topics: {
      changelog: own('state'),
      reroutedInteractions: own('rerouted.interactions'),
      reroutedOutbound: own('rerouted.outbound'),
      control: own('control'),
    },
    shards: partitions,
    policy: { file: 'policy.yaml' },
    customerKey: { insecureDevelopmentKey: true },
    http: { port: 0 },
  };
  const file = join(folder, `${run}.json`);
  writeFileSync(file, JSON.stringify(config));
  return file;
}

async function clearedShare(kafka, run, messages) {
  const { Cluster } = await import('../checker/wire/cluster.mjs');
  const cluster = new Cluster(kafka);
  try {
    let cleared = 0;
    for await (const record of cluster.readTopic(`${run}.cleared`)) cleared += record.value === null ? 0 : 1;
    return cleared / messages;
  } finally {
    cluster.close();
  }
}

function plainEnvironment() {
  const { NODE_ENV: _, ...rest } = process.env;
  return { ...rest, KAFKAJS_NO_PARTITIONER_WARNING: '1' };
}
