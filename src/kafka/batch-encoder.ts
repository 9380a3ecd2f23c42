import type { OutputRecord } from '../model/record.ts';
import { crc32c } from './crc32c.ts';
import { sizeOfVarint, writeVarint } from './varint.ts';

/** Who writes a batch; producer id −1 for a producer that is neither idempotent nor transactional. */
export interface BatchProducer {
  readonly producerId: bigint;
  readonly producerEpoch: number;
  readonly firstSequence: number;
  readonly transactional: boolean;
}

const HEADER_SIZE = 61;
const CRC_POSITION = 17;
const CRC_FROM = 21;
const MAGIC = 2;
const TRANSACTIONAL = 0x10;

/** One uncompressed record batch (magic 2) of these records, in order; headers as they are, null values included. */
export function encodeBatch(records: readonly OutputRecord[], producer: BatchProducer): Buffer {
  const firstTimestamp = records[0]?.timestamp ?? 0;
  const bodies = records.map((record, i) => sizeOfBody(record, i, record.timestamp - firstTimestamp));
  const size = bodies.reduce((sum, body) => sum + sizeOfVarint(body) + body, HEADER_SIZE);
  const batch = Buffer.allocUnsafe(size);
  let position = HEADER_SIZE;
  for (let i = 0; i < records.length; i++) {
    const record = records[i] as OutputRecord;
    position = writeVarint(batch, position, bodies[i] as number);
    position = writeRecord(batch, position, record, i, record.timestamp - firstTimestamp);
  }
  writeHeader(batch, records, producer, firstTimestamp);
  batch.writeUInt32BE(crc32c(batch, CRC_FROM), CRC_POSITION);
  return batch;
}

function writeHeader(
  batch: Buffer,
  records: readonly OutputRecord[],
  producer: BatchProducer,
  firstTimestamp: number,
): void {
  const maxTimestamp = records.reduce((max, record) => Math.max(max, record.timestamp), firstTimestamp);
  batch.writeBigInt64BE(0n, 0);
  batch.writeInt32BE(batch.length - 12, 8);
  batch.writeInt32BE(0, 12);
  batch.writeInt8(MAGIC, 16);
  batch.writeInt16BE(producer.transactional ? TRANSACTIONAL : 0, CRC_FROM);
  batch.writeInt32BE(records.length - 1, 23);
  batch.writeBigInt64BE(BigInt(firstTimestamp), 27);
  batch.writeBigInt64BE(BigInt(maxTimestamp), 35);
  batch.writeBigInt64BE(producer.producerId, 43);
  batch.writeInt16BE(producer.producerEpoch, 51);
  batch.writeInt32BE(producer.firstSequence, 53);
  batch.writeInt32BE(records.length, 57);
}

function sizeOfBody(record: OutputRecord, offsetDelta: number, timestampDelta: number): number {
  let size = 1 + sizeOfVarint(timestampDelta) + sizeOfVarint(offsetDelta);
  size += sizeOfBytes(record.key) + sizeOfBytes(record.value) + sizeOfVarint(record.headers.length);
  for (const { name, value } of record.headers) {
    const length = Buffer.byteLength(name);
    size += sizeOfVarint(length) + length + sizeOfBytes(value);
  }
  return size;
}

function sizeOfBytes(bytes: Buffer | null): number {
  return bytes === null ? 1 : sizeOfVarint(bytes.length) + bytes.length;
}

function writeRecord(
  batch: Buffer,
  start: number,
  record: OutputRecord,
  offsetDelta: number,
  timestampDelta: number,
): number {
  let position = start;
  batch[position++] = 0;
  position = writeVarint(batch, position, timestampDelta);
  position = writeVarint(batch, position, offsetDelta);
  position = writeBytes(batch, position, record.key);
  position = writeBytes(batch, position, record.value);
  position = writeVarint(batch, position, record.headers.length);
  for (const { name, value } of record.headers) {
    position = writeVarint(batch, position, Buffer.byteLength(name));
    position += batch.write(name, position, 'utf8');
    position = writeBytes(batch, position, value);
  }
  return position;
}

function writeBytes(batch: Buffer, position: number, bytes: Buffer | null): number {
  if (bytes === null) return writeVarint(batch, position, -1);
  const place = writeVarint(batch, position, bytes.length);
  return place + bytes.copy(batch, place);
}
