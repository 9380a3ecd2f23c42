import { describe, expect, test } from 'vitest';
import { reroutedRecord } from '../../../src/records/output-records.ts';
import { readTactSchema } from '../../../src/records/tact-schema.ts';
import {
  header,
  input,
  jsonRecord,
  logRecord,
  RECORD_TIME,
  readerOf,
  readWith,
  reasonOf,
} from '../../fixtures/records/records.ts';

const source = { topic: 'requested', partition: 3, offset: 42 };

describe('a message', () => {
  test('needs a customer and a channel, the rest has defaults', () => {
    expect(readWith({}, jsonRecord({ customerId: 7, channel: 'email' }))).toEqual({
      kind: 'message',
      source,
      message: {
        messageId: 'requested/3/42',
        customerId: '7',
        channel: 'email',
        categories: [],
        products: [],
        topics: [],
        createdAt: RECORD_TIME,
        labels: {},
        sourceTopic: 'requested',
      },
    });
  });

  test('has every field under our own names where there is no map', () => {
    const fields = {
      messageId: 'm1',
      customerId: 'c1',
      channel: 'email',
      class: 'marketing',
      campaignId: 'spring',
      dispatchId: 'd1',
      categories: ['shoes/running'],
      products: ['4711'],
      fingerprint: 'f-1',
      topics: ['offers'],
      sender: 'acme',
      purpose: 'ads',
      createdAt: RECORD_TIME - 5,
      expiresAt: RECORD_TIME + 5,
      rank: 2,
      place: 'p',
      labels: { brand: 'x' },
    };
    const { type, singleObjectPrefix } = readTactSchema('OutboundMessage');
    const avro = Buffer.concat([
      singleObjectPrefix,
      type.toBuffer({ ...fields, payload: Buffer.from('hello') }),
    ]);
    const expected = { kind: 'message', source, message: { ...fields, sourceTopic: 'requested' } };
    expect(readWith({}, logRecord({ value: avro }))).toEqual(expected);
    expect(readWith({}, jsonRecord({ ...fields, payload: 'hello' }))).toEqual(expected);
  });

  test('has the fields that the map finds, and no others', () => {
    const map = {
      customerId: 'person.crm.id',
      channel: { path: 'chan', values: { E: 'email' } },
      createdAt: { path: 'at', unit: 's' },
      sender: { constant: 'acme' },
      campaignId: { header: 'x-campaign' },
      categories: 'basket.category',
      'labels.brand': 'brand',
      topics: { constant: ['offers'] },
    };
    const value = {
      person: { crm: { id: 4711 } },
      chan: 'E',
      at: RECORD_TIME / 1_000 - 60,
      messageId: 'not asked for',
      basket: [{ category: 'shoes' }, { category: 'hats' }],
      brand: 'x',
    };
    const headers = [header('x-campaign', 'old'), header('x-campaign', 'new')];
    expect(readWith({ map }, jsonRecord(value, { headers }))).toMatchObject({
      message: {
        messageId: 'requested/3/42',
        customerId: '4711',
        channel: 'email',
        createdAt: RECORD_TIME - 60_000,
        sender: 'acme',
        campaignId: 'new',
        categories: ['shoes', 'hats'],
        labels: { brand: 'x' },
        topics: ['offers'],
      },
    });
  });

  test('keeps a word that its value map does not list', () => {
    const map = { customerId: 'c', channel: { path: 'h', values: { E: 'email' } } };
    expect(readWith({ map }, jsonRecord({ c: 1, h: 'P' }))).toMatchObject({ message: { channel: 'P' } });
    expect(readWith({ map }, jsonRecord({ c: 1, h: 'constructor' }))).toMatchObject({
      message: { channel: 'constructor' },
    });
  });

  test.each([
    ['null', jsonRecord({ channel: 'email', customerId: null }), 'no-customer'],
    ['missing', jsonRecord({ channel: 'email' }), 'no-customer'],
    ['empty', jsonRecord({ channel: 'email', customerId: '' }), 'no-customer'],
    ['an object', jsonRecord({ channel: 'email', customerId: {} }), 'bad-field'],
    ['there without a channel', jsonRecord({ customerId: 'c' }), 'no-channel'],
  ])('whose customer is %s is %s', (_, record, reason) => {
    expect(reasonOf(readWith({}, record))).toBe(reason);
  });
});

describe('the customer in the key', () => {
  const whole = { customerId: { key: true }, channel: { constant: 'email' } };
  const framed = (body: string) => Buffer.from(`0000000007${body}`, 'hex');
  const keyed = (map: Record<string, unknown>, key: Buffer | null) => {
    const schemas = { prepare: async () => {}, byId: () => keySchema, byFingerprint: () => undefined };
    const read = readerOf([input({ map })], schemas).read(jsonRecord({}, { key }));
    return read.kind === 'message' ? read.message.customerId : reasonOf(read);
  };
  const keySchema = { kind: 'json' } as const;

  test.each([
    ['text', whole, Buffer.from('c 1'), 'c 1'],
    ['JSON-like text', whole, Buffer.from('{"id":1}'), '{"id":1}'],
    [
      'an int64',
      { ...whole, customerId: { key: true, as: 'int64' } },
      Buffer.from('000000000000002a', 'hex'),
      '42',
    ],
    ['an int32', { ...whole, customerId: { key: true, as: 'int32' } }, Buffer.from('0000002a', 'hex'), '42'],
    [
      'an int64 of four bytes',
      { ...whole, customerId: { key: true, as: 'int64' } },
      Buffer.from('0000002a', 'hex'),
      'malformed',
    ],
    ['a part of JSON', { ...whole, customerId: { key: 'id' } }, Buffer.from('{"id":42}'), '42'],
    [
      'framed JSON',
      { ...whole, customerId: { key: 'id' } },
      framed(Buffer.from('{"id":42}').toString('hex')),
      '42',
    ],
    ['broken UTF-8', whole, Buffer.from('61ff', 'hex'), 'bad-field'],
    ['no key', whole, null, 'no-customer'],
    ['no structure', { ...whole, customerId: { key: 'id' } }, Buffer.from('42'), 'no-customer'],
  ])('is found in %s', (_, map, key, expected) => {
    expect(keyed(map, key)).toBe(expected);
  });

  test('is named as the part that fails', () => {
    const read = readWith(
      { map: { ...whole, customerId: { key: 'id' } } },
      jsonRecord({}, { key: Buffer.from('{"id"') }),
    );
    expect(read).toMatchObject({ failure: { reason: 'malformed', stage: 'KEY_CONVERTER' } });
  });
});

