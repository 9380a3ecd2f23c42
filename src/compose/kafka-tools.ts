import type { Config } from '../config/config.ts';
import { createKafkaLog, type KafkaLog } from '../kafka/kafka-log.ts';
import type { KafkaLogLine } from '../kafka/settings.ts';
import type { TopicOffset } from '../model/record.ts';
import { RedisStateStore } from '../redis/redis-state-store.ts';
import { ChangelogReader } from '../shard/changelog-reader.ts';
import type { ReadChangelog } from '../shard/compare.ts';
import { subscribedTopics } from '../shard/layout.ts';
import type { Fetched } from '../shard/log.ts';
import { kafkaSettings, redisSettings, shardSettings } from './settings.ts';

/** An operator's command reports what fails itself. */
export const SILENT = (_line: KafkaLogLine): void => {};

/** Opens the log without joining the group, and the store, for as long as the work takes. */
export async function withAdapters<T>(
  config: Config,
  work: (adapters: { log: KafkaLog; store: RedisStateStore }) => Promise<T>,
): Promise<T> {
  const store = new RedisStateStore(redisSettings(config));
  try {
    const topics = { subscribe: subscribedTopics(shardSettings(config)), changelog: config.topics.changelog };
    const log = await createKafkaLog(kafkaSettings(config), topics, SILENT);
    try {
      return await work({ log, store });
    } finally {
      await log.leave();
    }
  } finally {
    await store.close();
  }
}

/** Reads the shard's changelog to its present end. */
export function readingChangelog(config: Config, log: KafkaLog, shard: number): ReadChangelog {
  const reader = new ChangelogReader({
    clocks: { monotonic: () => performance.now() },
    log,
    place: { topic: config.topics.changelog, partition: shard },
    fetchWait: config.kafka.fetchMaxWaitMs,
    timeout: config.changelog.fenceTimeoutMs,
    signal: new AbortController().signal,
  });
  return (from) => reader.from(from);
}

const WAIT_MS = 500;

/** What the log has at these offsets, after half a second at most; nothing once the signal is aborted. */
export async function fetchUnlessStopped(
  log: KafkaLog,
  targets: readonly TopicOffset[],
  signal: AbortSignal,
): Promise<Fetched[]> {
  try {
    return await log.fetch(targets, { maxWaitMs: WAIT_MS, signal });
  } catch (error) {
    if (signal.aborted) return [];
    throw error;
  }
}
