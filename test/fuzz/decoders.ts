import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import avro from 'avsc';
import { loadConfig } from '../../src/config/load.ts';
import { decodeRecordSet } from '../../src/kafka/batch-decoder.ts';
import { encodeBatch } from '../../src/kafka/batch-encoder.ts';
import { decodeFetchResponse } from '../../src/kafka/fetch-response.ts';
import { emptyState } from '../../src/model/customer-state.ts';
import type { LogRecord } from '../../src/model/record.ts';
import {
  decodeProcessStatus,
  encodeProcessStatus,
  type ProcessStatus,
} from '../../src/observe/process-status.ts';
import { parsePolicy } from '../../src/policy/parse-policy.ts';
import { parseAvroSchema } from '../../src/records/avro-schema.ts';
import { decodeDeferral, encodeDeferral } from '../../src/records/deferral-codec.ts';
import { decodeState, encodeState } from '../../src/records/state-codec.ts';
import { tactSchemaText } from '../../src/records/tact-schema.ts';
import { decodePosition, encodePosition } from '../../src/shard/position.ts';
import { OUR_SCHEMAS, WIDE_MAP } from '../fixtures/records/our-schemas.ts';
import { input, readerOf } from '../fixtures/records/records.ts';

/** Something that makes values of bytes which others wrote. */
export interface Decoder {
  /** What it reads, for a person. */
  readonly reads: string;
  /** Good ones, to begin with. */
  readonly seeds: () => readonly Buffer[];
  /** Its answer; may throw errors with a code of ours, and no others. */
  readonly decode: (bytes: Buffer) => unknown;
}

const reader = readerOf(
  [
    input({ topic: 'messages' }),
    input({ topic: 'interactions', kind: 'interaction' }),
    input({ topic: 'mapped', map: WIDE_MAP }),
  ],
  OUR_SCHEMAS,
);

const MESSAGE = {
  customerId: 'c-1',
  messageId: 'm-1',
  channel: 'email',
  class: 'marketing',
  campaignId: 'spring',
  labels: { a: 'b' },
  categories: ['outdoor/tents'],
  createdAt: 1_767_225_600_000,
};
const INTERACTION = {
  customerId: 'c-1',
  interactionId: 'i-1',
  type: 'preferences-updated',
  occurredAt: 1_767_225_600_000,
  preferences: { limits: [{ limit: 1, window: '7d' }], days: ['mon'], pauseUntil: 1_767_225_700_000 },
  scope: { channel: ['email'] },
};

const place = { topic: 'messages', partition: 0 };
const recordOf = (topic: string, value: Buffer, parts: Partial<LogRecord> = {}): LogRecord => ({
  topic,
  partition: 0,
  offset: 1,
  timestamp: 1_767_225_600_000,
  key: null,
  value,
  headers: [],
  ...parts,
});

/** The first bytes say how long the key and the header are; the rest is the value. */
function recordWithAll(bytes: Buffer): LogRecord {
  const [keyLength = 0, headerLength = 0] = bytes;
  const body = bytes.subarray(2);
  const key = body.subarray(0, keyLength);
  const header = body.subarray(keyLength, keyLength + headerLength);
  const headers = [{ name: 'channel', value: header }];
  return recordOf('mapped', body.subarray(keyLength + headerLength), { key, headers });
}

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
const text = (bytes: Buffer): string => bytes.toString('utf8');
const policies = fileURLToPath(new URL('../../deploy/policies/', import.meta.url));

/** A record of ours with these fields, and the defaults of its schema for the others; the same bytes at each call. */
function framed(frame: string, name: 'OutboundMessage' | 'Interaction', given: object): Buffer {
  const schema = JSON.parse(tactSchemaText(name)) as { fields: { name: string; default?: unknown }[] };
  const defaults = Object.fromEntries(schema.fields.map((field) => [field.name, field.default]));
  const type = avro.Type.forSchema(schema as avro.Schema, { wrapUnions: true });
  return Buffer.concat([Buffer.from(frame, 'hex'), type.toBuffer({ ...defaults, ...given })]);
}

function fetchResponse(recordSet: Buffer): Buffer {
  const topic = Buffer.from('messages');
  const head = Buffer.alloc(4 + 2 + 4 + 4 + 2);
  head.writeInt32BE(1, 10);
  head.writeInt16BE(topic.length, 14);
  const partition = Buffer.alloc(4 + 4 + 2 + 8 * 3 + 4 + 16 + 4 + 4);
  partition.writeInt32BE(1, 0);
  partition.writeBigInt64BE(9n, 10);
  partition.writeBigInt64BE(9n, 18);
  partition.writeInt32BE(1, 34);
  partition.writeInt32BE(recordSet.length, 58);
  return Buffer.concat([head, topic, partition, recordSet]);
}

