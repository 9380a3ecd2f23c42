import { TactError } from '../kernel/errors.ts';
import type { TopicPartition } from '../model/record.ts';
import type { AbortedTransaction } from './aborted-filter.ts';
import { readInt64 } from './varint.ts';

/** What a broker answered for one partition; a partition in error has no records and bounds of −1. */
export interface FetchedPartition extends TopicPartition {
  readonly errorCode: number;
  readonly highWatermark: number;
  readonly lastStableOffset: number;
  readonly logStartOffset: number;
  readonly aborted: readonly AbortedTransaction[];
  readonly recordSet: Buffer;
}

export interface FetchResponse {
  readonly clientSideThrottleTime: number;
  readonly errorCode: number;
  readonly partitions: readonly FetchedPartition[];
}

const EMPTY = Buffer.alloc(0);

/**
 * Reads a Fetch response of version 11 partition by partition, so that one in error takes nothing from the others. Throws
 * `kafka-refused` for bytes that are none.
 */
export function decodeFetchResponse(payload: Buffer): FetchResponse {
  try {
    return readResponse(payload);
  } catch (cause) {
    throw new TactError('kafka-refused', `the answer of ${payload.length} bytes to a fetch is none`, {
      cause,
    });
  }
}

function readResponse(payload: Buffer): FetchResponse {
  const reader = new ResponseReader(payload);
  const clientSideThrottleTime = reader.int32();
  const errorCode = reader.int16();
  reader.int32();
  const partitions: FetchedPartition[] = [];
  for (let topics = reader.int32(); topics > 0; topics--) {
    const topic = reader.string();
    for (let count = reader.int32(); count > 0; count--) partitions.push(readPartition(reader, topic));
  }
  return { clientSideThrottleTime, errorCode, partitions };
}

function readPartition(reader: ResponseReader, topic: string): FetchedPartition {
  const partition = reader.int32();
  const errorCode = reader.int16();
  const highWatermark = reader.int64();
  const lastStableOffset = reader.int64();
  const logStartOffset = reader.int64();
  const aborted: AbortedTransaction[] = [];
  for (let count = reader.int32(); count > 0; count--) {
    aborted.push({ producerId: reader.int64(), firstOffset: reader.int64() });
  }
  reader.int32();
  const recordSet = reader.bytes();
  return { topic, partition, errorCode, highWatermark, lastStableOffset, logStartOffset, aborted, recordSet };
}

class ResponseReader {
  readonly #buffer: Buffer;
  #position = 0;

  constructor(buffer: Buffer) {
    this.#buffer = buffer;
  }

  int16(): number {
    return this.#buffer.readInt16BE(this.#pass(2));
  }

  int32(): number {
    return this.#buffer.readInt32BE(this.#pass(4));
  }

  int64(): number {
    return readInt64(this.#buffer, this.#pass(8));
  }

  string(): string {
    const length = this.int16();
    const start = this.#pass(Math.max(length, 0));
    return this.#buffer.toString('utf8', start, this.#position);
  }

  bytes(): Buffer {
    const length = this.int32();
    if (length <= 0) return EMPTY;
    const start = this.#pass(length);
    return this.#buffer.subarray(start, this.#position);
  }

  #pass(length: number): number {
    const start = this.#position;
    this.#position += length;
    return start;
  }
}
