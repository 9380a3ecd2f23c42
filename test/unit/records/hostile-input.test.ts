import { describe, expect, test } from 'vitest';
import { parseAvroSchema } from '../../../src/records/avro-schema.ts';
import type { SchemaSource } from '../../../src/records/schema-source.ts';
import { avroText, input, logRecord, long, readerOf, reasonOf } from '../../fixtures/records/records.ts';

const BOMB = 2_000_000_000;
const TAIL = Buffer.alloc(0);

/** A record whose field `x` is of the type; then its customer and channel. */
const around = (x: unknown) => ({
  type: 'record',
  name: 'Hostile',
  fields: [
    { name: 'x', type: x },
    { name: 'customerId', type: 'string' },
    { name: 'channel', type: 'string' },
  ],
});
const nullRecord = { type: 'record', name: 'Void', fields: [{ name: 'n', type: 'null' }] };
const recursive = { type: 'record', name: 'R', fields: [{ name: 'r', type: ['null', 'R'] }] };
const binary = {
  type: 'record',
  name: 'T',
  fields: [
    { name: 'l', type: ['null', 'T'] },
    { name: 'r', type: ['null', 'T'] },
  ],
};
const endless = { type: 'record', name: 'E', fields: [{ name: 'e', type: 'E' }] };
const wide = Array.from({ length: 40 }).reduce<unknown>(
  (inner, _, i) => ({
    type: 'record',
    name: `W${i}`,
    fields: [
      { name: 'a', type: inner },
      { name: 'b', type: i === 0 ? 'null' : `W${i - 1}` },
    ],
  }),
  'null',
);

const CORPUS: [title: string, type: unknown, bytes: Buffer][] = [
  ['a list of texts that claims two billion', { type: 'array', items: 'string' }, long(BOMB)],
  [
    'a list of nulls that claims two billion',
    { type: 'array', items: 'null' },
    Buffer.concat([long(BOMB), long(0)]),
  ],
  [
    'a list of empty records that claims two billion',
    { type: 'array', items: nullRecord },
    Buffer.concat([long(BOMB), long(0)]),
  ],
  [
    'a list of fixed(0) that claims two billion',
    { type: 'array', items: { type: 'fixed', name: 'F', size: 0 } },
    Buffer.concat([long(BOMB), long(0)]),
  ],
  [
    'a list that claims two billion in a sized block',
    { type: 'array', items: 'string' },
    Buffer.concat([long(-BOMB), long(0)]),
  ],
  [
    'a list that claims 2^53 items',
    { type: 'array', items: 'null' },
    Buffer.concat([long(2 ** 53 - 1), long(0)]),
  ],
  ['a list that claims 2^63 - 1 items', { type: 'array', items: 'null' }, long(2n ** 63n - 1n)],
  ['a list that claims -2^63 items', { type: 'array', items: 'null' }, long(-(2n ** 63n))],
  [
    'lists within lists that claim two billion',
    { type: 'array', items: { type: 'array', items: 'null' } },
    Buffer.concat([long(1), long(BOMB)]),
  ],
  ['a map that claims two billion', { type: 'map', values: 'string' }, long(BOMB)],
  ['a map of nulls that claims two billion', { type: 'map', values: 'null' }, long(BOMB)],
  ['a text of two billion bytes', 'string', long(BOMB)],
  ['a text of negative length', 'string', long(-1)],
  ['bytes of two billion', 'bytes', long(BOMB)],
  ['a fixed of two billion bytes', { type: 'fixed', name: 'F', size: BOMB }, TAIL],
  ['a record in itself, 500,000 deep', recursive, Buffer.alloc(500_000, 2)],
  ['a tree, 500,000 deep', binary, Buffer.alloc(500_000, 2)],
  ['a record that contains itself always', endless, TAIL],
  ['forty levels that double without a byte', wide, TAIL],
  ['a number of twenty bytes', 'long', Buffer.alloc(20, 0xff)],
  ['a number of ten bytes that is more than 64 bits', 'long', Buffer.from('ffffffffffffffffff7f', 'hex')],
  ['a union branch that is not there', ['null', 'string'], long(7)],
  ['a negative union branch', ['null', 'string'], long(-1)],
  ['an enum symbol that is not there', { type: 'enum', name: 'K', symbols: ['A'] }, long(9)],
  ['a boolean that is 7', 'boolean', Buffer.of(7)],
  [
    'a map that names the prototype',
    { type: 'map', values: 'string' },
    Buffer.concat([
      long(2),
      avroText('__proto__'),
      avroText('x'),
      avroText('constructor'),
      avroText('y'),
      long(0),
    ]),
  ],
  [
    'a decimal of 100,000 bytes',
    { type: 'bytes', logicalType: 'decimal', precision: 4, scale: 0 },
    Buffer.concat([long(100_000), Buffer.alloc(100_000, 0x7f)]),
  ],
];

