import { createRequire } from 'node:module';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { decodeRecordSet } from '../../../src/kafka/batch-decoder.ts';
import { encodeBatch } from '../../../src/kafka/batch-encoder.ts';
import { crc32c } from '../../../src/kafka/crc32c.ts';
import type { OutputRecord } from '../../../src/model/record.ts';

const require = createRequire(import.meta.url);
const stockCrc: (bytes: Buffer) => number = require('kafkajs/src/protocol/recordBatch/crc32C/index.js');
const stockRecord: (record: object) => {
  buffer: Buffer;
} = require('kafkajs/src/protocol/recordBatch/record/v0/index.js');
const stockBatch: {
  RecordBatch(batch: object): Promise<{ buffer: Buffer }>;
} = require('kafkajs/src/protocol/recordBatch/v0/index.js');
const StockDecoder: new (bytes: Buffer) => object = require('kafkajs/src/protocol/decoder.js');
const stockDecode: (
  decoder: object,
) => Promise<{ records: StockRecord[] }> = require('kafkajs/src/protocol/recordBatch/v0/decoder.js');

interface StockRecord {
  key: Buffer | null;
  value: Buffer | null;
  offset: string;
  timestamp: string;
  headers: Record<string, unknown>;
}

const PLACE = { topic: 'in', partition: 3 };
const NOBODY = { producerId: -1n, producerEpoch: 0, firstSequence: 0, transactional: false };
const T = 1_700_000_000_000;

function record(change: Partial<OutputRecord> = {}): OutputRecord {
  return { key: Buffer.from('key'), value: Buffer.from('value'), headers: [], timestamp: T, ...change };
}

const read = (batch: Buffer, from = 0) => decodeRecordSet(batch, PLACE, from, []);

