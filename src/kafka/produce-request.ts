import { assert } from '../kernel/errors.ts';
import type { OutputRecord } from '../model/record.ts';
import { encodeBatch } from './batch-encoder.ts';

/** What kafkajs passes to its Produce request, with our records as the messages. */
export interface ProduceArguments {
  readonly acks: number;
  readonly timeout: number;
  readonly compression?: number;
  readonly transactionalId?: string | null;
  /** A decimal text once the broker has given it. */
  readonly producerId?: unknown;
  readonly producerEpoch?: number;
  readonly topicData: readonly {
    readonly topic: string;
    readonly partitions: readonly {
      readonly partition: number;
      readonly firstSequence?: number;
      readonly messages: readonly OutputRecord[];
    }[];
  }[];
}

/** The body of a Produce request, versions 3 to 7, uncompressed. */
export function encodeProduceRequest(request: ProduceArguments): Buffer {
  assert((request.compression ?? 0) === 0, 'records are produced uncompressed');
  const parts: Buffer[] = [
    nullableString(request.transactionalId ?? null),
    int16(request.acks),
    int32(request.timeout),
    int32(request.topicData.length),
  ];
  for (const { topic, partitions } of request.topicData) {
    parts.push(nullableString(topic), int32(partitions.length));
    for (const { partition, firstSequence, messages } of partitions) {
      const batch = encodeBatch(messages, {
        producerId: BigInt(String(request.producerId ?? -1)),
        producerEpoch: request.producerEpoch ?? 0,
        firstSequence: firstSequence ?? 0,
        transactional: request.transactionalId != null,
      });
      parts.push(int32(partition), int32(batch.length), batch);
    }
  }
  return Buffer.concat(parts);
}

function nullableString(text: string | null): Buffer {
  if (text === null) return int16(-1);
  const bytes = Buffer.from(text, 'utf8');
  return Buffer.concat([int16(bytes.length), bytes]);
}

function int16(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(2);
  bytes.writeInt16BE(value);
  return bytes;
}

function int32(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeInt32BE(value);
  return bytes;
}
