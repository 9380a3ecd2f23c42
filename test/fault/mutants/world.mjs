import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Redis from 'ioredis';
import { check } from '../../checker/check.mjs';
import { waitUntil } from '../../stack/children.mjs';
import { startRedis } from '../../stack/stack.mjs';
import { createTopics } from '../create-topics.mjs';
import { Governor } from '../governor.mjs';
import { kafkaOf } from '../producers.mjs';
import { untilQuiet } from '../quiet.mjs';

const SHARDS = 3;
const CUSTOMERS = 30;
const SESSION_TIMEOUT_MS = 6_000;
/** Messages whose wait came to an end. */
export const WAITS = /^tact_deferred_wait_seconds_count/;
const FAULT_POINT = fileURLToPath(new URL('./fault-point.mjs', import.meta.url));

/** A small world for one mutant: one input, three shards, thirty customers, a Redis of its own. */
export class World {
  shards = SHARDS;
  #run;
  #kafka;
  #folder;
  #program;
  #rules;
  #redis;
  #client;
  #producer;
  #governors = new Map();
  #asked = 0;

  /**
   * @param {object} options
   * @param {string} options.run
   * @param {string} options.kafka
   * @param {string} options.folder
   * @param {string} options.program
   * @param {import('./rules.mjs').Rules} options.rules
   */
  static async create({ run, kafka, folder, program, rules }) {
    const world = new World();
    world.#run = run;
    world.#kafka = kafka;
    world.#folder = folder;
    world.#program = program;
    world.#rules = rules;
    mkdirSync(folder, { recursive: true });
    world.#redis = await startRedis();
    world.#client = new Redis(world.#redis.url);
    await createTopics(kafka, world.#topics());
    world.#producer = kafkaOf(kafka, `${run}-platform`).producer({ allowAutoTopicCreation: false });
    await world.#producer.connect();
    world.#writeConfig();
    return world;
  }

  governor(name) {
    const governor = new Governor({
      name,
      folder: this.#folder,
      config: join(this.#folder, 'tact.json'),
      program: this.#program,
      env: { NODE_OPTIONS: `--import=${FAULT_POINT}`, FAULT_POINT: this.#pointFile(name) },
    });
    this.#governors.set(name, governor);
    return governor;
  }

  /** The governor gets this signal when it next comes to this point, as `<point> <signal>`. */
  signalAt(governor, pointAndSignal) {
    writeFileSync(this.#pointFile(governor.name), pointAndSignal);
  }

  async untilStopped(governor) {
    const reached = async () => !existsSync(this.#pointFile(governor.name)) && governor.isStopped();
    await waitUntil(reached, { what: `the stop of governor ${governor.name}`, timeoutMs: 30_000 });
  }

  /** One more e-mail to every customer. */
  async ask() {
    const round = ++this.#asked;
    const messages = Array.from({ length: CUSTOMERS }, (_, i) => {
      const [customerId, messageId] = [`customer-${i}`, `m-${round}-${i}`];
      const labels = {
        'load-kind': 'message',
        'load-customer': customerId,
        'load-channel': 'email',
        'load-message': messageId,
      };
      return {
        key: customerId,
        value: JSON.stringify({ customerId, channel: 'email', messageId }),
        headers: labels,
      };
    });
    await this.#producer.send({ topic: this.#topic('requested'), messages });
  }

  /** Resolves when exactly one round of e-mails waits, by what Redis says. */
  async oneRoundWaits() {
    const probe = async () => {
      const counts = await Promise.all(this.#hashes().map((hash) => this.#client.hget(hash, 'due')));
      return counts.reduce((all, count) => all + Number(count ?? 0), 0) === CUSTOMERS;
    };
    await waitUntil(probe, { what: 'a round that waits', timeoutMs: 30_000 });
  }

  /** Resolves when so many rounds of e-mails have been decided after a wait. */
  async roundsHaveWaited(rounds) {
    const probe = async () => this.measured(WAITS) >= rounds * CUSTOMERS;
    await waitUntil(probe, { what: 'the end of a wait', timeoutMs: 30_000 });
  }

  /** Resolves when everything that was asked for has been decided for good, by what Redis says. */
  async decided() {
    const topics = ['requested', 'rerouted.outbound'].map((name) => this.#topic(name));
    const { kafka, redis } = this.#addresses();
    await untilQuiet({ kafka, redis, topics, keyPrefix: this.#run, shards: SHARDS, timeoutMs: 60_000 });
  }

  /** Begins a transaction of nobody's with a record in every partition of the changelog; the answer aborts it. */
  async openTransactionInChangelog() {
    const stranger = kafkaOf(this.#kafka, `${this.#run}-stranger`).producer({
      transactionalId: `${this.#run}-stranger`,
      transactionTimeout: 300_000,
      maxInFlightRequests: 1,
    });
    await stranger.connect();
    const transaction = await stranger.transaction();
    const messages = Array.from({ length: SHARDS }, (_, partition) => ({
      partition,
      key: 'fence',
      value: 'of a stranger',
    }));
    await transaction.send({ topic: this.#topic('state'), messages });
    return async () => {
      await transaction.abort();
      await stranger.disconnect();
    };
  }

  /** What the shards' keys hold. */
  async copyRedis() {
    const keys = this.#hashes().flatMap((hash) => [hash, `${hash}:due`]);
    return Promise.all(keys.map(async (key) => [key, await this.#client.dumpBuffer(key)]));
  }

  /** Puts the keys back, all at once. */
  async restoreRedis(copies) {
    const transaction = this.#client.multi();
    for (const [key, copy] of copies) {
      if (copy === null) transaction.del(key);
      else transaction.restore(key, 0, copy, 'REPLACE');
    }
    for (const [error] of await transaction.exec()) if (error) throw error;
  }

  async emptyRedis() {
    await this.#client.flushall();
  }

  /** Ends the governors and judges. */
  async judge() {
    for (const governor of this.#governors.values()) if (governor.running) await governor.drain();
    return check(this.#addresses(), {
      inputs: [this.#topic('requested')],
      cleared: [this.#topic('cleared')],
      suppressed: this.#topic('suppressed'),
      deadLetter: this.#topic('dead-letter'),
      rerouted: [this.#topic('rerouted.outbound'), this.#topic('rerouted.interactions')],
      changelog: this.#topic('state'),
      keyPrefix: this.#run,
      limits: [this.#rules.limit],
    });
  }

  /** The sum of what the governors measured. */
  measured(pattern) {
    return [...this.#governors.values()].reduce((all, governor) => all + governor.measured(pattern), 0);
  }

  /** The last lines of every governor's log. */
  logs() {
    return [...this.#governors.values()]
      .map(({ logFile }) => readFileSync(logFile, 'utf8').split('\n').slice(-8).join('\n'))
      .join('\n');
  }

  async close() {
    for (const governor of this.#governors.values()) if (governor.running) await governor.kill();
    await this.#producer?.disconnect();
    this.#client.disconnect();
    await this.#redis.stop();
  }

  #addresses() {
    return { kafka: this.#kafka, redis: this.#redis.url };
  }

  #topic(name) {
    return `${this.#run}.${name}`;
  }

  #hashes() {
    return Array.from({ length: SHARDS }, (_, shard) => `${this.#run}:{${shard}}`);
  }

  #pointFile(name) {
    return join(this.#folder, `${name}.point`);
  }

  #topics() {
    const names = [
      'requested',
      'told',
      'cleared',
      'suppressed',
      'dead-letter',
      'rerouted.outbound',
      'rerouted.interactions',
    ];
    const plain = names.map((name) => ({
      topic: this.#topic(name),
      numPartitions: SHARDS,
      replicationFactor: 1,
    }));
    const configEntries = [
      { name: 'cleanup.policy', value: 'compact' },
      { name: 'message.timestamp.type', value: 'LogAppendTime' },
    ];
    return [
      ...plain,
      { topic: this.#topic('state'), numPartitions: SHARDS, replicationFactor: 1, configEntries },
      { topic: this.#topic('control'), numPartitions: 1, replicationFactor: 1, configEntries },
    ];
  }

  #writeConfig() {
    writeFileSync(join(this.#folder, 'policy.yaml'), this.#rules.policy);
    const config = {
      applicationId: this.#run,
      kafka: {
        brokers: [this.#kafka],
        sessionTimeoutMs: SESSION_TIMEOUT_MS,
        heartbeatIntervalMs: 1_000,
        rebalanceTimeoutMs: SESSION_TIMEOUT_MS,
      },
      redis: { url: this.#redis.url, keyPrefix: this.#run },
      inputs: [
        { topic: this.#topic('requested'), kind: 'outbound' },
        { topic: this.#topic('told'), kind: 'interaction' },
      ],
      outputs: {
        cleared: { topic: this.#topic('cleared') },
        suppressed: { topic: this.#topic('suppressed') },
        deadLetter: { topic: this.#topic('dead-letter') },
      },
      topics: {
        changelog: this.#topic('state'),
        reroutedInteractions: this.#topic('rerouted.interactions'),
        reroutedOutbound: this.#topic('rerouted.outbound'),
        control: this.#topic('control'),
      },
      shards: SHARDS,
      changelog: { fenceTimeoutMs: 3_000 },
      policy: { file: 'policy.yaml' },
      customerKey: { insecureDevelopmentKey: true },
      http: { port: 0 },
      shutdown: { deadlineMs: SESSION_TIMEOUT_MS - 1_000 },
    };
    writeFileSync(join(this.#folder, 'tact.json'), JSON.stringify(config));
  }
}
