import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { waitUntil } from '../../stack/children.mjs';
import { createTopics } from '../create-topics.mjs';
import { Governor } from '../governor.mjs';
import { Producers } from '../producers.mjs';
import { expectationsOf, SHARDS, topicDefinitions, topicsOf, writeConfig } from '../scenario.mjs';
import { Traffic } from '../traffic.mjs';
import { Pressure } from './pressure.mjs';

const PRELOADED = ['../mutants/fault-point.mjs', './clock.mjs'].map((file) =>
  fileURLToPath(new URL(file, import.meta.url)),
);
/** Sooner than in production, so that a fault is felt and over within a round. */
const SETTINGS = {
  kafka: {
    requestTimeoutMs: 8_000,
    connectionTimeoutMs: 4_000,
    transactionTimeoutMs: 10_000,
    metadataMaxAgeMs: 10_000,
  },
  changelog: { fenceTimeoutMs: 8_000 },
  policy: { reloadIntervalMs: 500 },
};
const FELT_WITHIN_MS = 20_000;
const REPLICAS = 3;

/** One round's topics, governors and load, and what a fault needs to know and to do. */
export class World {
  run;
  topics;
  expected;
  random;
  stack;
  /** @type {Governor[]} one for each seat */
  governors;
  producers;
  traffic;
  pressure;
  log;
  #builds;
  #folder;
  #guest;
  /** What a fault has to itself until everything is healed. */
  #taken = new Set();

  /**
   * @param {object} options
   * @param {import('./stack.mjs').ChaosStack} options.stack
   * @param {{ present: string, next: string }} options.builds
   * @param {string} options.folder
   * @param {import('../../support/random.mjs').Random} options.random
   * @param {{ customers: number, perSecond: number }} options.size
   * @param {(line: string) => void} options.log
   */
  constructor({ stack, builds, folder, random, size, run, log }) {
    Object.assign(this, { stack, random, run, log, topics: topicsOf(run) });
    const { kafka, topics } = this;
    this.#builds = builds;
    this.#folder = folder;
    this.expected = expectationsOf(topics, run);
    mkdirSync(this.#logs, { recursive: true });
    this.governors = stack.seats.map((seat) => this.#governor(seat.name, seat));
    this.producers = new Producers({ kafka, topics, run, random: random.fork('producers') });
    this.traffic = new Traffic({ random: random.fork('traffic'), customers: size.customers });
    const { producers, traffic } = this;
    this.pressure = new Pressure({ producers, traffic, perSecond: size.perSecond });
  }

  /** The topics are there, and can be written to. */
  async open() {
    await createTopics(this.kafka, topicDefinitions(this.topics, REPLICAS));
    await this.producers.connect();
  }

  /** The brokers as producers and the checker reach them, past all links. */
  get kafka() {
    return this.stack.cluster.address;
  }

  get shards() {
    return SHARDS;
  }

  /** The seat of a governor. */
  seatOf(governor) {
    return this.stack.seats[this.governors.indexOf(governor)];
  }

  /** A governor that no other fault has, and the others. */
  pickGovernor() {
    const governor = this.random.pick(this.governors.filter((each) => !this.#taken.has(each)));
    if (!governor) throw new Error('another fault has every governor');
    this.#taken.add(governor);
    return { governor, others: this.governors.filter((each) => each !== governor) };
  }

  /** All of them, for one that no other fault may touch meanwhile. */
  takeGovernors() {
    if (this.#taken.size > 0) throw new Error('another fault has one of the governors');
    for (const governor of this.governors) this.#taken.add(governor);
    return this.governors;
  }

  /** Starts a governor that knows the next version of the state, and writes it. */
  startNext(governor) {
    governor.start(this.#builds.next);
  }

  /** The sum of a metric over these governors and all their lives. */
  count(pattern, governors = this.governors) {
    return governors.reduce((all, governor) => all + governor.measured(pattern), 0);
  }

  /**
   * Whether the work makes a metric of these governors rise, by so much, soon; from what they say now, not what they said last.
   * Work that resolves to false says by itself that it was void.
   */
  async rises(pattern, work, { by = 1, of = this.governors } = {}) {
    await Promise.all(of.map((governor) => governor.look()));
    const before = this.count(pattern, of);
    const isSeen = (await work()) !== false;
    return (await this.comes(() => this.count(pattern, of) >= before + by)) && isSeen;
  }

  /** Whether it becomes true soon. */
  async comes(probe, withinMs = FELT_WITHIN_MS) {
    try {
      await waitUntil(async () => probe(), { what: 'a fault', timeoutMs: withinMs });
      return true;
    } catch {
      return false;
    }
  }

  /** By which Redis knows the script that writes. */
  async applySha() {
    const { APPLY_SCRIPT } = await import(
      new URL('redis/apply-script.js', pathToFileURL(this.#builds.present))
    );
    return createHash('sha1').update(APPLY_SCRIPT).digest('hex');
  }

  /** The governor is killed when it comes to this step next. */
  killAt(governor, point) {
    writeFileSync(this.#fileOf(governor.name, 'point'), `${point} SIGKILL`);
  }

  /** Whether the step was reached. */
  wasReached(governor) {
    return !existsSync(this.#fileOf(governor.name, 'point'));
  }

  spare(governor) {
    rmSync(this.#fileOf(governor.name, 'point'), { force: true });
  }

  /** The governor's clock is off by so much. */
  setClock(governor, offsetMs) {
    writeFileSync(this.#fileOf(governor.name, 'clock'), String(offsetMs));
  }

  /** What the policy file holds from now on. */
  writePolicy(text) {
    writeFileSync(join(this.#folder, 'config', 'policy.yaml'), text);
  }

  /** Another governor of the same application, beside the three. */
  guest() {
    this.#guest ??= this.#governor('guest', this.stack.seats[0]);
    return this.#guest;
  }

  /** Everything is as if no fault had been. */
  async heal() {
    await this.stack.heal();
    for (const governor of this.governors) {
      this.spare(governor);
      this.setClock(governor, 0);
      if (governor.running) governor.signal('SIGCONT');
      else governor.start();
    }
    if (this.#guest?.running) await this.#guest.kill();
    this.#taken.clear();
    this.pressure.multiply(1);
    this.traffic.makeHot(0);
  }

  async close() {
    await Promise.allSettled([
      this.pressure.stop(),
      this.producers.disconnect(),
      ...[...this.governors, this.#guest].filter((each) => each?.running).map((each) => each.kill()),
    ]);
  }

  get #logs() {
    return join(this.#folder, 'logs');
  }

  #governor(name, seat) {
    const config = writeConfig(join(this.#folder, 'config'), {
      ...{ run: this.run, topics: this.topics, name, settings: SETTINGS },
      kafka: seat.brokers.map(({ port }) => `127.0.0.1:${port}`).join(','),
      redis: `redis://127.0.0.1:${seat.redis.port}`,
    });
    const env = {
      NODE_OPTIONS: PRELOADED.map((file) => `--import=${file}`).join(' '),
      FAULT_POINT: this.#fileOf(name, 'point'),
      CLOCK_OFFSET: this.#fileOf(name, 'clock'),
    };
    return new Governor({ name, folder: this.#logs, config, program: this.#builds.present, env });
  }

  #fileOf(name, what) {
    return join(this.#folder, `${name}.${what}`);
  }
}
