import { describe, expect, test } from 'vitest';
import {
  input,
  jsonRecord,
  logRecord,
  readerOf,
  readWith,
  reasonOf,
} from '../../fixtures/records/records.ts';

const source = { topic: 'requested', partition: 3, offset: 42 };

describe('what cannot be read', () => {
  const year9999 = Date.UTC(9999, 11, 31);
  const fields = { customerId: 'c', channel: 'email' };
  test.each([
    ['no value', logRecord(), 'null-value', 'VALUE_CONVERTER'],
    ['an empty value', logRecord({ value: Buffer.alloc(0) }), 'unknown-format', 'VALUE_CONVERTER'],
    ['plain text', logRecord({ value: Buffer.from('hello') }), 'unknown-format', 'VALUE_CONVERTER'],
    ['a JSON list', logRecord({ value: Buffer.from('[]') }), 'unknown-format', 'VALUE_CONVERTER'],
    ['half an object', logRecord({ value: Buffer.from('{"a":') }), 'malformed', 'VALUE_CONVERTER'],
    [
      'an unknown schema id',
      logRecord({ value: Buffer.from('000000000700', 'hex') }),
      'unknown-schema',
      'VALUE_CONVERTER',
    ],
    [
      'an unknown fingerprint',
      logRecord({ value: Buffer.from('c301000000000000000000', 'hex') }),
      'unknown-schema',
      'VALUE_CONVERTER',
    ],
    [
      'a value above the limit',
      logRecord({ value: Buffer.alloc(1024 * 1024 + 1, 0x20) }),
      'too-large',
      'VALUE_CONVERTER',
    ],
    [
      'a key above the limit',
      jsonRecord(fields, { key: Buffer.alloc(32 * 1024 + 1) }),
      'too-large',
      'KEY_CONVERTER',
    ],
    ['created in 9999', jsonRecord({ ...fields, createdAt: year9999 }), 'bad-timestamp', 'TRANSFORMATION'],
    ['written in 9999', jsonRecord(fields, { timestamp: year9999 }), 'bad-timestamp', 'TRANSFORMATION'],
    [
      'a customer of 10,000 characters',
      jsonRecord({ ...fields, customerId: 'c'.repeat(10_000) }),
      'bad-field',
      'TRANSFORMATION',
    ],
  ])('%s says why', (_, record, reason, stage) => {
    expect(readWith({}, record)).toMatchObject({ kind: 'unreadable', source, failure: { reason, stage } });
  });

  test('an end in 9999 is no reason', () => {
    expect(readWith({}, jsonRecord({ ...fields, expiresAt: year9999 }))).toMatchObject({
      message: { expiresAt: year9999 },
    });
  });

  test('a record of no input says so', () => {
    expect(reasonOf(readerOf([input()]).read(jsonRecord({}, { topic: 'other' })))).toBe('unknown-input');
  });

  test('a value that is not in the named format says so', () => {
    expect(reasonOf(readWith({ format: 'confluent-avro' }, jsonRecord(fields)))).toBe('malformed');
  });

  test('no message of a failure holds a value of the record', () => {
    const secret = 'canary-7c1f';
    const records = [
      jsonRecord({ customerId: [secret], channel: 'email' }),
      jsonRecord({ customerId: 'c', channel: { [secret]: 1 } }),
      jsonRecord({ ...fields, createdAt: secret }),
      jsonRecord({ ...fields, rank: secret }),
      jsonRecord({ ...fields, labels: secret }),
      jsonRecord({ ...fields, sender: secret.repeat(100) }),
      logRecord({ value: Buffer.from(`{"${secret}`) }),
      logRecord({ value: Buffer.from(secret) }),
    ];
    for (const record of records) {
      const read = readWith({}, record);
      expect(read.kind).toBe('unreadable');
      expect(JSON.stringify(read)).not.toContain(secret);
    }
  });
});
