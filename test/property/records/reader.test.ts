import avro from 'avsc';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { LogRecord } from '../../../src/model/record.ts';
import { createAvroDecoder } from '../../../src/records/avro-decoder.ts';
import { parseAvroSchema } from '../../../src/records/avro-schema.ts';
import { READ_FAILURE_REASONS, type ReadRecord } from '../../../src/records/reader.ts';
import { readTactSchema } from '../../../src/records/tact-schema.ts';
import { Malformed } from '../../../src/records/unreadable.ts';
import { OUR_SCHEMAS, WIDE_MAP } from '../../fixtures/records/our-schemas.ts';
import { input, RECORD_TIME, readerOf } from '../../fixtures/records/records.ts';

const reader = readerOf(
  [input(), input({ topic: 'interactions', kind: 'interaction' }), input({ topic: 'mapped', map: WIDE_MAP })],
  OUR_SCHEMAS,
);

const bytes = (max: number) => fc.uint8Array({ maxLength: max }).map((array) => Buffer.from(array));
const text = fc.string({ unit: 'binary', maxLength: 20 });
const headers = fc.array(
  fc.record({
    name: fc.oneof(text, fc.constant('channel'), fc.constant('tact-source')),
    value: fc.option(bytes(20)),
  }),
  { maxLength: 5 },
);
const topics = fc.constantFrom('requested', 'interactions', 'mapped', 'rerouted', 'nowhere');
const framed = fc
  .tuple(fc.constantFrom(6, 7), bytes(200))
  .map(([id, body]) => Buffer.concat([Buffer.of(0, 0, 0, 0, id), body]));
const single = bytes(200).map((body) => Buffer.concat([Buffer.from('c3010000000000000000', 'hex'), body]));
const json = fc
  .json({ maxDepth: 4 })
  .map((value) => Buffer.from(`{"customerId":"c","type":"opened","channel":${value}}`));
const broken = fc.tuple(json, fc.nat()).map(([whole, cut]) => whole.subarray(0, cut % whole.length));
const values = fc.option(fc.oneof(bytes(200), framed, single, json, broken));

function recordWith(parts: Partial<LogRecord>): LogRecord {
  return {
    topic: 'requested',
    partition: 0,
    offset: 1,
    timestamp: RECORD_TIME,
    key: null,
    value: null,
    headers: [],
    ...parts,
  };
}

function expectAnswer(read: ReadRecord): void {
  switch (read.kind) {
    case 'message':
      expect(read.message.customerId).not.toBe('');
      expect(read.message.channel).not.toBe('');
      expect(Number.isSafeInteger(read.message.createdAt)).toBe(true);
      break;
    case 'interaction':
      expect(read.interaction.customerId).not.toBe('');
      expect(Number.isSafeInteger(read.interaction.occurredAt)).toBe(true);
      break;
    case 'ignored':
      expect(read.type).not.toBe('');
      break;
    case 'unreadable':
      expect(READ_FAILURE_REASONS).toContain(read.failure.reason);
      expect(read.failure.message).not.toBe('');
  }
}

describe('any record', () => {
  test('gets one of the four answers, soon', () => {
    fc.assert(
      fc.property(
        topics,
        fc.option(bytes(40)),
        values,
        headers,
        fc.integer(),
        (topic, key, value, list, timestamp) => {
          const start = performance.now();
          expectAnswer(reader.read(recordWith({ topic, key, value, headers: list, timestamp })));
          expect(performance.now() - start).toBeLessThan(500);
        },
      ),
      { numRuns: 3_000 },
    );
  });

  test('that is a good one with a few bytes changed gets one too', () => {
    const { type, singleObjectPrefix } = readTactSchema('OutboundMessage');
    const good = Buffer.concat([
      singleObjectPrefix,
      type.toBuffer({
        customerId: 'c1',
        channel: 'email',
        categories: ['a', 'b'],
        labels: { x: 'y' },
        uses: [{ attribute: 'city', provenance: 'explicit', sensitivity: 'ordinary' }],
        createdAt: RECORD_TIME,
        payload: Buffer.alloc(50),
      }),
    ]);
    const change = fc.record({ at: fc.nat(good.length - 1), to: fc.nat(255) });
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), fc.nat(good.length), (changes, end) => {
        const value = Buffer.from(good.subarray(0, end));
        for (const { at, to } of changes) if (at < end) value[at] = to;
        for (const topic of ['requested', 'mapped']) expectAnswer(reader.read(recordWith({ topic, value })));
      }),
      { numRuns: 2_000 },
    );
  });
});

const leaf = fc.constantFrom('null', 'boolean', 'int', 'long', 'float', 'double', 'bytes', 'string');
const { schema: anySchema } = fc.letrec<{ schema: unknown }>((tie) => ({
  schema: fc.oneof(
    { maxDepth: 3, depthIdentifier: 'schema' },
    leaf,
    tie('schema').map((items) => ({ type: 'array', items })),
    tie('schema').map((items) => ({ type: 'map', values: items })),
    leaf.filter((type) => type !== 'null').map((type) => ['null', type]),
    fc
      .array(tie('schema'), { minLength: 1, maxLength: 4 })
      .map((types) => ({ type: 'record', fields: types })),
  ),
}));

/** Gives every record and field a name. */
function named(schema: unknown, counter = { next: 0 }): unknown {
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) return schema;
  const parts = schema as { type: string; items?: unknown; values?: unknown; fields?: unknown[] };
  if (parts.type === 'array') return { type: 'array', items: named(parts.items, counter) };
  if (parts.type === 'map') return { type: 'map', values: named(parts.values, counter) };
  const name = `R${counter.next++}`;
  return {
    type: 'record',
    name,
    fields: parts.fields?.map((type, i) => ({ name: `f${i}`, type: named(type, counter) })),
  };
}

describe('the decoder', () => {
  test('reads what avsc reads, and passes over the same bytes', () => {
    fc.assert(
      fc.property(anySchema, (shape) => {
        const schema = JSON.stringify(named(shape));
        const { type } = parseAvroSchema(schema);
        const plain = avro.Type.forSchema(JSON.parse(schema), { wrapUnions: 'never' });
        const value: unknown = plain.random();
        const body = plain.toBuffer(value);
        const budget = { depthMax: 16, itemsMax: 1_000_000 };
        expect(simple(createAvroDecoder(type, [[]], budget)(body, 0)[0])).toEqual(
          simple(plain.fromBuffer(body)),
        );
        expect(createAvroDecoder(type, [], budget)(body, 0)).toEqual([]);
        if (body.length > 0) {
          expect(() => createAvroDecoder(type, [], budget)(body.subarray(0, -1), 0)).toThrow(Malformed);
        }
      }),
      { numRuns: 500 },
    );
  });
});

/** Maps as objects, and objects without class. */
function simple(value: unknown): unknown {
  if (value instanceof Map) return simple(Object.fromEntries(value));
  if (Array.isArray(value)) return value.map(simple);
  if (value instanceof Uint8Array || typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, simple(part)]));
}
