import { describe, expect, it } from 'vitest';
import { formatDuration, parseDuration } from '../../../src/kernel/time.ts';

describe('a duration', () => {
  it.each([
    ['90s', 90_000],
    ['4h', 14_400_000],
    ['7d', 604_800_000],
    ['2w', 1_209_600_000],
    ['250ms', 250],
    ['0s', 0],
  ])('%s is %d ms', (text, duration) => {
    expect(parseDuration(text)).toBe(duration);
  });

  it.each(['', '7', 'd', '-1d', '1.5h', '1e3s', ' 1d', '1 d', '1D', '99999999999d'])('%j is none', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });

  it('is written in the largest unit that divides it', () => {
    expect([604_800_000, 14_400_000, 90_000, 1_500, 0].map(formatDuration)).toEqual([
      '7d',
      '4h',
      '90s',
      '1500ms',
      '0ms',
    ]);
  });
});
