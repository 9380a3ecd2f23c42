import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DAY } from '../../../src/kernel/time.ts';
import { generateDay } from '../../../src/traffic/day.ts';
import type { TrafficRecord } from '../../../src/traffic/record.ts';
import { shiftRecord, TRAFFIC_INPUTS } from '../../../src/traffic/record.ts';

const date = Date.UTC(2026, 2, 10);
const options = fc.record({
  seed: fc.nat(),
  customers: fc.integer({ min: 1, max: 60 }),
  date: fc.integer({ min: 0, max: 400 }).map((days) => date + days * DAY),
});

describe('generateDay', () => {
  it('gives the same traffic for the same seed', () => {
    fc.assert(
      fc.property(options, (given) => {
        expect([...generateDay(given)]).toEqual([...generateDay(given)]);
      }),
      { numRuns: 30 },
    );
  });

  it('gives records in the order of the clock, all before the end of the day', () => {
    fc.assert(
      fc.property(options, (given) => {
        const times = [...generateDay(given)].map(({ at }) => at);
        expect(times.every(Number.isInteger)).toBe(true);
        expect(times).toEqual([...times].sort((a, b) => a - b));
        expect(Math.max(...times)).toBeLessThan(given.date + DAY);
      }),
      { numRuns: 50 },
    );
  });

  it('asks for nothing before the day starts', () => {
    fc.assert(
      fc.property(options, (given) => {
        const early = ({ kind, at }: TrafficRecord) => kind === 'outbound' && at < given.date;
        expect([...generateDay(given)].filter(early)).toEqual([]);
      }),
      { numRuns: 50 },
    );
  });

  it('tells of a response only after the message that it answers', () => {
    fc.assert(
      fc.property(options, (given) => {
        const asked = new Set<unknown>();
        const unasked = [...generateDay(given)].filter(({ kind, value, answers }) => {
          if (kind === 'outbound' && typeof value !== 'string') asked.add(value.messageId);
          return answers !== undefined && !asked.has(answers);
        });
        expect(unasked).toEqual([]);
      }),
      { numRuns: 50 },
    );
  });

  it('gives a customer the same traffic however many others there are', () => {
    fc.assert(
      fc.property(options, (given) => {
        const of = (customers: number) =>
          [...generateDay({ ...given, customers })].filter(({ customerId }) => customerId === 'c-000001');
        expect(of(given.customers)).toEqual(of(1));
      }),
      { numRuns: 30 },
    );
  });

  it('uses the declared topics, each with its kind', () => {
    const kinds = new Map<string, string>(TRAFFIC_INPUTS.map(({ topic, kind }) => [topic, kind]));
    for (const { topic, kind } of generateDay({ seed: 3, customers: 200, date }))
      expect(kinds.get(topic)).toBe(kind);
  });
});

describe('shiftRecord', () => {
  it('moves every instant of a record by the same time', () => {
    for (const record of generateDay({ seed: 4, customers: 50, date })) {
      const shifted = shiftRecord(record, DAY);
      expect(shifted.at - record.at).toBe(DAY);
      if (typeof record.value === 'string' || typeof shifted.value === 'string') continue;
      for (const field of ['createdAt', 'expiresAt', 'occurredAt']) {
        const [before, after] = [record.value[field], shifted.value[field]];
        if (typeof before === 'number') expect(after).toBe(before + DAY);
        else expect(after).toBe(before);
      }
    }
  });
});
