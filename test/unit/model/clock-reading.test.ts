import { describe, expect, test } from 'vitest';
import { dateText, readClock, timeText } from '../../../src/model/clock-reading.ts';

const read = (zone: string, instant: string) => {
  const reading = readClock(zone, Date.parse(instant));
  return `${reading.weekday} ${dateText(reading)} ${timeText(reading)}`;
};

describe('the reading of a clock', () => {
  test.each([
    ['UTC', '2026-03-04T00:00:00Z', '3 2026-03-04 00:00'],
    ['Europe/Berlin', '2026-03-01T23:00:00Z', '1 2026-03-02 00:00'],
    ['Asia/Kathmandu', '2026-03-04T18:14:59Z', '3 2026-03-04 23:59'],
    ['Asia/Kathmandu', '2026-03-04T18:15:00Z', '4 2026-03-05 00:00'],
    ['America/St_Johns', '2026-03-04T03:29:59Z', '2 2026-03-03 23:59'],
    ['Pacific/Apia', '2011-12-30T09:59:59Z', '4 2011-12-29 23:59'],
    ['Pacific/Apia', '2011-12-30T10:00:00Z', '6 2011-12-31 00:00'],
    ['Pacific/Kwajalein', '1993-08-21T11:59:59Z', '5 1993-08-20 23:59'],
    ['Pacific/Kwajalein', '1993-08-21T12:00:00Z', '7 1993-08-22 00:00'],
    ['Africa/Monrovia', '1970-01-02T00:44:29Z', '4 1970-01-01 23:59'],
    ['Africa/Monrovia', '1970-01-02T00:44:30Z', '5 1970-01-02 00:00'],
    ['America/New_York', '1970-01-01T00:00:00Z', '3 1969-12-31 19:00'],
    ['America/New_York', '9999-12-31T23:59:59Z', '5 9999-12-31 18:59'],
  ])('of %s at %s is %s', (zone, instant, expected) => {
    expect(read(zone, instant)).toBe(expected);
  });

  test('exists for every number, its date only for years of four digits', () => {
    for (const instant of [-8.64e15, -1, 253_402_300_800_000, 8.64e15, Number.MAX_SAFE_INTEGER]) {
      expect(readClock('Europe/Berlin', instant).weekday).toBeOneOf([1, 2, 3, 4, 5, 6, 7]);
    }
    expect(dateText(readClock('UTC', Number.MAX_SAFE_INTEGER))).toBeUndefined();
    expect(dateText(readClock('UTC', 8.64e15))).toBeUndefined();
  });
});
