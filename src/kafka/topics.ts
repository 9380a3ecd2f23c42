import type { Admin } from 'kafkajs';
import { messageOf, TactError } from '../kernel/errors.ts';
import { createClient } from './client.ts';
import { kindOf, tactError } from './kafka-error.ts';
import type { KafkaSettings, LogLine } from './settings.ts';

/** A topic as the brokers have it. */
export interface TopicFacts {
  readonly partitions: number;
  readonly replicationFactor: number;
  /** Settings in force, by Kafka's names. */
  readonly settings: Readonly<Record<string, string>>;
}

export interface NewTopic {
  readonly topic: string;
  readonly partitions: number;
  /** Absent: 3, or as many as there are brokers. */
  readonly replicationFactor?: number;
  /** Settings beside the brokers' defaults, by Kafka's names. */
  readonly settings: Readonly<Record<string, string>>;
}

const REPLICAS = 3;
const LEADERS_WAIT_MS = 15_000;

/** What the brokers say about these topics; a topic that does not exist is left out. */
export function describeTopics(
  settings: KafkaSettings,
  topics: readonly string[],
  logLine: LogLine,
): Promise<ReadonlyMap<string, TopicFacts>> {
  return withAdmin(settings, logLine, 'cannot describe topics', async (admin) => {
    const existing = new Set(await admin.listTopics());
    const found = topics.filter((topic) => existing.has(topic));
    if (found.length === 0) return new Map();
    const { topics: metadata } = await admin.fetchTopicMetadata({ topics: found });
    const configs = await configsOf(admin, found);
    return new Map(
      metadata.map(({ name, partitions }) => [
        name,
        {
          partitions: partitions.length,
          replicationFactor: Math.min(...partitions.map(({ replicas }) => replicas.length)),
          settings: configs.get(name) ?? {},
        },
      ]),
    );
  });
}

/** Creates the topics that do not exist yet, leaves the others as they are, and waits until all have leaders. */
export function createTopics(
  settings: KafkaSettings,
  topics: readonly NewTopic[],
  logLine: LogLine,
): Promise<void> {
  return withAdmin(settings, logLine, 'cannot create topics', async (admin) => {
    const existing = new Set(await admin.listTopics());
    const missing = topics.filter(({ topic }) => !existing.has(topic));
    if (missing.length === 0) return;
    const { brokers } = await admin.describeCluster();
    for (const topic of missing) await createTopic(admin, topic, Math.min(REPLICAS, brokers.length));
    await awaitLeaders(admin, missing);
  });
}

async function createTopic(admin: Admin, wanted: NewTopic, replicas: number): Promise<void> {
  const { topic, partitions, replicationFactor = replicas, settings } = wanted;
  const configEntries = Object.entries(settings).map(([name, value]) => ({ name, value }));
  try {
    await admin.createTopics({
      topics: [{ topic, numPartitions: partitions, replicationFactor, configEntries }],
      waitForLeaders: false,
    });
  } catch (error) {
    const reasons = (error as { errors?: unknown[] }).errors ?? [error];
    if (reasons.some((reason) => kindOf(reason) === 'TOPIC_ALREADY_EXISTS')) return;
    const kind = kindOf(reasons[0]);
    throw new TactError('kafka-refused', `cannot create topic ${topic}: ${kind}: ${messageOf(reasons[0])}`, {
      cause: error,
    });
  }
}

async function awaitLeaders(admin: Admin, topics: readonly NewTopic[]): Promise<void> {
  const names = topics.map(({ topic }) => topic);
  const deadline = performance.now() + LEADERS_WAIT_MS;
  for (;;) {
    try {
      const { topics: metadata } = await admin.fetchTopicMetadata({ topics: names });
      if (metadata.every(({ partitions }) => partitions.every(({ leader }) => leader >= 0))) return;
    } catch (error) {
      if (performance.now() > deadline) throw error;
    }
    if (performance.now() > deadline) {
      throw new TactError(
        'kafka-unreachable',
        `topics ${names.join(', ')} have no leaders yet: are all brokers up?`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const TOPIC_RESOURCE = 2;

async function configsOf(
  admin: Admin,
  topics: readonly string[],
): Promise<Map<string, Record<string, string>>> {
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: topics.map((name) => ({ type: TOPIC_RESOURCE, name })),
  });
  return new Map(
    resources.map(({ resourceName, configEntries }) => [
      resourceName,
      Object.fromEntries(configEntries.map(({ configName, configValue }) => [configName, configValue ?? ''])),
    ]),
  );
}

/** Runs `work` with an admin client of its own. Throws `kafka-unreachable` or `kafka-refused`. */
export async function withAdmin<T>(
  settings: KafkaSettings,
  logLine: LogLine,
  what: string,
  work: (admin: Admin) => Promise<T>,
): Promise<T> {
  const admin = createClient(settings, logLine, {
    retries: 4,
    initialRetryTime: 50,
    maxRetryTime: 500,
  }).admin();
  try {
    await admin.connect();
    return await work(admin);
  } catch (error) {
    throw tactError(what, error);
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
}