describe('record batches', () => {
  it('are byte for byte what the library writes, where it writes anything right', async () => {
    const records = [
      record(),
      record({ key: null, timestamp: T + 3 }),
      record({ value: Buffer.alloc(300, 7), timestamp: T + 70_000 }),
    ];
    const encoded = records.map(({ key, value, timestamp }, offsetDelta) =>
      stockRecord({
        key,
        value,
        headers: { h: Buffer.from('1') },
        offsetDelta,
        timestampDelta: timestamp - T,
      }),
    );
    const stock = await stockBatch.RecordBatch({
      records: encoded,
      firstTimestamp: T,
      maxTimestamp: T + 70_000,
      producerId: '4711',
      producerEpoch: 3,
      firstSequence: 17,
      transactional: true,
      lastOffsetDelta: 2,
    });
    const ours = encodeBatch(
      records.map((of) => ({ ...of, headers: [{ name: 'h', value: Buffer.from('1') }] })),
      { producerId: 4711n, producerEpoch: 3, firstSequence: 17, transactional: true },
    );
    expect(ours.equals(stock.buffer)).toBe(true);
  });

  it('carry null, empty and repeated headers in their order, where the library throws or reorders', async () => {
    const headers = [
      { name: 'z', value: Buffer.from('1') },
      { name: 'ünïcode', value: null },
      { name: '10', value: Buffer.alloc(0) },
      { name: 'z', value: Buffer.from('2') },
      { name: '__proto__', value: Buffer.from('3') },
    ];
    const batch = encodeBatch([record({ headers })], NOBODY);
    expect(read(batch).records[0]?.headers).toEqual(headers);
    expect(() => stockRecord({ key: null, value: null, headers: { none: null } })).toThrow(TypeError);
    const { records } = await stockDecode(new StockDecoder(batch));
    expect(Object.keys(records[0]?.headers ?? {})[0]).toBe('10');
  });

  it.each([0, 1, T, 253_402_300_799_999, -5])('carry the timestamp %d beside others', (timestamp) => {
    const records = read(encodeBatch([record(), record({ timestamp })], NOBODY)).records;
    expect(records.map((of) => of.timestamp)).toEqual([T, timestamp]);
  });

  it('can be read by the library', async () => {
    const sent = [record(), record({ key: null, value: null, timestamp: T - 1 })];
    const { records } = await stockDecode(new StockDecoder(encodeBatch(sent, NOBODY)));
    expect(records.map(({ key, value, offset, timestamp }) => ({ key, value, offset, timestamp }))).toEqual([
      { key: sent[0]?.key, value: sent[0]?.value, offset: '0', timestamp: String(T) },
      { key: null, value: null, offset: '1', timestamp: String(T - 1) },
    ]);
  });

  it('hold more records than a call may have arguments', () => {
    const many = Array.from({ length: 130_000 }, () => record({ key: null, value: null }));
    expect(read(encodeBatch(many, NOBODY)).records).toHaveLength(130_000);
  });

  it('are read up to the last whole one, from the offset that was asked for', () => {
    const [first, second] = [placed(10, ['a', 'b', 'c']), placed(13, ['d'])];
    const cut = Buffer.concat([first, second.subarray(0, second.length - 1)]);
    expect(read(cut, 11)).toMatchObject({ records: [{ offset: 11 }, { offset: 12 }], nextOffset: 13 });
    expect(read(Buffer.concat([first, second]), 11).nextOffset).toBe(14);
  });

  it('move the position when compaction has left them empty', () => {
    const hollow = placed(20, ['a', 'b', 'c']).subarray(0, 61);
    hollow.writeInt32BE(61 - 12, 8);
    hollow.writeInt32BE(0, 57);
    expect(read(hollow, 20)).toEqual({ records: [], nextOffset: 23 });
  });

  it('are unpacked when they are compressed with gzip, and name any other codec', () => {
    const plain = placed(5, ['a', 'b']);
    expect(read(repacked(plain, 1), 5).records.map(({ value }) => String(value))).toEqual(['a', 'b']);
    for (const [codec, name] of [
      [2, 'snappy'],
      [3, 'lz4'],
      [4, 'zstd'],
    ] as const) {
      expect(() => read(repacked(plain, codec), 5)).toThrow(
        `cannot read in/3 from 5: records compressed with ${name}: use gzip or none for this topic`,
      );
    }
  });

  it('that are not what they say are refused, whatever their bytes', () => {
    const torn = placed(0, ['a', 'b']);
    torn[65] = 0x7e;
    expect(() => read(torn)).toThrow('cannot read in/3 from 0');
    const short = placed(0, ['a']);
    short.writeInt32BE(-100, 8);
    expect(() => read(short)).toThrow('a record batch with a false length');
    const old = placed(0, ['a']);
    old.writeInt8(1, 16);
    expect(() => read(old)).toThrow('message format 1');
  });

  it('take the time of appending where the topic says so', () => {
    const batch = placed(0, ['a']);
    batch.writeInt16BE(0x08, 21);
    batch.writeBigInt64BE(BigInt(T + 99), 35);
    expect(read(batch).records[0]?.timestamp).toBe(T + 99);
  });
});

describe('crc32c', () => {
  it('is the library’s for every length around its step', () => {
    const bytes = Buffer.from(Array.from({ length: 40 }, (_, i) => (i * 37 + 11) & 0xff));
    for (let length = 0; length <= 40; length++) {
      expect(crc32c(bytes, 0, length)).toBe(stockCrc(bytes.subarray(0, length)));
    }
    expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283);
  });
});

function placed(baseOffset: number, values: readonly string[]): Buffer {
  const batch = encodeBatch(
    values.map((value) => record({ value: Buffer.from(value) })),
    NOBODY,
  );
  batch.writeBigInt64BE(BigInt(baseOffset), 0);
  return batch;
}

function repacked(batch: Buffer, codec: number): Buffer {
  const packed = Buffer.concat([batch.subarray(0, 61), gzipSync(batch.subarray(61))]);
  packed.writeInt32BE(packed.length - 12, 8);
  packed.writeInt16BE(codec, 21);
  return packed;
}
