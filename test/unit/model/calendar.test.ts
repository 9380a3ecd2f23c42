import { describe, expect, test } from 'vitest';
import { HOUR } from '../../../src/kernel/time.ts';
import {
  type CalendarUnit,
  cutOf,
  isKnownZone,
  spanAround,
  type Weekday,
} from '../../../src/model/calendar.ts';

const iso = (span: { start: number; end: number }) =>
  [new Date(span.start), new Date(span.end)].map((at) => at.toISOString().slice(0, 16));
const calendarSpan = (unit: CalendarUnit, zone: string, instant: number, weekStart?: Weekday) =>
  spanAround(cutOf(unit, weekStart), zone, instant);
const at = (text: string) => Date.parse(text);

describe('a calendar day', () => {
  test("runs from midnight to midnight in the zone's own time", () => {
    expect(iso(calendarSpan('day', 'Asia/Tokyo', at('2026-03-04T16:00Z')))).toEqual([
      '2026-03-04T15:00',
      '2026-03-05T15:00',
    ]);
  });

  test('includes its first instant and not its last', () => {
    const span = calendarSpan('day', 'UTC', at('2026-03-04T00:00Z'));
    expect(iso(span)).toEqual(['2026-03-04T00:00', '2026-03-05T00:00']);
    expect(calendarSpan('day', 'UTC', span.end - 1)).toEqual(span);
    expect(calendarSpan('day', 'UTC', span.end).start).toBe(span.end);
  });

  test('has 23 hours when clocks go forward and 25 when they go back', () => {
    const length = (text: string) => {
      const { start, end } = calendarSpan('day', 'Europe/Berlin', at(text));
      return (end - start) / HOUR;
    };
    expect([length('2026-03-29T12:00Z'), length('2026-10-25T12:00Z'), length('2026-06-01T12:00Z')]).toEqual([
      23, 25, 24,
    ]);
  });

  test('begins at one where midnight does not exist', () => {
    // Beirut goes from 23:59 to 01:00.
    expect(iso(calendarSpan('day', 'Asia/Beirut', at('2026-03-29T12:00Z')))).toEqual([
      '2026-03-28T22:00',
      '2026-03-29T21:00',
    ]);
  });

  test('that a zone left out is nobody’s', () => {
    // Samoa went from the end of the 29th to the 31st of December 2011.
    expect(iso(calendarSpan('day', 'Pacific/Apia', at('2011-12-30T09:00Z')))).toEqual([
      '2011-12-29T10:00',
      '2011-12-30T10:00',
    ]);
    expect(iso(calendarSpan('day', 'Pacific/Apia', at('2011-12-30T10:00Z')))).toEqual([
      '2011-12-30T10:00',
      '2011-12-31T10:00',
    ]);
  });

  test('is not begun a second time when clocks go back over midnight', () => {
    // St. John's went back from 00:01 to 23:01 the day before: its 1st of November 2009 began, was left, and went on.
    const first = calendarSpan('day', 'America/St_Johns', at('2009-11-01T02:30:30Z'));
    expect(calendarSpan('day', 'America/St_Johns', at('2009-11-01T03:00Z'))).toEqual(first);
    expect(iso(first)).toEqual(['2009-11-01T02:30', '2009-11-02T03:30']);
  });
});

describe('a calendar week', () => {
  test('begins on Monday, or on the day that is asked for', () => {
    const sunday = at('2026-03-08T12:00Z');
    expect(iso(calendarSpan('week', 'UTC', sunday))).toEqual(['2026-03-02T00:00', '2026-03-09T00:00']);
    expect(iso(calendarSpan('week', 'UTC', sunday, 7))).toEqual(['2026-03-08T00:00', '2026-03-15T00:00']);
  });
});

describe('a calendar month', () => {
  test('is as long as it is', () => {
    expect(iso(calendarSpan('month', 'UTC', at('2028-02-29T12:00Z')))).toEqual([
      '2028-02-01T00:00',
      '2028-03-01T00:00',
    ]);
    expect(iso(calendarSpan('month', 'America/New_York', at('2026-12-31T12:00Z')))).toEqual([
      '2026-12-01T05:00',
      '2027-01-01T05:00',
    ]);
  });
});

describe('a calendar hour', () => {
  test("begins at the zone's own full hour", () => {
    expect(iso(calendarSpan('hour', 'Asia/Kathmandu', at('2026-03-04T12:00Z')))).toEqual([
      '2026-03-04T11:15',
      '2026-03-04T12:15',
    ]);
  });

  test('that clocks show twice is two hours', () => {
    expect(iso(calendarSpan('hour', 'Europe/Berlin', at('2026-10-25T00:30Z')))).toEqual([
      '2026-10-25T00:00',
      '2026-10-25T01:00',
    ]);
    expect(iso(calendarSpan('hour', 'Europe/Berlin', at('2026-10-25T01:30Z')))).toEqual([
      '2026-10-25T01:00',
      '2026-10-25T02:00',
    ]);
  });

  test('ends where clocks change within it', () => {
    // Lord Howe goes back by half an hour at two.
    expect(iso(calendarSpan('hour', 'Australia/Lord_Howe', at('2026-04-04T15:10Z')))).toEqual([
      '2026-04-04T15:00',
      '2026-04-04T15:30',
    ]);
    // And forward by half an hour: half past two until three.
    expect(iso(calendarSpan('hour', 'Australia/Lord_Howe', at('2026-10-03T15:40Z')))).toEqual([
      '2026-10-03T15:30',
      '2026-10-03T16:00',
    ]);
  });
});

describe('a calendar minute', () => {
  test('is a minute', () => {
    expect(iso(calendarSpan('minute', 'Europe/Berlin', at('2026-03-04T12:34:56Z')))).toEqual([
      '2026-03-04T12:34',
      '2026-03-04T12:35',
    ]);
  });
});

describe('isKnownZone', () => {
  test('knows IANA names, and nothing else', () => {
    expect(['Europe/Berlin', 'UTC', 'America/Argentina/Ushuaia'].map(isKnownZone)).toEqual([
      true,
      true,
      true,
    ]);
    expect(
      ['Europe/Berlim', '', '+02:00', 'x'.repeat(100), 'customer', '__proto__'].map(isKnownZone),
    ).toEqual(Array(6).fill(false));
  });
});
