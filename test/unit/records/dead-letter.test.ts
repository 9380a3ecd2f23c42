import { describe, expect, test } from 'vitest';
import { deadLetterRecord } from '../../../src/records/output-records.ts';
import { original, producers } from '../../fixtures/records/original.ts';
import { header, RECORD_TIME } from '../../fixtures/records/records.ts';

const NOW = RECORD_TIME + 1_000;
const source = { topic: 'requested', partition: 3, offset: 42 };

describe('a dead letter', () => {
  const failure = {
    reason: 'no-customer',
    stage: 'TRANSFORMATION',
    message: 'customerId is missing',
  } as const;
  const service = { name: 'tact-prod', shard: 5 };
  const letter = { record: original, source, failure, service, now: NOW };
  const errors = [
    header('__connect.errors.topic', 'requested'),
    header('__connect.errors.partition', '3'),
    header('__connect.errors.offset', '42'),
    header('__connect.errors.connector.name', 'tact-prod'),
    header('__connect.errors.task.id', '5'),
    header('__connect.errors.stage', 'TRANSFORMATION'),
    header('__connect.errors.class.name', 'tact.records.reader'),
    header('__connect.errors.exception.class.name', 'tact.no-customer'),
    header('__connect.errors.exception.message', 'customerId is missing'),
  ];

  test("is the original with Kafka Connect's headers", () => {
    expect(deadLetterRecord(letter)).toEqual({
      key: original.key,
      value: original.value,
      timestamp: RECORD_TIME,
      headers: [...producers, header('', ''), ...errors, header('tact-source', 'requested/3/42')],
    });
  });

  test('too large to forward says how much of it is gone', () => {
    const { key, value, headers } = deadLetterRecord({ ...letter, dropValue: true });
    expect([key, value]).toEqual([original.key, null]);
    expect(headers.at(-1)).toEqual(header('tact-dropped-bytes', '14'));
  });

  test('too large by its key or its headers goes without them', () => {
    const large = Buffer.alloc(70_000);
    const withKey = deadLetterRecord({ ...letter, record: { ...original, key: large }, dropValue: true });
    expect(withKey.key).toBeNull();
    expect(withKey.headers.at(-1)).toEqual(header('tact-dropped-bytes', '70014'));
    const headers = [{ name: 'big', value: large }];
    const withHeaders = deadLetterRecord({ ...letter, record: { ...original, headers }, dropValue: true });
    expect(withHeaders.headers.map(({ name }) => name)).not.toContain('big');
    expect(withHeaders.headers.at(-1)).toEqual(header('tact-dropped-bytes', '70017'));
  });

  test('keeps a null value null and drops nothing from it', () => {
    const { value, headers } = deadLetterRecord({
      ...letter,
      record: { ...original, value: null },
      dropValue: true,
    });
    expect(value).toBeNull();
    expect(headers.map(({ name }) => name)).not.toContain('tact-dropped-bytes');
  });
});
