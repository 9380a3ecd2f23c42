import { gunzipSync } from 'node:zlib';
import { TactError } from '../kernel/errors.ts';
import type { Header, LogRecord, TopicPartition } from '../model/record.ts';
import { type AbortedTransaction, type BatchSpan, createAbortedFilter } from './aborted-filter.ts';
import { readInt64, VarintReader } from './varint.ts';

export interface DecodedRecords {
  /** Committed records at or after `from`. */
  readonly records: LogRecord[];
  /** Behind the last complete batch, whatever it held; `from` when there was none. */
  readonly nextOffset: number;
}

interface Batch extends BatchSpan {
  readonly baseOffset: number;
  readonly attributes: number;
  readonly baseTimestamp: number;
  readonly maxTimestamp: number;
  readonly count: number;
  /** The records, compressed or not. */
  readonly body: Buffer;
}

const OVERHEAD = 61;
const LENGTH_COUNTS_FROM = 12;
const CODEC = 0x07;
const LOG_APPEND_TIME = 0x08;
const TRANSACTIONAL = 0x10;
const CONTROL = 0x20;
const CODECS = ['none', 'gzip', 'snappy', 'lz4', 'zstd'];
const GZIP = 1;
const UNPACKED_BYTES_MAX = 256 * 1024 * 1024;

/**
 * Reads a fetched record set: whole batches only (the last one may be cut off), records before `from` left out, aborted
 * ones and markers passed over. Keys, values and headers share the memory of `recordSet`.
 */
export function decodeRecordSet(
  recordSet: Buffer,
  place: TopicPartition,
  from: number,
  aborted: readonly AbortedTransaction[],
): DecodedRecords {
  const records: LogRecord[] = [];
  const committed = createAbortedFilter(aborted);
  let nextOffset = from;
  for (let start = 0; start + OVERHEAD <= recordSet.length; ) {
    const end = start + LENGTH_COUNTS_FROM + recordSet.readInt32BE(start + 8);
    const magic = recordSet.readInt8(start + 16);
    if (magic !== 2)
      throw refused(place, nextOffset, `message format ${magic}: re-write the topic as format 2`);
    if (end > recordSet.length) break;
    if (end < start + OVERHEAD) throw refused(place, nextOffset, 'a record batch with a false length');
    const batch = readable(place, nextOffset, () => readBatch(recordSet.subarray(start, end)));
    if (committed(batch)) readable(place, batch.baseOffset, () => readRecords(batch, place, from, records));
    nextOffset = Math.max(nextOffset, batch.lastOffset + 1);
    start = end;
  }
  return { records, nextOffset };
}

function readBatch(bytes: Buffer): Batch {
  const baseOffset = readInt64(bytes, 0);
  const attributes = bytes.readInt16BE(21);
  const body = bytes.subarray(OVERHEAD);
  const batch = {
    baseOffset,
    lastOffset: baseOffset + bytes.readInt32BE(23),
    attributes,
    baseTimestamp: readInt64(bytes, 27),
    maxTimestamp: readInt64(bytes, 35),
    producerId: readInt64(bytes, 43),
    transactional: (attributes & TRANSACTIONAL) !== 0,
    count: bytes.readInt32BE(57),
    body,
  };
  return attributes & CONTROL ? { ...batch, marker: markerOf(batch) } : batch;
}

/** A control batch holds one record; its key is a version and a type, 0 for abort and 1 for commit. */
function markerOf(batch: { count: number; body: Buffer }): 'commit' | 'abort' | 'other' {
  if (batch.count < 1) return 'other';
  const reader = new VarintReader(batch.body);
  reader.varint();
  reader.skip(1);
  reader.varint();
  reader.varint();
  const key = reader.bytes();
  if (!key || key.length < 4) return 'other';
  return (['abort', 'commit'] as const)[key.readInt16BE(2)] ?? 'other';
}

function readRecords(batch: Batch, place: TopicPartition, from: number, into: LogRecord[]): void {
  const reader = new VarintReader(unpack(batch, place));
  for (let i = 0; i < batch.count; i++) {
    const record = readRecord(reader, batch, place);
    if (record.offset >= from) into.push(record);
  }
}

/** Whatever is wrong with the bytes, it is said where they are. */
function readable<T>(place: TopicPartition, offset: number, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof TactError) throw error;
    throw refused(place, offset, 'a record batch that cannot be read', error);
  }
}

function unpack(batch: Batch, place: TopicPartition): Buffer {
  const codec = batch.attributes & CODEC;
  if (codec === 0) return batch.body;
  if (codec === GZIP) return gunzipSync(batch.body, { maxOutputLength: UNPACKED_BYTES_MAX });
  const name = CODECS[codec] ?? `codec ${codec}`;
  throw refused(place, batch.baseOffset, `records compressed with ${name}: use gzip or none for this topic`);
}

function readRecord(reader: VarintReader, batch: Batch, place: TopicPartition): LogRecord {
  const length = reader.varint();
  const end = reader.position + length;
  reader.skip(1);
  const timestampDelta = reader.varint();
  const offset = batch.baseOffset + reader.varint();
  const appendTime = (batch.attributes & LOG_APPEND_TIME) !== 0;
  const record = {
    topic: place.topic,
    partition: place.partition,
    offset,
    timestamp: appendTime ? batch.maxTimestamp : batch.baseTimestamp + timestampDelta,
    key: reader.bytes(),
    value: reader.bytes(),
    headers: readHeaders(reader),
  };
  if (reader.position !== end) throw new RangeError('a record is not as long as it says');
  return record;
}

const NO_HEADERS: readonly Header[] = [];

function readHeaders(reader: VarintReader): readonly Header[] {
  const count = reader.varint();
  if (count <= 0) return NO_HEADERS;
  const headers: Header[] = [];
  for (let i = 0; i < count; i++) {
    headers.push({ name: reader.bytes()?.toString('utf8') ?? '', value: reader.bytes() });
  }
  return headers;
}

function refused(place: TopicPartition, offset: number, what: string, cause?: unknown): TactError {
  return new TactError(
    'kafka-refused',
    `cannot read ${place.topic}/${place.partition} from ${offset}: ${what}`,
    {
      cause,
    },
  );
}
