import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { LogRecord } from '../../../src/model/record.ts';
import { clearedRecord, deadLetterRecord, reroutedRecord } from '../../../src/records/output-records.ts';

const bytes = fc.uint8Array({ maxLength: 30 }).map((array) => Buffer.from(array));
const name = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.constantFrom('a', 'A', 'tact-why', 'TACT-X', 'tact', 'x-tact-why', '__connect.errors.topic'),
);
const record: fc.Arbitrary<LogRecord> = fc.record({
  topic: fc.constant('requested'),
  partition: fc.nat(99),
  offset: fc.maxSafeNat(),
  timestamp: fc.integer({ min: 0, max: 2_000_000_000_000 }),
  key: fc.option(bytes),
  value: fc.option(bytes),
  headers: fc.array(fc.record({ name, value: fc.option(bytes) }), { maxLength: 8 }),
});
const now = 2_000_000_000_000;
const decision = {
  outcome: 'cleared',
  verdict: 'cleared',
  reason: 'cleared',
  decidedAt: now,
  channel: 'email',
  class: 'marketing',
  findings: [],
} as const;
const failure = { reason: 'malformed', stage: 'VALUE_CONVERTER', message: 'not JSON' } as const;

test('whatever is forwarded keeps key, value, time and the headers in their order, forged ones excepted', () => {
  fc.assert(
    fc.property(record, (original) => {
      const source = original;
      const own = original.headers.filter((header) => !header.name.toLowerCase().startsWith('tact-'));
      const outputs = [
        clearedRecord({
          record: original,
          source,
          decision,
          decisionId: 'd',
          policy: { name: 'p', digest: 'x' },
        }),
        reroutedRecord({ record: original, source, now }),
      ];
      for (const output of outputs) {
        expect(output).toMatchObject({
          key: original.key,
          value: original.value,
          timestamp: original.timestamp,
        });
        expect(output.headers.slice(0, own.length)).toEqual(own);
        expect(output.headers.slice(own.length).every((header) => header.name.startsWith('tact-'))).toBe(
          true,
        );
      }
      const dead = deadLetterRecord({
        record: original,
        source,
        failure,
        service: { name: 't', shard: 0 },
        now,
      });
      const kept = own.filter((header) => !header.name.startsWith('__connect.errors.'));
      expect(dead).toMatchObject({ key: original.key, value: original.value });
      expect(dead.headers.slice(0, kept.length)).toEqual(kept);
      expect(new Set(dead.headers.slice(kept.length).map((header) => header.name)).size).toBe(10);
    }),
    { numRuns: 500 },
  );
});
