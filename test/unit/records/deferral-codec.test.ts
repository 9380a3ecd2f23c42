import { describe, expect, test } from 'vitest';
import {
  type Deferral,
  decodeDeferral,
  dueAtOf,
  encodeDeferral,
} from '../../../src/records/deferral-codec.ts';

const FULL: Deferral = {
  dueAt: 1_700_000_000_500,
  since: 1_700_000_000_000,
  customer: 'a'.repeat(22),
  record: {
    topic: 'requested',
    partition: 3,
    offset: 2 ** 51,
    timestamp: 1_699_999_999_999,
    key: Buffer.from([0, 255]),
    value: Buffer.from('{"customerId":"ann"}'),
    headers: [
      { name: 'one', value: Buffer.from('1') },
      { name: 'one', value: null },
      { name: '', value: Buffer.alloc(0) },
    ],
  },
};

describe('a deferral', () => {
  test.each<[string, Deferral]>([
    ['in which nothing is absent', FULL],
    [
      'of a record without anything',
      { ...FULL, record: { ...FULL.record, key: null, value: null, headers: [] } },
    ],
    ['of a record without a time', { ...FULL, record: { ...FULL.record, timestamp: -1 } }],
    ['of a record of a far time', { ...FULL, record: { ...FULL.record, timestamp: 2 ** 62 } }],
    ['of a large record', { ...FULL, record: { ...FULL.record, value: Buffer.alloc(1_000_000, 7) } }],
  ])('%s comes back as it was, and tells its due time without the rest', (_, deferral) => {
    const bytes = encodeDeferral(deferral);
    expect(decodeDeferral(bytes)).toEqual(deferral);
    expect(dueAtOf(bytes)).toBe(deferral.dueAt);
    expect(dueAtOf(bytes.subarray(0, 8))).toBe(deferral.dueAt);
  });

  const good = encodeDeferral(FULL);
  test.each([
    ['nothing', Buffer.alloc(0)],
    ['a version from the future', Buffer.concat([Buffer.of(9), good.subarray(1)])],
    ['no more than a version', Buffer.of(1)],
  ])('is not read out of %s', (_, bytes) => {
    const corrupt = expect.objectContaining({ code: 'state-corrupt' });
    expect(() => decodeDeferral(bytes)).toThrow(corrupt);
    expect(() => dueAtOf(bytes)).toThrow(corrupt);
  });

  test.each([
    ['half of one', good.subarray(0, good.length / 2)],
    ['one with something behind it', Buffer.concat([good, Buffer.of(0)])],
  ])('is not read out of %s', (_, bytes) => {
    expect(() => decodeDeferral(bytes)).toThrow(expect.objectContaining({ code: 'state-corrupt' }));
  });
});