const READABLE_WHERE_SKIPPED = new Set([
  'a number of ten bytes that is more than 64 bits',
  'a list of nulls that claims two billion',
  'a list of empty records that claims two billion',
  'a list of fixed(0) that claims two billion',
  'a list that claims 2^53 items',
  'forty levels that double without a byte',
  'an enum symbol that is not there',
  'a boolean that is 7',
  'a map that names the prototype',
  'a decimal of 100,000 bytes',
]);

const rest = Buffer.concat([avroText('c'), avroText('email')]);
const whole = (body: Buffer) => Buffer.concat([Buffer.of(0, 0, 0, 0, 7), body, rest]);

function measured<T>(work: () => T): { result: T; ms: number; heapBytes: number } {
  const heap = process.memoryUsage().heapUsed;
  const start = performance.now();
  const result = work();
  return { result, ms: performance.now() - start, heapBytes: process.memoryUsage().heapUsed - heap };
}

describe('hostile Avro', () => {
  describe.each(CORPUS)('%s', (title, type, bytes) => {
    const schema = parseAvroSchema(JSON.stringify(around(type)));
    const source: SchemaSource = {
      prepare: async () => {},
      byId: () => ({ kind: 'avro', schema }),
      byFingerprint: () => undefined,
    };

    test.each([
      ['passed over', { customerId: 'customerId', channel: 'channel' }],
      ['mapped to labels', { customerId: 'customerId', channel: 'channel', labels: 'x' }],
      ['mapped to a text', { customerId: 'customerId', channel: 'channel', sender: 'x' }],
      ['mapped to a list', { customerId: 'customerId', channel: 'channel', categories: 'x' }],
      ['looked into', { customerId: 'customerId', channel: 'channel', sender: 'x.r.l.a.b.e' }],
    ])('costs next to nothing where it is %s', (how, map) => {
      const reader = readerOf([input({ map })], source);
      const record = logRecord({ value: whole(bytes) });
      reader.read(record);
      const { result, ms, heapBytes } = measured(() => reader.read(record));
      if (how === 'passed over') {
        expect(reasonOf(result)).toBe(READABLE_WHERE_SKIPPED.has(title) ? 'message' : 'malformed');
      } else {
        expect(['malformed', 'bad-field', 'message']).toContain(reasonOf(result));
      }
      expect(ms).toBeLessThan(100);
      expect(heapBytes).toBeLessThan(5_000_000);
    });
  });

  test('can make labels of no reserved name', () => {
    const schema = parseAvroSchema(JSON.stringify(around({ type: 'map', values: 'string' })));
    const source: SchemaSource = {
      prepare: async () => {},
      byId: () => ({ kind: 'avro', schema }),
      byFingerprint: () => undefined,
    };
    const map = { customerId: 'customerId', channel: 'channel', labels: 'x' };
    const entries = ['__proto__', 'constructor', 'prototype', 'fine'].flatMap((name) => [
      avroText(name),
      avroText('v'),
    ]);
    const read = readerOf([input({ map })], source).read(
      logRecord({ value: whole(Buffer.concat([long(4), ...entries, long(0)])) }),
    );
    expect(read.kind === 'message' && Object.entries(read.message.labels)).toEqual([['fine', 'v']]);
    expect(read.kind === 'message' && Object.getPrototypeOf(read.message.labels)).toBeNull();
  });
});

describe('hostile JSON', () => {
  const mib = 1024 * 1024;
  test.each([
    ['a million opening brackets', `{"a":${'['.repeat(mib - 10)}`, 'malformed'],
    ['a million opening braces', '{"a":'.repeat(200_000), 'malformed'],
    ['a text that never ends', `{"a":"${'\\"'.repeat(500_000)}`, 'malformed'],
    ['a prototype of its own', '{"__proto__":{"customerId":"c","channel":"email"}}', 'no-customer'],
    ['a customer inherited from Object', '{"channel":"email"}', 'no-customer'],
    ['an exponent beyond all numbers', '{"customerId":1e400,"channel":"email"}', 'bad-field'],
    ['half a surrogate as customer', '{"customerId":"\\ud800","channel":"email"}', 'bad-field'],
  ])('%s is answered at once', (_, text, reason) => {
    const reader = readerOf([input()]);
    const { result, ms } = measured(() => reader.read(logRecord({ value: Buffer.from(text) })));
    expect(reasonOf(result)).toBe(reason);
    expect(ms).toBeLessThan(100);
  });

  test('is read up to a megabyte', () => {
    const text = JSON.stringify({ customerId: 'c', channel: 'email', payload: 'x'.repeat(1_000_000) });
    expect(reasonOf(readerOf([input()]).read(logRecord({ value: Buffer.from(text) })))).toBe('message');
  });

  test('looks for nothing on the prototype of objects', () => {
    const map = { customerId: 'constructor.name', channel: 'toString.name' };
    const read = readerOf([input({ map })]).read(logRecord({ value: Buffer.from('{"a":{}}') }));
    expect(reasonOf(read)).toBe('no-customer');
  });
});
