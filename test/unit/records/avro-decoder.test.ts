import avro from 'avsc';
import { describe, expect, test } from 'vitest';
import { createAvroDecoder } from '../../../src/records/avro-decoder.ts';
import { parseAvroSchema } from '../../../src/records/avro-schema.ts';
import { avroText, long } from '../../fixtures/records/records.ts';

const BUDGET = { depthMax: 16, itemsMax: 100 };

function decode(schema: unknown, bytes: Buffer, ...paths: string[][]): unknown[] {
  return createAvroDecoder(parseAvroSchema(JSON.stringify(schema)).type, paths, BUDGET)(bytes, 0);
}

const person = {
  type: 'record',
  name: 'Person',
  namespace: 'acme',
  fields: [
    { name: 'crm', type: { type: 'record', name: 'Crm', fields: [{ name: 'id', type: 'long' }] } },
    { name: 'mails', type: { type: 'array', items: 'string' } },
    { name: 'flags', type: { type: 'map', values: 'boolean' } },
    { name: 'parent', type: ['null', 'Person'], default: null },
    { name: 'kind', type: { type: 'enum', name: 'Kind', symbols: ['LEAD', 'CLIENT'] } },
  ],
};
const value = {
  crm: { id: 4711 },
  mails: ['a', 'b'],
  flags: { vip: true, old: false },
  parent: { crm: { id: 1 }, mails: [], flags: {}, parent: null, kind: 'LEAD' },
  kind: 'CLIENT',
};
const bytes = avro.Type.forSchema(person as avro.Schema).toBuffer(value);

describe('the decoder', () => {
  test('gives what each path leads to, in the order of the paths', () => {
    expect(decode(person, bytes, ['kind'], ['crm', 'id'], ['mails'], ['flags', 'vip'])).toEqual([
      'CLIENT',
      4711,
      ['a', 'b'],
      true,
    ]);
  });

  test('goes through unions and recursive records', () => {
    expect(decode(person, bytes, ['parent', 'crm', 'id'], ['parent', 'parent', 'kind'])).toEqual([
      1,
      undefined,
    ]);
  });

  test('gives undefined for paths that lead nowhere', () => {
    expect(decode(person, bytes, ['nope'], ['crm', 'nope'], ['kind', 'deeper'], ['flags', 'nope'])).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });

  test('gives a whole and a part of it where both are asked for', () => {
    const [crm, id, again] = decode(person, bytes, ['crm'], ['crm', 'id'], ['crm']);
    expect([crm, id, again]).toEqual([{ id: 4711 }, 4711, { id: 4711 }]);
  });

  test('gathers through lists', () => {
    const schema = {
      type: 'record',
      name: 'Basket',
      fields: [
        {
          name: 'items',
          type: {
            type: 'array',
            items: {
              type: 'record',
              name: 'Item',
              fields: [{ name: 'tags', type: { type: 'array', items: 'string' } }],
            },
          },
        },
      ],
    };
    const basket = avro.Type.forSchema(schema as avro.Schema).toBuffer({
      items: [{ tags: ['x', 'y'] }, { tags: ['z'] }],
    });
    expect(decode(schema, basket, ['items', 'tags'])).toEqual([['x', 'y', 'z']]);
  });

  test('keeps a long beyond 2^53 digit by digit', () => {
    expect(decode('long', long(9_223_372_036_854_775_807n), [])).toEqual([9_223_372_036_854_775_807n]);
    expect(decode('long', long(-9_223_372_036_854_775_808n), [])).toEqual([-9_223_372_036_854_775_808n]);
    expect(decode('long', long(-9_007_199_254_740_991), [])).toEqual([-9_007_199_254_740_991]);
  });

  test.each([0, 1, -1, 63, -64, 64, 134_217_727, -134_217_728, 134_217_728, 2 ** 40, -(2 ** 52) - 1])(
    'reads the long %d',
    (number) => {
      expect(decode('long', long(number), [])).toEqual([number]);
    },
  );

  test.each([
    [{ type: 'long', logicalType: 'timestamp-millis' }, long(1_700_000_000_123), 1_700_000_000_123],
    [{ type: 'long', logicalType: 'timestamp-micros' }, long(1_700_000_000_123_999), 1_700_000_000_123],
    [{ type: 'long', logicalType: 'timestamp-nanos' }, long(1_700_000_000_123_456_789n), 1_700_000_000_123],
    [{ type: 'int', logicalType: 'date' }, long(19_000), 19_000 * 86_400_000],
    [{ type: 'bytes', logicalType: 'decimal', precision: 10, scale: 0 }, Buffer.of(4, 0x12, 0x67), 4711n],
    [{ type: 'bytes', logicalType: 'decimal', precision: 10, scale: 2 }, Buffer.of(2, 0xff), -0.01],
    [{ type: 'string', logicalType: 'uuid' }, avroText('u'), 'u'],
  ])('understands %j', (schema, body, expected) => {
    expect(decode(schema, body, [])).toEqual([expected]);
  });

  test('makes records without prototype, whatever their fields are called', () => {
    const schema = {
      type: 'record',
      name: 'R',
      fields: [{ name: '__proto__', type: { type: 'map', values: 'string' } }],
    };
    const body = Buffer.concat([long(1), avroText('polluted'), avroText('yes'), long(0)]);
    const [record] = decode(schema, body, []) as [Record<string, unknown>];
    expect(Object.getPrototypeOf(record)).toBeNull();
    expect(record.polluted).toBeUndefined();
    expect(Object.hasOwn(record, '__proto__')).toBe(true);
  });

  test('accepts blocks that state their size', () => {
    const block = Buffer.concat([avroText('a'), avroText('b')]);
    const body = Buffer.concat([long(-2), long(block.length), block, long(0)]);
    expect(decode({ type: 'array', items: 'string' }, body, [])).toEqual([['a', 'b']]);
  });

  test('does not look at the defaults of a schema that only writes', () => {
    const schema = {
      type: 'record',
      name: 'R',
      fields: [{ name: 'a', type: ['null', 'string'], default: 'wrong' }],
    };
    expect(decode(schema, Buffer.concat([long(1), avroText('x')]), ['a'])).toEqual(['x']);
  });

  test('follows records within records to the limit, and no further', () => {
    const schema = { type: 'record', name: 'R', fields: [{ name: 'r', type: ['null', 'R'] }] };
    const nested = (depth: number) => Buffer.concat([Buffer.alloc(depth - 1, 2), Buffer.of(0)]);
    for (const paths of [[], [[]], [['r', 'r', 'r']]]) {
      expect(() => decode(schema, nested(16), ...paths)).not.toThrow();
      expect(() => decode(schema, nested(17), ...paths)).toThrow('records are nested too deeply');
    }
  });

  test('keeps items to the limit, and no more', () => {
    const nulls = (count: number) => Buffer.concat([long(count), long(0)]);
    const schema = { type: 'array', items: 'null' };
    expect(decode(schema, nulls(100), [])[0]).toHaveLength(100);
    expect(() => decode(schema, nulls(101), [])).toThrow('too many items');
    expect(decode(schema, nulls(101))).toEqual([]);
  });

  test('refuses bytes that follow the value', () => {
    expect(() => decode('long', Buffer.of(2, 2), [])).toThrow('bytes follow the value');
  });
});