describe('an interaction', () => {
  const config = { kind: 'interaction' };

  test('needs a customer and a type, the rest has defaults', () => {
    expect(readWith(config, jsonRecord({ customerId: 'c', type: 'opened' }))).toEqual({
      kind: 'interaction',
      source,
      interaction: {
        interactionId: 'requested/3/42',
        customerId: 'c',
        type: 'opened',
        occurredAt: RECORD_TIME,
        source: 'requested',
        categories: [],
        products: [],
        automated: false,
        scope: {},
        attributes: {},
        labels: {},
        governed: true,
      },
    });
  });

  test('comes from the source and with the governance that the input names', () => {
    const read = readWith(
      { ...config, source: 'crm', governed: false },
      jsonRecord({ customerId: 'c', type: 'sent' }),
    );
    expect(read).toMatchObject({ interaction: { source: 'crm', governed: false } });
  });

  test('reads scope, attributes and end from both formats', () => {
    const fields = {
      customerId: 'c',
      type: 'opted-out',
      scope: { channel: ['email'], topic: ['offers'] },
      attributes: { city: 'Bonn' },
      until: RECORD_TIME + 9,
      timezone: 'Europe/Berlin',
    };
    const { type, singleObjectPrefix } = readTactSchema('Interaction');
    const value = Buffer.concat([singleObjectPrefix, type.toBuffer(fields)]);
    expect(readWith(config, logRecord({ value }))).toMatchObject({ interaction: fields });
    expect(readWith(config, jsonRecord(fields))).toMatchObject({ interaction: fields });
  });

  test('takes single parts of its scope from a map', () => {
    const map = {
      customerId: 'c',
      type: { constant: 'opted-out' },
      'scope.channel': 'list',
      'attributes.city': 'city',
    };
    const read = readWith({ ...config, map }, jsonRecord({ c: 1, list: 'email', city: 'Bonn' }));
    expect(read).toMatchObject({
      interaction: { scope: { channel: ['email'] }, attributes: { city: 'Bonn' } },
    });
  });

  test('of an unknown type is passed over, whatever else it holds', () => {
    const record = jsonRecord({ type: 'page-viewed', occurredAt: 'rubbish' });
    expect(readWith(config, record)).toEqual({ kind: 'ignored', source, type: 'page-viewed' });
  });

  test('without a type, or without a customer, is unreadable', () => {
    expect(reasonOf(readWith(config, jsonRecord({ customerId: 'c' })))).toBe('bad-field');
    expect(reasonOf(readWith(config, jsonRecord({ type: 'opened' })))).toBe('no-customer');
  });
});

describe('a re-routed record', () => {
  const first = jsonRecord(
    { customerId: 'c', channel: 'email' },
    { headers: [header('tact-source', 'requested/0/1')] },
  );

  test('is read as the record that it was, at the place where it came in', () => {
    const again = {
      ...reroutedRecord({ record: first, source, now: RECORD_TIME }),
      topic: 'rerouted',
      partition: 9,
      offset: 1,
    };
    expect(readerOf([input()]).read(again)).toMatchObject({
      kind: 'message',
      source,
      message: { messageId: 'requested/3/42' },
    });
  });

  test.each([[null], ['rubbish'], ['other/0/1']])('whose source is %j belongs to no input', (text) => {
    const headers = text === null ? [] : [header('tact-source', text)];
    expect(reasonOf(readerOf([input()]).read({ ...first, headers, topic: 'rerouted' }))).toBe(
      'unknown-input',
    );
  });

  test('is the only one whose tact-source is believed', () => {
    expect(readerOf([input()]).read(first)).toMatchObject({ source });
  });
});

describe('prepare', () => {
  test('asks for the schema ids of values, and of keys where they are read', async () => {
    const asked: number[] = [];
    const schemas = {
      prepare: async (ids: Iterable<number>) => void asked.push(...ids),
      byId: () => undefined,
      byFingerprint: () => undefined,
    };
    const framed = (id: number) => Buffer.from([0, 0, 0, 0, id, 1]);
    const keyMap = { customerId: { key: true }, channel: { constant: 'email' } };
    const reader = readerOf([input(), input({ topic: 'keyed', map: keyMap })], schemas);
    await reader.prepare([
      logRecord({ value: framed(1), key: framed(2) }),
      logRecord({ value: framed(3), key: framed(4), topic: 'keyed' }),
      logRecord({ value: framed(5), topic: 'rerouted', headers: [header('tact-source', 'keyed/0/0')] }),
      logRecord({ value: framed(6), topic: 'other' }),
      jsonRecord({}),
    ]);
    expect(asked.sort()).toEqual([1, 3, 4, 5]);
  });
});
