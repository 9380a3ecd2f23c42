import type { Producer, ProducerBatch } from 'kafkajs';
import type { OutputRecord, TopicOffset } from '../model/record.ts';
import { createClient, kafkaJs } from './client.ts';
import { tactError } from './kafka-error.ts';
import type { KafkaSettings, LogLine } from './settings.ts';

/** A record for a topic, and for a partition of it if it must be that one. */
export interface SentRecord extends OutputRecord {
  readonly topic: string;
  /** Absent: where Kafka's default partitioner puts the key. */
  readonly partition?: number;
}

export interface KafkaSender {
  /** Appends outside any transaction and waits for the brokers; tells the first offset for each partition. */
  send(records: readonly SentRecord[]): Promise<TopicOffset[]>;
  /** Never throws. */
  close(): Promise<void>;
}

/** A plain idempotent producer for an operator's tools. Throws `kafka-unreachable` or `kafka-refused`, as `send` does. */
export async function openSender(settings: KafkaSettings, logLine: LogLine): Promise<KafkaSender> {
  const patience = { retries: 5, initialRetryTime: 50, maxRetryTime: 500 };
  const producer = createClient(settings, logLine, patience).producer({
    idempotent: true,
    maxInFlightRequests: 1,
    allowAutoTopicCreation: false,
    createPartitioner: kafkaJs().Partitioners.DefaultPartitioner,
  });
  try {
    await producer.connect();
  } catch (error) {
    await producer.disconnect().catch(() => undefined);
    throw tactError('cannot open a producer', error);
  }
  return {
    send: (records) => send(producer, records),
    close: () => producer.disconnect().catch(() => undefined),
  };
}

async function send(producer: Producer, records: readonly SentRecord[]): Promise<TopicOffset[]> {
  const topics = new Map<string, SentRecord[]>();
  for (const record of records) {
    const messages = topics.get(record.topic);
    if (messages) messages.push(record);
    else topics.set(record.topic, [record]);
  }
  const topicMessages = [...topics].map(([topic, messages]) => ({ topic, messages }));
  try {
    const placed = await producer.sendBatch({ acks: -1, topicMessages } as unknown as ProducerBatch);
    return placed.map(({ topicName, partition, baseOffset }) => ({
      topic: topicName,
      partition,
      offset: Number(baseOffset),
    }));
  } catch (error) {
    throw tactError('cannot send', error);
  }
}
