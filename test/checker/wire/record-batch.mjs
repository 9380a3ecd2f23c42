import { gunzipSync } from 'node:zlib';
import { Reader } from './bytes.mjs';
import { crc32c } from './crc32c.mjs';

/**
 * @typedef {object} Batch
 * @property {number} baseOffset
 * @property {number} lastOffset inclusive
 * @property {number} producerId -1 without one
 * @property {boolean} transactional
 * @property {'commit' | 'abort' | undefined} marker what a control batch says; undefined for data
 * @property {BatchRecord[]} records empty for a control batch
 *
 * @typedef {object} BatchRecord
 * @property {number} offset
 * @property {number} timestamp
 * @property {Buffer | null} key
 * @property {Buffer | null} value
 * @property {{ name: string, value: Buffer | null }[]} headers
 */

const HEAD_BYTES = 12;
const CODEC = 0x07;
const LOG_APPEND_TIME = 0x08;
const TRANSACTIONAL = 0x10;
const CONTROL = 0x20;

/**
 * Every whole batch of a fetched record set, checksum verified; a batch cut off at the end is left out.
 * @param {Buffer} set
 * @returns {Batch[]}
 */
export function decodeBatches(set) {
  const batches = [];
  let at = 0;
  while (set.length - at >= HEAD_BYTES) {
    const end = at + HEAD_BYTES + set.readInt32BE(at + 8);
    if (end > set.length) break;
    batches.push(decodeBatch(set.subarray(at, end)));
    at = end;
  }
  return batches;
}

function decodeBatch(bytes) {
  const reader = new Reader(bytes);
  const baseOffset = reader.int64();
  reader.raw(8); // length, leader epoch
  const magic = reader.int8();
  if (magic !== 2) throw new Error(`the batch at offset ${baseOffset} has format ${magic}, expected 2`);
  const crc = reader.uint32();
  if (crc32c(bytes.subarray(reader.at)) !== crc)
    throw new Error(`the batch at offset ${baseOffset} fails its checksum`);
  const attributes = reader.int16();
  const lastOffset = baseOffset + reader.int32();
  const firstTimestamp = reader.int64();
  const maxTimestamp = reader.int64();
  const producerId = reader.int64();
  reader.raw(6); // producer epoch, base sequence
  const count = reader.int32();
  const body = new Reader(decompress(bytes.subarray(reader.at), attributes & CODEC));
  const base = { offset: baseOffset, timestamp: firstTimestamp };
  const records = Array.from({ length: count }, () => decodeRecord(body, base));
  if (attributes & LOG_APPEND_TIME) for (const record of records) record.timestamp = maxTimestamp;
  const control = (attributes & CONTROL) !== 0;
  return {
    baseOffset,
    lastOffset,
    producerId,
    transactional: (attributes & TRANSACTIONAL) !== 0,
    marker: control ? markerOf(records[0]) : undefined,
    records: control ? [] : records,
  };
}

function decodeRecord(reader, base) {
  const length = reader.varint();
  const end = reader.at + length;
  reader.int8();
  const timestamp = base.timestamp + reader.varint();
  const offset = base.offset + reader.varint();
  const key = reader.varbytes();
  const value = reader.varbytes();
  const headers = Array.from({ length: reader.varint() }, () => ({
    name: reader.varbytes()?.toString('utf8') ?? '',
    value: reader.varbytes(),
  }));
  if (reader.at !== end) throw new Error(`the record at offset ${offset} does not end where it says`);
  return { offset, timestamp, key, value, headers };
}

function decompress(bytes, codec) {
  if (codec === 0) return bytes;
  if (codec === 1) return gunzipSync(bytes);
  throw new Error(`compression codec ${codec} is not read by the checker; produce uncompressed or with gzip`);
}

function markerOf(record) {
  const type = record?.key?.readInt16BE(2);
  if (type === 0) return 'abort';
  if (type === 1) return 'commit';
  return undefined;
}
