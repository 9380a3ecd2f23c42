import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CALENDAR_UNITS, type CalendarUnit, cutOf, spanAround } from '../../../src/model/calendar.ts';
import { ZONES } from './wall-clock.ts';

const YEARS = { from: Date.UTC(2005, 0, 1), to: Date.UTC(2037, 0, 1) };
const calendarSpan = (of: CalendarUnit, z: string, at: number) => spanAround(cutOf(of), z, at);
const zone = fc.constantFrom<string>(...ZONES);
const instant = fc.integer({ min: YEARS.from, max: YEARS.to });
const unit = fc.constantFrom(...CALENDAR_UNITS);

const formats = new Map<string, Intl.DateTimeFormat>(
  ZONES.map((timeZone) => [
    timeZone,
    new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' }),
  ]),
);

/** The wall clock of a zone by Intl alone, as `2026-03-04 12:34`. */
function wallClock(at: number, timeZone: string): string {
  return formats.get(timeZone)?.format(at) ?? '';
}
const offset = (at: number, timeZone: string) =>
  Date.parse(`${wallClock(at, timeZone).replace(' ', 'T')}Z`) - Math.floor(at / 60_000) * 60_000;

/** Changes of the clocks of a zone, to the minute, by looking at each day and halving. */
function changesOf(timeZone: string, from: number, to: number): number[] {
  const found: number[] = [];
  const day = 86_400_000;
  for (let start = from; start < to; start += day) {
    if (offset(start, timeZone) === offset(start + day, timeZone)) continue;
    let [before, after] = [start, start + day];
    while (after - before > 60_000) {
      const middle = Math.floor((before + after) / 120_000) * 60_000;
      if (offset(middle, timeZone) === offset(before, timeZone)) before = middle;
      else after = middle;
    }
    found.push(after);
  }
  return found;
}

describe('the calendar spans of a unit', () => {
  test('hold the instant, and every instant inside has the same one', () => {
    fc.assert(
      fc.property(
        unit,
        zone,
        instant,
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (u, z, at, share) => {
          const { start, end } = calendarSpan(u, z, at);
          expect(start <= at && at < end).toBe(true);
          const inside = Math.min(end - 1, Math.floor(start + share * (end - start)));
          expect(calendarSpan(u, z, inside)).toEqual({ start, end });
        },
      ),
      { numRuns: 600 },
    );
  });

  test('follow one another without gap or overlap', () => {
    fc.assert(
      fc.property(unit, zone, instant, (u, z, at) => {
        const { start, end } = calendarSpan(u, z, at);
        expect(calendarSpan(u, z, end).start).toBe(end);
        expect(calendarSpan(u, z, start - 1).end).toBe(start);
      }),
      { numRuns: 600 },
    );
  });

  test('do both around every change of the clocks of two years, in every zone', () => {
    let changes = 0;
    for (const z of ZONES) {
      for (const change of changesOf(z, Date.UTC(2025, 0, 1), Date.UTC(2027, 0, 1))) {
        changes++;
        for (const u of ['hour', 'day', 'week', 'month'] as const) {
          for (const away of [-3_600_000, -1_800_000, -1, 0, 1, 1_800_000, 3_600_000]) {
            const { start, end } = calendarSpan(u, z, change + away);
            expect(start <= change + away && change + away < end).toBe(true);
            expect(calendarSpan(u, z, end).start).toBe(end);
            expect(calendarSpan(u, z, start - 1).end).toBe(start);
          }
        }
      }
    }
    expect(changes).toBeGreaterThan(60);
  });
});

describe('a calendar day', () => {
  test('begins when the wall clock first shows its date', () => {
    fc.assert(
      fc.property(zone, fc.integer({ min: Date.UTC(2013, 0, 1), max: YEARS.to }), (z, at) => {
        const { start, end } = calendarSpan('day', z, at);
        const date = (instantOf: number) => wallClock(instantOf, z).slice(0, 10);
        expect(date(start)).toBe(date(at));
        expect(date(start - 1) < date(start)).toBe(true);
        expect(date(end - 1)).toBe(date(at));
        expect(date(end) > date(at)).toBe(true);
      }),
      { numRuns: 600 },
    );
  });
});

describe('an hour', () => {
  test('begins at a full hour of the wall clock, or where the clocks change', () => {
    fc.assert(
      fc.property(zone, instant, (z, at) => {
        const { start } = calendarSpan('hour', z, at);
        const full = wallClock(start, z).endsWith(':00');
        expect(full || offset(start - 1, z) !== offset(start, z)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});
