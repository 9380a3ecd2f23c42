import { describe, expect, test } from 'vitest';
import { HOUR } from '../../../src/kernel/time.ts';
import { firstOpenInstant, openWeekWhere } from '../../../src/model/timetable.ts';

const at = (text: string) => Date.parse(text);
const week = (from: number, to: number) =>
  openWeekWhere([from * 60, to * 60], (_, minute) => from * 60 <= minute && minute < to * 60);

describe('a week', () => {
  test('joins what is open without a break', () => {
    const days = openWeekWhere(
      [540, 720, 1_020],
      (weekday, minute) => weekday < 6 && minute >= 540 && minute < 1_020,
    );
    expect(days.slice(0, 1)).toEqual([[{ from: 540, to: 1_020 }]]);
    expect(days.slice(5)).toEqual([[], []]);
  });

  test('that is always open has each day once', () => {
    expect(openWeekWhere([1_440], () => true)[3]).toEqual([{ from: 0, to: 1_440 }]);
  });
});

describe('the first open instant in several zones', () => {
  const zones = ['Europe/London', 'America/New_York'];
  const timetable = { week: week(8, 21), closed: [] };

  test('is open in all of them', () => {
    // 8:00 in New York is 13:00Z, 21:00 in London is 21:00Z.
    expect(firstOpenInstant(timetable, zones, at('2026-03-04T09:00Z'))).toBe(at('2026-03-04T13:00Z'));
    expect(firstOpenInstant(timetable, zones, at('2026-03-04T14:00Z'))).toBe(at('2026-03-04T14:00Z'));
    expect(firstOpenInstant(timetable, zones, at('2026-03-04T21:00Z'))).toBe(at('2026-03-05T13:00Z'));
  });

  test('is the same whatever was asked before', () => {
    const asked = [
      '2026-03-04T22:00Z',
      '2026-03-04T12:59Z',
      '2026-03-05T13:00Z',
      '2026-03-05T13:01Z',
      '2026-03-04T21:00Z',
    ];
    const fresh = asked.map((text) => firstOpenInstant({ ...timetable }, zones, at(text)));
    expect(asked.map((text) => firstOpenInstant(timetable, zones, at(text)))).toEqual(fresh);
  });

  test('is not there where they have no hour in common, and found once they do', () => {
    const noon = { week: week(12, 14), closed: [] };
    expect(firstOpenInstant(noon, zones, at('2026-03-04T12:00Z'))).toBeUndefined();
    expect(firstOpenInstant(noon, zones, at('2026-03-04T12:00Z') + HOUR)).toBeUndefined();
    expect(firstOpenInstant(noon, ['Europe/London'], at('2026-03-04T11:00Z'))).toBe(at('2026-03-04T12:00Z'));
  });

  test('is now where no zone is asked about', () => {
    expect(firstOpenInstant({ week: week(0, 0), closed: [] }, [], 7)).toBe(7);
  });
});
