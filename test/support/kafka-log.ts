import { randomBytes } from 'node:crypto';
import { createKafkaLog, type KafkaLog } from '../../src/kafka/kafka-log.ts';
import { openSender } from '../../src/kafka/sender.ts';
import type { KafkaSettings } from '../../src/kafka/settings.ts';
import { createTopics } from '../../src/kafka/topics.ts';
import type { OutputRecord } from '../../src/model/record.ts';
import { kafkaAddress } from './addresses.ts';

export interface KafkaWorld {
  /** Belongs to this world alone; every log of the world is a member of its group. */
  readonly settings: KafkaSettings;
  /** The real name of a topic that the world was created with. */
  topic(name: string): string;
  /** Another process of the same group, so to speak. */
  open(settings?: Partial<KafkaSettings>): Promise<KafkaLog>;
  /** Appends outside any transaction, to this partition, and returns the first offset. */
  append(name: string, partition: number, records: readonly OutputRecord[]): Promise<number>;
  /** Leaves with every log that is still open. */
  close(): Promise<void>;
}

export interface WorldTopics {
  /** Name to number of partitions; created before the world is handed out. */
  readonly topics: Readonly<Record<string, number>>;
  readonly changelog: string;
  /** Default: all topics. */
  readonly subscribe?: readonly string[];
}

/** Settings for the Kafka of this run, as patient as a test is. */
export function testSettings(id: string, changes: Partial<KafkaSettings> = {}): KafkaSettings {
  return {
    brokers: [kafkaAddress()],
    clientId: `client-${id}`,
    groupId: `group-${id}`,
    applicationId: `app-${id}`,
    connectionTimeoutMs: 5_000,
    requestTimeoutMs: 20_000,
    sessionTimeoutMs: 6_000,
    heartbeatIntervalMs: 300,
    rebalanceTimeoutMs: 6_000,
    transactionTimeoutMs: 15_000,
    metadataMaxAgeMs: 60_000,
    fetchMaxWaitMs: 50,
    fetchPartitionBytesMax: 1_048_576,
    fetchBytesMax: 8_388_608,
    ...changes,
  };
}

/** What Kafka 4 refuses by default, and Kafka 3 does not. */
const CHANGELOG_SETTINGS = { 'cleanup.policy': 'compact', 'message.timestamp.type': 'LogAppendTime' };
const ONE_HOUR_AHEAD = { 'message.timestamp.after.max.ms': '3600000' };

/** Fresh topics, a fresh group and fresh transactional ids on the Kafka of this run. */
export async function kafkaWorld({ topics, changelog, subscribe }: WorldTopics): Promise<KafkaWorld> {
  const id = randomBytes(6).toString('hex');
  const settings = testSettings(id);
  const real = (name: string) => `${name}-${id}`;
  const wanted = Object.entries(topics).map(([name, partitions]) => ({
    topic: real(name),
    partitions,
    settings: { ...ONE_HOUR_AHEAD, ...(name === changelog && CHANGELOG_SETTINGS) },
  }));
  await createTopics(settings, wanted, () => undefined);
  const sender = await openSender(settings, () => undefined);
  const open: KafkaLog[] = [];
  return {
    settings,
    topic: real,
    open: async (changes = {}) => {
      const group = { subscribe: (subscribe ?? Object.keys(topics)).map(real), changelog: real(changelog) };
      const log = await createKafkaLog({ ...settings, ...changes }, group, () => undefined);
      open.push(log);
      return log;
    },
    append: async (name, partition, records) => {
      const placed = records.map((record) => ({ ...record, topic: real(name), partition }));
      const [first] = await sender.send(placed);
      return first?.offset ?? -1;
    },
    close: async () => {
      await Promise.all([sender.close(), ...open.map((log) => log.leave())]);
    },
  };
}

/** A record with a text value, and whatever else is given. */
export function textRecord(value: string, more: Partial<OutputRecord> = {}): OutputRecord {
  return { key: null, value: Buffer.from(value), headers: [], timestamp: Date.now(), ...more };
}
