import { randomBytes } from 'node:crypto';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Governing } from '../../src/cli/abilities.ts';
import { newTopic, topicNeeds } from '../../src/cli/topic-needs.ts';
import { govern } from '../../src/compose/governing.ts';
import type { Config } from '../../src/config/config.ts';
import { loadConfig } from '../../src/config/load.ts';
import { createKafkaLog, type KafkaLog } from '../../src/kafka/kafka-log.ts';
import { type KafkaSender, openSender } from '../../src/kafka/sender.ts';
import type { KafkaSettings } from '../../src/kafka/settings.ts';
import { createTopics } from '../../src/kafka/topics.ts';
import { coordinates, type LogRecord, type OutputRecord } from '../../src/model/record.ts';
import type { ProcessStatus } from '../../src/observe/process-status.ts';
import { kafkaAddress, redisAddress } from './addresses.ts';
import { captureLog } from './captured-log.ts';
import { testSettings } from './kafka-log.ts';

export interface GovernOptions {
  readonly policy: string;
  /** Where the test itself asks, produces and reads; default: the Kafka of this run. */
  readonly kafka?: string;
  /** Default: the Redis of this run. */
  readonly redis?: string;
  /** Sections of the configuration beside those of the world, or in place of them. */
  readonly config?: Record<string, unknown>;
}

/** What every world has two partitions of, by the last part of its name. */
export type WorldTopic =
  | 'requested'
  | 'interactions'
  | 'cleared'
  | 'suppressed'
  | 'dead-letter'
  | 'state'
  | 'control';
export const GOVERN_SHARDS = 2;
const OUTCOMES: readonly WorldTopic[] = ['cleared', 'suppressed', 'dead-letter'];

/** One installation of Tact on the Kafka of this run: topics, group, keys in Redis and a policy file of its own. */
export class GovernWorld {
  readonly id = `govern-${randomBytes(6).toString('hex')}`;
  readonly folder = mkdtempSync(join(tmpdir(), 'tact-govern-'));
  readonly config: Config;
  /** What the processes of this world logged. */
  readonly log = captureLog();
  readonly #settings: KafkaSettings;
  readonly #running: Governing[] = [];
  readonly #read = new Map<string, { next: number; records: LogRecord[] }>();
  #sender: KafkaSender | undefined;
  #log: KafkaLog | undefined;

  private constructor(options: GovernOptions) {
    this.#settings = testSettings(this.id, { brokers: [options.kafka ?? kafkaAddress()] });
    this.writePolicy(options.policy);
    this.config = this.#load(options);
  }

