import { describe, expect, test } from 'vitest';
import type { Decision } from '../../../src/model/decision.ts';
import type { OutboundMessage } from '../../../src/model/message.ts';
import type { Header, OutputRecord } from '../../../src/model/record.ts';
import {
  clampTimestamp,
  clearedRecord,
  decisionId,
  decisionRecord,
  reroutedRecord,
} from '../../../src/records/output-records.ts';
import { READ_LIMITS } from '../../../src/records/record-reader.ts';
import { readTactSchema } from '../../../src/records/tact-schema.ts';
import { original, producers } from '../../fixtures/records/original.ts';
import { header, jsonRecord, RECORD_TIME, readWith } from '../../fixtures/records/records.ts';

const NOW = RECORD_TIME + 1_000;
const source = { topic: 'requested', partition: 3, offset: 42 };
const policy = { name: 'acme-eu', digest: 'abc123' };

const message: OutboundMessage = {
  messageId: 'm1',
  customerId: 'c1',
  channel: 'E-Mail',
  categories: ['shoes'],
  products: [],
  topics: [],
  createdAt: RECORD_TIME,
  labels: { brand: 'x' },
  sourceTopic: 'requested',
};
const cleared: Decision = {
  outcome: 'cleared',
  verdict: 'cleared',
  reason: 'cleared',
  decidedAt: NOW,
  channel: 'email',
  class: 'marketing',
  findings: [],
};
const suppressed: Decision = {
  ...cleared,
  outcome: 'suppressed',
  verdict: 'suppressed',
  reason: 'cap-reached',
  rule: 'weekly',
  nextEligibleAt: NOW + 5,
  findings: [
    {
      rule: 'weekly',
      kind: 'cap',
      verdict: 'blocks',
      reason: 'cap-reached',
      count: 2,
      limit: 2,
      windowStart: NOW - 7,
      nextEligibleAt: NOW + 5,
    },
  ],
};
const decided = { record: original, source, decisionId: 'id-1', policy };
const why = (text: string): Header[] => [
  header('tact-decision-id', 'id-1'),
  header('tact-policy', 'acme-eu@abc123'),
  header('tact-decided-at', '2025-06-01T12:00:01.000Z'),
  header('tact-source', 'requested/3/42'),
  header('tact-why', text),
];

describe('a cleared record', () => {
  test('is the original with what was decided about it, forged headers gone', () => {
    expect(clearedRecord({ ...decided, decision: cleared })).toEqual({
      key: original.key,
      value: original.value,
      timestamp: RECORD_TIME,
      headers: [...producers, header('__connect.errors.stage', 'old'), header('', ''), ...why('cleared')],
    });
  });

  test('says what would have happened where the policy is not enforced', () => {
    const { headers } = clearedRecord({ ...decided, decision: { ...suppressed, outcome: 'cleared' } });
    expect(headers).toContainEqual(header('tact-why', 'would: cap-reached'));
  });

  test('has a timestamp that brokers accept', () => {
    const record = { ...original, timestamp: Date.UTC(9999, 0, 1) };
    expect(clearedRecord({ ...decided, record, decision: cleared }).timestamp).toBe(NOW + 55 * 60_000);
  });
});

