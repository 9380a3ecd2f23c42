import type { TailOptions } from '../cli/abilities.ts';
import type { Config } from '../config/config.ts';
import { createKafkaLog, type KafkaLog } from '../kafka/kafka-log.ts';
import type { LogRecord, TopicOffset } from '../model/record.ts';
import { partitionKey } from '../shard/position.ts';
import { fetchUnlessStopped, SILENT } from './kafka-tools.ts';
import { kafkaSettings } from './settings.ts';

/** Committed records of all partitions of the topics, as they come, until the signal aborts; read by no consumer group. */
export async function* tail(config: Config, options: TailOptions): AsyncGenerator<LogRecord> {
  const topics = { subscribe: options.topics, changelog: config.topics.changelog };
  const log = await createKafkaLog(kafkaSettings(config), topics, SILENT);
  try {
    yield* follow(log, options);
  } finally {
    await log.leave();
  }
}

async function* follow(log: KafkaLog, { topics, from, signal }: TailOptions): AsyncGenerator<LogRecord> {
  const counts = await log.partitionCounts(topics);
  const places = [...counts].flatMap(([topic, count]) =>
    Array.from({ length: count }, (_, partition) => ({ topic, partition })),
  );
  const next = new Map<string, TopicOffset>();
  for (const { topic, partition, start, end } of await log.bounds(places)) {
    const place = { topic, partition, offset: from === 'beginning' ? start : end };
    next.set(partitionKey(place), place);
  }
  while (!signal.aborted) {
    for (const fetched of await fetchUnlessStopped(log, [...next.values()], signal)) {
      const { topic, partition } = fetched;
      if (fetched.kind === 'records') yield* fetched.records;
      const offset = fetched.kind === 'records' ? fetched.nextOffset : fetched.logStartOffset;
      next.set(partitionKey(fetched), { topic, partition, offset });
    }
  }
}
