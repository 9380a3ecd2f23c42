import { describe, expect, it } from 'vitest';
import { parseTime } from '../../../src/cli/import/time.ts';

const iso = (raw: unknown, zone = 'UTC') => {
  const time = parseTime(raw, zone);
  return time && `${new Date(time.at).toISOString()}${time.zoned ? '' : ' assumed'}`;
};

describe('a time in an import', () => {
  it.each([
    ['2026-03-10T09:00:00Z', '2026-03-10T09:00:00.000Z'],
    ['2026-03-10 09:00:00.123456+01:00', '2026-03-10T08:00:00.123Z'],
    ['2026-03-10 09:00+0100', '2026-03-10T08:00:00.000Z'],
    ['2026-03-10 09:00:00+01', '2026-03-10T08:00:00.000Z'],
    ['2026-03-10 09:00:00 UTC', '2026-03-10T09:00:00.000Z'],
    ['1773133200', '2026-03-10T09:00:00.000Z'],
    [1_773_133_200_000, '2026-03-10T09:00:00.000Z'],
    ['2026-03-10', '2026-03-10T00:00:00.000Z assumed'],
    ['10.3.2026, 09:00', '2026-03-10T09:00:00.000Z assumed'],
  ])('%s is %s', (raw, instant) => {
    expect(iso(raw)).toBe(instant);
  });

  it.each(['3/10/2026', 'yesterday', '2026-02-30', '2026-03-10 25:00', '17', '', {}, true, undefined])(
    '%s is none that can be told',
    (raw) => {
      expect(iso(raw)).toBeUndefined();
    },
  );

  it('without a zone is read as the clocks of one show it, winter and summer', () => {
    expect(iso('2026-01-10 09:00', 'Europe/Berlin')).toBe('2026-01-10T08:00:00.000Z assumed');
    expect(iso('2026-07-10 09:00', 'Europe/Berlin')).toBe('2026-07-10T07:00:00.000Z assumed');
    expect(iso('2026-07-10', 'America/New_York')).toBe('2026-07-10T04:00:00.000Z assumed');
  });

  it('that the clocks show twice is the first of both, and one that they skip is moved on', () => {
    expect(iso('2026-10-25 02:30', 'Europe/Berlin')).toBe('2026-10-25T00:30:00.000Z assumed');
    expect(iso('2026-03-29 02:30', 'Europe/Berlin')).toBe('2026-03-29T01:30:00.000Z assumed');
    expect(iso('2026-03-29 03:30', 'Europe/Berlin')).toBe('2026-03-29T01:30:00.000Z assumed');
  });
});