describe('a decision record', () => {
  const write = (format: 'json' | 'single-object') =>
    decisionRecord({ ...decided, decision: suppressed, message, format });

  test('says everything as JSON, under the original key', () => {
    const { key, value, headers, timestamp } = write('json');
    expect(key).toEqual(original.key);
    expect(timestamp).toBe(NOW);
    expect(headers).toEqual([
      header('traceparent', '00-x'),
      header('content-type', 'application/json'),
      ...why('cap-reached'),
    ]);
    expect(JSON.parse(String(value))).toEqual({
      decisionId: 'id-1',
      source: 'requested/3/42',
      decidedAt: NOW,
      policy: 'acme-eu@abc123',
      outcome: 'suppressed',
      verdict: 'suppressed',
      reason: 'cap-reached',
      sentence: 'The customer already had as many messages as this limit allows.',
      rule: 'weekly',
      nextEligibleAt: NOW + 5,
      channel: 'email',
      class: 'marketing',
      message: { ...message },
      findings: suppressed.findings,
    });
  });

  test('says the same as an Avro single object', () => {
    const { type, singleObjectPrefix } = readTactSchema('Decision');
    const { value, headers } = write('single-object');
    expect(value?.subarray(0, 10)).toEqual(singleObjectPrefix);
    expect(headers).toContainEqual(header('content-type', 'application/vnd.apache.avro+binary'));
    const read: unknown = type.fromBuffer(value?.subarray(10) as Buffer);
    expect(withoutNulls(read)).toEqual(
      withoutNulls({
        ...JSON.parse(String(write('json').value)),
        findings: [{ ...suppressed.findings[0], shadow: false }],
      }),
    );
  });

  test('fits into 900 KB whatever the message is', () => {
    const texts = (prefix: string) =>
      Array.from({ length: READ_LIMITS.itemsMax }, (_, i) =>
        `${prefix}${i}`.padEnd(READ_LIMITS.textLengthMax, '\u0001'),
      );
    const longest = '\u0001'.repeat(READ_LIMITS.textLengthMax);
    const names = [
      'messageId',
      'customerId',
      'channel',
      'class',
      'campaignId',
      'dispatchId',
      'sender',
      'purpose',
      'place',
    ];
    const fields = {
      ...Object.fromEntries(names.map((name) => [name, longest])),
      categories: texts('c'),
      topics: texts('t'),
      labels: Object.fromEntries(texts('l').map((name) => [name, longest])),
    };
    const read = readWith(
      {},
      jsonRecord(fields, { key: Buffer.alloc(READ_LIMITS.keyBytesMax), headers: original.headers }),
    );
    const largest = read.kind === 'message' ? read.message : undefined;
    if (!largest) throw new Error('the message must be readable');
    const findings = Array.from(
      { length: 100 },
      () => suppressed.findings[0] as Decision['findings'][number],
    );
    const record = decisionRecord({
      ...decided,
      record: { ...original, key: Buffer.alloc(READ_LIMITS.keyBytesMax) },
      decision: { ...suppressed, findings },
      message: largest,
      format: 'json',
    });
    expect((record.key?.length ?? 0) + (record.value?.length ?? 0)).toBeLessThan(900_000);
  });

  test('passes on no trace header that is too long to be one', () => {
    const headers = [header('traceparent', 'x'.repeat(513)), header('tracestate', 'x'.repeat(512))];
    const record = decisionRecord({
      ...decided,
      record: { ...original, headers },
      decision: suppressed,
      message,
      format: 'json',
    });
    expect(record.headers.map(({ name }) => name)).not.toContain('traceparent');
    expect(record.headers.map(({ name }) => name)).toContain('tracestate');
  });

  test('holds nothing of the payload', () => {
    expect(String(write('json').value)).not.toContain('original bytes');
  });
});

function withoutNulls(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (_, part: unknown) => (part === null ? undefined : part)));
}

test('a re-routed record is the original with its source', () => {
  const rerouted: OutputRecord = reroutedRecord({ record: original, source, now: NOW });
  expect(rerouted).toEqual({
    key: original.key,
    value: original.value,
    timestamp: RECORD_TIME,
    headers: [
      ...producers,
      header('__connect.errors.stage', 'old'),
      header('', ''),
      header('tact-source', 'requested/3/42'),
    ],
  });
});

test.each([
  [NOW, NOW],
  [0, 0],
  [-1, NOW],
  [Number.NaN, NOW],
  [NOW + 55 * 60_000, NOW + 55 * 60_000],
  [NOW + 55 * 60_000 + 1, NOW + 55 * 60_000],
])('the timestamp %d is written as %d', (timestamp, expected) => {
  expect(clampTimestamp(timestamp, NOW)).toBe(expected);
});

describe('the id of a decision', () => {
  test('is 22 characters made from place and time of the source, and nothing else', () => {
    expect(decisionId(source, 1_748_779_200_000)).toBe('e9xBoCyl_vHtl1y3v08_Zw');
    expect(decisionId({ ...source }, RECORD_TIME)).toMatch(/^[A-Za-z0-9_-]{22}$/);
  });

  test('differs where topic, partition, offset or time differ', () => {
    const ids = [
      decisionId(source, 1),
      decisionId(source, 2),
      decisionId({ ...source, offset: 43 }, 1),
      decisionId({ ...source, partition: 4 }, 1),
      decisionId({ ...source, topic: 'other' }, 1),
    ];
    expect(new Set(ids).size).toBe(5);
  });
});
