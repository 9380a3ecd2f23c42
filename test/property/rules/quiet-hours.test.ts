import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { quietHours } from '../../../src/rules/quiet-hours.ts';
import type { Facts } from '../../../src/rules/rule-kind.ts';
import { factsWith, ruleOf } from '../../unit/rules/facts.ts';
import { changesOf, type Wall, wallAt, ZONES } from './wall-clock.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;
const DAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];

interface Span {
  readonly from?: string;
  readonly to?: string;
  readonly days?: readonly string[];
}
interface Written {
  readonly denied?: readonly Span[];
  readonly allowed?: readonly Span[];
  readonly holidays: readonly string[];
}

// The oracle: what is written, held against what the clock shows.

const minutes = (text: string) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3));

function covers({ from = '00:00', to = '24:00', days = DAYS }: Span, { weekday, minute }: Wall): boolean {
  const today = days.includes(DAYS[weekday - 1] as string);
  const yesterday = days.includes(DAYS[(weekday + 5) % 7] as string);
  if (minutes(to) > minutes(from)) return today && minute >= minutes(from) && minute < minutes(to);
  return (today && minute >= minutes(from)) || (yesterday && minute < minutes(to));
}

function isQuiet({ denied, allowed, holidays }: Written, zones: readonly string[], at: number): boolean {
  return zones.some((zone) => {
    const wall = wallAt(zone, at);
    if (holidays.some((each) => each === wall.date || each === wall.date.slice(5))) return true;
    if (denied) return denied.some((span) => covers(span, wall));
    return !allowed?.some((span) => covers(span, wall));
  });
}

/** Minute by minute; undefined when the days that are looked at hold none. */
function firstLoud(
  written: Written,
  zones: readonly string[],
  now: number,
  days: number,
): number | undefined {
  if (!isQuiet(written, zones, now)) return now;
  for (let at = Math.floor(now / MINUTE) * MINUTE + MINUTE; at < now + days * DAY; at += MINUTE) {
    if (!isQuiet(written, zones, at)) return at;
  }
  return undefined;
}

// What is generated.

const two = (value: number) => String(value).padStart(2, '0');
/** More often at night, when clocks change. */
const time = fc
  .oneof(
    fc.integer({ min: 0, max: 1_440 }),
    fc.integer({ min: 0, max: 240 }),
    fc.constantFrom(0, 60, 120, 1_440),
  )
  .map((minute) => `${two(Math.floor(minute / 60))}:${two(minute % 60)}`);
const days = fc.subarray(DAYS, { minLength: 1 });
const span: fc.Arbitrary<Span> = fc.oneof(
  fc.record({ from: time, to: time, days }, { requiredKeys: ['from', 'to'] }),
  fc.record({ days }),
);
const spans = fc.array(span, { minLength: 1, maxLength: 3 });
const times = fc.oneof(
  spans.map((denied) => ({ denied })),
  spans.map((allowed) => ({ allowed })),
);
/** Around a change of the clocks, to the millisecond. */
const instantIn = (zone: string) => {
  const changed = changesOf(zone);
  const anyTime = fc.integer({ min: Date.UTC(1993, 0, 1), max: Date.UTC(2028, 0, 1) });
  if (changed.length === 0) return anyTime;
  return fc.oneof(
    anyTime,
    fc.tuple(fc.constantFrom(...changed), fc.integer({ min: -2 * DAY, max: DAY })).map(([at, by]) => at + by),
    fc.tuple(fc.constantFrom(...changed), fc.integer({ min: -2, max: 2 })).map(([at, by]) => at + by),
  );
};
const holidaysNear = (now: number) =>
  fc.array(
    fc.tuple(fc.integer({ min: -1, max: 3 }), fc.boolean()).map(([day, everyYear]) => {
      const date = new Date(now + day * DAY).toISOString().slice(0, 10);
      return everyYear ? date.slice(5) : date;
    }),
    { maxLength: 2 },
  );

/** A policy that is never open is refused; those cases are left out. */
function ruleIfAny(written: object) {
  return quietHours.schema.safeParse(written).success ? ruleOf(quietHours, written) : undefined;
}

function check(
  written: Written,
  zones: readonly string[],
  now: number,
  state: Partial<Facts['state']>,
  days: number,
): void {
  const rule = ruleIfAny(written);
  fc.pre(rule !== undefined);
  const expected = firstLoud(written, zones, now, days);
  const finding = quietHours.evaluate(rule, factsWith({ now, state }));
  expect(finding?.verdict).toBe(expected === now ? 'allows' : 'blocks');
  if (expected === now) return;
  const next = finding?.nextEligibleAt;
  if (expected === undefined) {
    expect(next ?? Number.POSITIVE_INFINITY).toBeGreaterThanOrEqual(now + days * DAY);
    return;
  }
  expect(next).toBe(expected);
  expect(quietHours.evaluate(rule, factsWith({ now: expected - 1, state }))?.verdict).toBe('blocks');
  expect(quietHours.evaluate(rule, factsWith({ now: expected, state }))?.verdict).toBe('allows');
}

describe('the next time that is not quiet', () => {
  const inOneZone = fc
    .constantFrom(...ZONES)
    .chain((zone) =>
      instantIn(zone).chain((now) =>
        fc.record({ zone: fc.constant(zone), now: fc.constant(now), times, holidays: holidaysNear(now) }),
      ),
    );
  test('is the first that the clock of the zone allows, in any zone and at any change', () => {
    fc.assert(
      fc.property(inOneZone, ({ zone, now, times: written, holidays }) => {
        check({ ...written, holidays }, [zone], now, { timezone: zone }, 3);
      }),
      { numRuns: 400 },
    );
  });

  const COUNTRIES = ['US', 'RU', 'AU', 'BR', 'ID', 'CL', 'CA', 'MX', 'NZ', 'FM'];
  /** Wide enough for the countries of many zones to have an hour in common. */
  const wide = fc
    .tuple(fc.integer({ min: 5, max: 9 }), fc.integer({ min: 20, max: 24 }), fc.boolean())
    .map(([opens, closes, asAllowed]) =>
      asAllowed
        ? { allowed: [{ from: `${two(opens)}:30`, to: `${two(closes)}:00` }] }
        : { denied: [{ from: `${two(closes - 1)}:15`, to: `${two(opens)}:00` }] },
    );
  const inOneCountry = fc.constantFrom(...COUNTRIES).chain((country) => {
    const zones = (new Intl.Locale(`und-${country}`) as unknown as { timeZones: string[] }).timeZones;
    return fc
      .constantFrom(...zones)
      .chain(instantIn)
      .chain((now) =>
        fc.record({
          country: fc.constant(country),
          zones: fc.constant(zones),
          now: fc.constant(now),
          times: fc.oneof(wide, times),
          holidays: holidaysNear(now),
        }),
      );
  });
  test('is the first that all clocks of the country allow, where the zone is unknown', () => {
    fc.assert(
      fc.property(inOneCountry, ({ country, zones, now, times: written, holidays }) => {
        check({ ...written, holidays }, zones, now, { attributes: { country } }, 1.5);
      }),
      { numRuns: 80 },
    );
  });
});
