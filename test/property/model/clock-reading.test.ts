import fc from 'fast-check';
import { expect, test } from 'vitest';
import { dateText, readClock } from '../../../src/model/clock-reading.ts';
import { changesOf, wallAt, ZONES } from '../rules/wall-clock.ts';

const read = (zone: string, at: number) => {
  const reading = readClock(zone, at);
  return { date: dateText(reading), weekday: reading.weekday, minute: reading.minute };
};

test('the reading of every clock is that of Intl, at any instant', () => {
  const zone = fc.constantFrom(...Intl.supportedValuesOf('timeZone'));
  const instant = fc.integer({ min: Date.UTC(1973, 0, 1), max: Date.UTC(2060, 0, 1) });
  fc.assert(
    fc.property(zone, instant, (name, at) => {
      expect(read(name, at)).toEqual(wallAt(name, at));
    }),
    { numRuns: 1_000 },
  );
});

test('the reading changes at the very millisecond at which the clocks do', () => {
  for (const zone of ZONES) {
    for (const at of changesOf(zone).filter((_, i) => i % 3 === 0)) {
      expect(read(zone, at - 1)).toEqual(wallAt(zone, at - 1));
      expect(read(zone, at)).toEqual(wallAt(zone, at));
    }
  }
});
