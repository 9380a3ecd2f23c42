import type { RecordMetadata } from 'kafkajs';
import { assert } from '../kernel/errors.ts';
import type { OutputRecord } from '../model/record.ts';
import type { OutputSlice } from '../shard/log.ts';

/** A record with its partition, as the mended produce request takes it. */
export interface PlacedRecord extends OutputRecord {
  readonly partition: number;
}

export interface TopicMessages {
  readonly topic: string;
  readonly messages: PlacedRecord[];
}

/** The slices as one request: by topic, each record with its partition, slices of one partition in their order. */
export function toTopicMessages(slices: readonly OutputSlice[]): TopicMessages[] {
  const topics = new Map<string, PlacedRecord[]>();
  for (const { topic, partition, records } of slices) {
    const messages = topics.get(topic) ?? [];
    topics.set(topic, messages);
    for (const { key, value, headers, timestamp } of records) {
      messages.push({ key, value, headers, timestamp, partition });
    }
  }
  return [...topics]
    .map(([topic, messages]) => ({ topic, messages }))
    .filter(({ messages }) => messages.length > 0);
}

/** The offset of each slice's first record; −1 for a slice that is empty, unless its partition got records of another. */
export function baseOffsets(slices: readonly OutputSlice[], metadata: readonly RecordMetadata[]): number[] {
  const next = new Map<string, number>();
  for (const { topicName, partition, baseOffset } of metadata) {
    next.set(`${topicName}/${partition}`, Number(baseOffset));
  }
  return slices.map(({ topic, partition, records }) => {
    const key = `${topic}/${partition}`;
    const base = next.get(key) ?? -1;
    assert(base >= 0 || records.length === 0, 'the broker says where records went');
    next.set(key, base + records.length);
    return base;
  });
}