const batch = encodeBatch(
  [
    { key: Buffer.from('k'), value: json(MESSAGE), headers: [{ name: 'a', value: null }], timestamp: 1 },
    { key: null, value: null, headers: [], timestamp: 2 },
  ],
  { producerId: 7n, producerEpoch: 0, firstSequence: 0, transactional: true },
);

const STATUS: ProcessStatus = {
  instance: 'p',
  startedAt: 1,
  at: 2,
  policy: { name: 'p', digest: 'd', enforce: true },
  shards: [{ shard: 1, state: 'holding', cause: 'redis', since: 1, lagRecords: 1, lagSeconds: 2 }],
};

const CONFIG = `kafka: { brokers: ['127.0.0.1:9092'], sasl: { mechanism: plain, username: u, password: p } }
redis: { url: 'redis://127.0.0.1:6379' }
policy: { file: policy.yaml }
customerKey: { secret: '0123456789abcdef0123456789abcdef' }
inputs:
  - { topic: messages, kind: outbound, map: { customerId: a.b, createdAt: { path: t, unit: s } } }
  - { topic: interactions, kind: interaction }
freshness: { maxAgeMs: 5000 }
`;

export const DECODERS = {
  json: {
    reads: 'records in JSON',
    seeds: () => [json(MESSAGE), json(INTERACTION), json({ ...MESSAGE, labels: undefined })],
    decode: (bytes) => [
      reader.read(recordOf('messages', bytes)),
      reader.read(recordOf('interactions', bytes)),
    ],
  },
  avro: {
    reads: 'records in Avro, framed as registries or as single objects',
    seeds: () => [
      framed('0000000002', 'OutboundMessage', { customerId: 'c-1', channel: 'email' }),
      framed('0000000001', 'Interaction', { customerId: 'c-1', type: 'opened' }),
      framed('c3010000000000000000', 'OutboundMessage', { customerId: 'c-1', channel: 'email' }),
    ],
    decode: (bytes) => [
      reader.read(recordOf('messages', bytes)),
      reader.read(recordOf('interactions', bytes)),
    ],
  },
  mapped: {
    reads: 'records by a field map, with key and header',
    seeds: () => [
      Buffer.concat([
        Buffer.of(3, 5),
        Buffer.from('c-1email'),
        json({ ...MESSAGE, uses: { attribute: 'x' } }),
      ]),
    ],
    decode: (bytes) => reader.read(recordWithAll(bytes)),
  },
  state: {
    reads: "a customer's packed state",
    seeds: () => [
      encodeState(emptyState(1)),
      Buffer.concat([Buffer.of(1), encodeState(emptyState(1)).subarray(1)]),
    ],
    decode: decodeState,
  },
  deferral: {
    reads: 'a message that waits',
    seeds: () => [
      encodeDeferral({ dueAt: 9, since: 1, customer: 'c', record: recordOf('messages', json(MESSAGE)) }),
    ],
    decode: decodeDeferral,
  },
  position: {
    reads: "a shard's position",
    seeds: () => [encodePosition({ now: 1, next: new Map([['messages/0', 9]]) })],
    decode: decodePosition,
  },
  policy: {
    reads: 'a policy',
    seeds: () =>
      readdirSync(policies)
        .filter((name) => name.endsWith('.yaml') && !name.includes('test'))
        .map((name) => readFileSync(`${policies}${name}`)),
    decode: (bytes) => parsePolicy(text(bytes), 'fuzz.yaml'),
  },
  config: {
    reads: 'a configuration',
    seeds: () => [Buffer.from(CONFIG)],
    decode: (bytes) => loadConfig({ file: 'tact.yaml', env: {}, readFile: () => text(bytes) }),
  },
  schema: {
    reads: 'an Avro schema of a registry',
    seeds: () => [Buffer.from(tactSchemaText('OutboundMessage')), Buffer.from(tactSchemaText('Interaction'))],
    decode: (bytes) => parseAvroSchema(text(bytes)),
  },
  fetch: {
    reads: "a broker's answer to a fetch, and the record batches in it",
    seeds: () => [fetchResponse(batch), fetchResponse(Buffer.concat([batch, batch]))],
    decode: (bytes) =>
      decodeFetchResponse(bytes).partitions.map(({ recordSet, aborted }) =>
        decodeRecordSet(recordSet, place, 0, aborted),
      ),
  },
  batch: {
    reads: 'record batches',
    seeds: () => [batch, Buffer.concat([batch, batch])],
    decode: (bytes) => decodeRecordSet(bytes, place, 0, []),
  },
  status: {
    reads: "a process's status in Redis",
    seeds: () => [Buffer.from(encodeProcessStatus(STATUS))],
    decode: (bytes) => decodeProcessStatus(text(bytes)),
  },
} as const satisfies Record<string, Decoder>;

export type DecoderName = keyof typeof DECODERS;