  static async create(options: GovernOptions): Promise<GovernWorld> {
    const world = new GovernWorld(options);
    const topics = topicNeeds(world.config).map((need) => {
      const topic = newTopic(need, undefined);
      // A producer's clock may be wrong by centuries, and a company's brokers may let it pass.
      const anyTime = { 'message.timestamp.after.max.ms': '9223372036854775807' };
      return need.purpose === 'input' ? { ...topic, settings: { ...topic.settings, ...anyTime } } : topic;
    });
    await createTopics(world.#settings, topics, () => undefined);
    world.#sender = await openSender(world.#settings, () => undefined);
    const group = { subscribe: [], changelog: world.topic('state') };
    world.#log = await createKafkaLog(world.#settings, group, () => undefined);
    return world;
  }

  topic(name: WorldTopic): string {
    return `${this.id}.${name}`;
  }

  /** Replaces the policy file in one step. */
  writePolicy(text: string): void {
    const written = join(this.folder, 'policy.new');
    writeFileSync(written, text);
    renameSync(written, this.policyFile);
  }

  get policyFile(): string {
    return join(this.folder, 'policy.yaml');
  }

  /** Another process of this installation, so to speak. */
  async govern(): Promise<Governing> {
    const running = await govern(this.config, { within: 30_000, signal: new AbortController().signal });
    this.#running.push(running);
    return running;
  }

  /** Appends to one partition in one request and tells where each record went, as `tact-source` will name it. */
  async append(name: WorldTopic, partition: number, records: readonly Partial<OutputRecord>[]) {
    const topic = this.topic(name);
    const empty = { key: null, value: null, headers: [], timestamp: Date.now() };
    const sent = records.map((record) => ({ ...empty, ...record, topic, partition }));
    const [first] = (await this.#sender?.send(sent)) ?? [];
    return records.map((_, i) => coordinates({ topic, partition, offset: (first?.offset ?? 0) + i }));
  }

  /** Appends each value as JSON, in partitions by turns, so that half of them are in another shard than their customer. */
  async request(values: readonly Record<string, unknown>[]): Promise<string[]> {
    const partitions = Array.from({ length: GOVERN_SHARDS }, (_, partition) => partition);
    const appended = partitions.map((partition) => {
      const mine = values.filter((_, i) => i % GOVERN_SHARDS === partition);
      return this.append(
        'requested',
        partition,
        mine.map((value) => ({ value: Buffer.from(JSON.stringify(value)) })),
      );
    });
    return (await Promise.all(appended)).flat();
  }

  /** Every committed record of the topic that is there now. */
  async read(name: WorldTopic): Promise<readonly LogRecord[]> {
    const partitions = Array.from({ length: GOVERN_SHARDS }, (_, partition) => partition);
    const read = await Promise.all(partitions.map((partition) => this.#readPartition(name, partition)));
    return read.flat();
  }

  /** The same from the beginning, as it is after compaction. */
  readAnew(name: WorldTopic): Promise<readonly LogRecord[]> {
    for (const key of this.#read.keys()) if (key.startsWith(`${name}/`)) this.#read.delete(key);
    return this.read(name);
  }

  /** By the place of each input: the topics that have an outcome of it. One name for each outcome. */
  async outcomes(): Promise<Map<string, string[]>> {
    const outcomes = new Map<string, string[]>();
    for (const name of OUTCOMES) {
      for (const record of await this.read(name)) {
        const source = headerOf(record, 'tact-source');
        outcomes.set(source, [...(outcomes.get(source) ?? []), name]);
      }
    }
    return outcomes;
  }

  /** Waits until each of these inputs has an outcome, and gives them all. */
  async decided(sources: readonly string[]): Promise<Map<string, string[]>> {
    await until(`${sources.length} inputs are decided`, async () => {
      const outcomes = await this.outcomes();
      return sources.every((source) => outcomes.has(source));
    });
    return this.outcomes();
  }

  async close(): Promise<void> {
    await Promise.all(this.#running.map((each) => each.stop()));
    await Promise.all([this.#sender?.close(), this.#log?.leave()]);
    rmSync(this.folder, { recursive: true, force: true });
    this.log.stop();
  }

  async #readPartition(name: WorldTopic, partition: number): Promise<readonly LogRecord[]> {
    const place = { topic: this.topic(name), partition };
    const key = `${name}/${partition}`;
    const read = this.#read.get(key) ?? { next: 0, records: [] };
    this.#read.set(key, read);
    const [bounds] = (await this.#log?.bounds([place])) ?? [];
    for (let before = -1; read.next < (bounds?.end ?? 0) && read.next > before; ) {
      before = read.next;
      const signal = AbortSignal.timeout(20_000);
      const [fetched] =
        (await this.#log?.fetch([{ ...place, offset: read.next }], { maxWaitMs: 100, signal })) ?? [];
      if (fetched?.kind !== 'records') break;
      read.records.push(...fetched.records);
      read.next = fetched.nextOffset;
    }
    return read.records;
  }

  #load({ redis, config = {} }: GovernOptions): Config {
    const { id } = this;
    const file = join(this.folder, 'tact.yaml');
    const whole = {
      applicationId: id,
      kafka: { brokers: [kafkaAddress()], heartbeatIntervalMs: 300 },
      redis: { url: redis ?? redisAddress(), keyPrefix: id, commandTimeoutMs: 500 },
      shards: GOVERN_SHARDS,
      policy: { file: 'policy.yaml', reloadIntervalMs: 100 },
      customerKey: { insecureDevelopmentKey: true },
      http: { port: 0 },
      log: { level: 'debug' },
      inputs: [
        { topic: this.topic('requested'), kind: 'outbound' },
        { topic: this.topic('interactions'), kind: 'interaction' },
      ],
      outputs: {
        cleared: { topic: this.topic('cleared') },
        suppressed: { topic: this.topic('suppressed') },
        deadLetter: { topic: this.topic('dead-letter') },
      },
      topics: {
        changelog: this.topic('state'),
        reroutedInteractions: `${id}.rerouted-interactions`,
        reroutedOutbound: `${id}.rerouted-outbound`,
        control: this.topic('control'),
      },
      ...config,
    };
    writeFileSync(file, JSON.stringify(whole));
    const loaded = loadConfig({ file, env: {} });
    if (!loaded.ok) throw new Error(loaded.problems.map(({ message }) => message).join('\n'));
    return loaded.config;
  }
}

/** A message of a customer of its own, or of the one given. */
export function message(customerId: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  return { customerId, channel: 'email', ...more };
}

export function headerOf(record: Pick<LogRecord, 'headers'>, name: string): string {
  return record.headers.find((header) => header.name === name)?.value?.toString() ?? '';
}

export async function statusOf({ address }: Governing): Promise<ProcessStatus> {
  const answer = await fetch(`${address}/api/v1/status`);
  return (await answer.json()) as ProcessStatus;
}

/** State and cause of every shard, such as `holding redis`. */
export async function shardsOf(governing: Governing): Promise<string[]> {
  const { shards } = await statusOf(governing);
  return shards.map(({ state, cause }) => (cause === undefined ? state : `${state} ${cause}`));
}

export async function metricsOf({ address }: Governing): Promise<string> {
  return (await fetch(`${address}/metrics`)).text();
}

/** The value of a series, written as the metrics page writes it, such as `tact_shard_holding{cause="redis"}`. */
export async function metricOf(governing: Governing, series: string): Promise<number | undefined> {
  const lines = (await metricsOf(governing)).split('\n');
  const line = lines.find((each) => each.startsWith(`${series} `));
  return line === undefined ? undefined : Number(line.slice(series.length));
}

/** Waits until the condition holds; fails after a minute with what was waited for. */
export async function until(waitedFor: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 60_000;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`not within a minute: ${waitedFor}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
