import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Send } from '../../../src/model/customer-state.ts';
import type { Preferences } from '../../../src/model/preferences.ts';
import { preference } from '../../../src/rules/preference.ts';
import { send } from '../../unit/decide/build.ts';
import { factsWith, ruleOf } from '../../unit/rules/facts.ts';
import { changesOf, wallAt, ZONES } from './wall-clock.ts';

const MINUTE = 60_000;
const HOUR = 3_600_000;
const DAY = 86_400_000;
const DAYS_LOOKED_AT = 3;

interface Case {
  readonly zone: string;
  readonly now: number;
  readonly sends: readonly Send[];
  readonly preferences: Preferences;
}

// The oracle: every wish, held against one instant by itself.

function allows({ zone, sends, preferences }: Case, at: number): boolean {
  const { limits, days, hours, pauses } = preferences;
  const wall = wallAt(zone, at);
  const meant = (scope: { readonly channel?: readonly string[] }, channel: string) =>
    scope.channel === undefined || scope.channel.includes(channel);
  const isFull = limits?.value.some((own) => {
    const inWindow = sends.filter(
      (each) => !each.returned && each.at > at - own.window && meant(own.scope, each.channel),
    );
    return meant(own.scope, 'email') && inWindow.length + 1 > own.limit;
  });
  if (isFull || pauses.some((pause) => meant(pause.scope, 'email') && at < pause.until)) return false;
  if (days !== undefined && days.value.length > 0 && !days.value.some((day) => day === wall.weekday))
    return false;
  if (hours === undefined || hours.value.length === 0) return true;
  return hours.value.some(({ from, to }) =>
    to > from ? wall.minute >= from && wall.minute < to : wall.minute >= from || wall.minute < to,
  );
}

/** At every minute, and when a send leaves a window or a pause ends. */
function firstAllowed(given: Case): number | undefined {
  const { now, sends, preferences } = given;
  const end = now + DAYS_LOOKED_AT * DAY;
  const instants = [
    now,
    ...(preferences.limits?.value ?? []).flatMap(({ window }) => sends.map(({ at }) => at + window)),
    ...preferences.pauses.map(({ until }) => until),
  ];
  for (let at = Math.floor(now / MINUTE) * MINUTE; at < end; at += MINUTE) instants.push(at);
  return instants
    .filter((at) => at >= now && at < end)
    .sort((one, other) => one - other)
    .find((at) => allows(given, at));
}

// What is generated.

const scope = fc.constantFrom({}, { channel: ['email'] }, { channel: ['sms'] });
const said = <Value>(value: fc.Arbitrary<Value>) => value.map((each) => ({ value: each, at: 0 }));
const minute = fc.oneof(fc.integer({ min: 0, max: 1_440 }), fc.integer({ min: 0, max: 240 }));

function preferencesAt(now: number): fc.Arbitrary<Preferences> {
  return fc
    .record(
      {
        limits: said(
          fc.array(
            fc.record({
              scope,
              limit: fc.integer({ min: 0, max: 3 }),
              window: fc.integer({ min: 1, max: 30 * HOUR }),
            }),
            { maxLength: 3 },
          ),
        ),
        days: said(fc.subarray([1, 2, 3, 4, 5, 6, 7] as const, { minLength: 0 })),
        hours: said(fc.array(fc.record({ from: minute, to: minute }), { maxLength: 2 })),
      },
      { requiredKeys: [] },
    )
    .chain((wishes) =>
      fc
        .array(
          fc.record({
            scope,
            until: fc.integer({ min: now - HOUR, max: now + 30 * HOUR }),
            at: fc.constant(0),
          }),
          { maxLength: 2 },
        )
        .map((pauses) => ({ ...wishes, pauses }) as Preferences),
    );
}

function sendsAt(now: number): fc.Arbitrary<readonly Send[]> {
  const one = fc
    .tuple(fc.integer({ min: now - 32 * HOUR, max: now }), fc.constantFrom('email', 'sms'), fc.boolean())
    .map(([at, channel, returned]) => send(at, { channel, returned }));
  return fc.array(one, { maxLength: 6 }).map((sends) => sends.sort((a, b) => a.at - b.at));
}

const cases: fc.Arbitrary<Case> = fc.constantFrom(...ZONES).chain((zone) => {
  const changed = changesOf(zone);
  const around = fc.integer({ min: -2 * DAY, max: DAY });
  const now = fc
    .tuple(fc.constantFrom(...(changed.length > 0 ? changed : [Date.UTC(2026, 2, 4)])), around)
    .map(([at, by]) => at + by);
  return now.chain((at) =>
    fc.record({
      zone: fc.constant(zone),
      now: fc.constant(at),
      sends: sendsAt(at),
      preferences: preferencesAt(at),
    }),
  );
});

test('the next eligible time is the first at which every wish is met', () => {
  const rule = ruleOf(preference, {});
  const find = ({ zone, sends, preferences }: Case, now: number) =>
    preference.evaluate(rule, factsWith({ now, state: { timezone: zone, sends, preferences } }));
  fc.assert(
    fc.property(cases, (given) => {
      const expected = firstAllowed(given);
      const finding = find(given, given.now);
      expect(finding?.verdict).toBe(expected === given.now ? 'allows' : 'blocks');
      if (expected === given.now) return;
      const next = finding?.nextEligibleAt;
      if (expected === undefined) {
        expect(next ?? Number.POSITIVE_INFINITY).toBeGreaterThanOrEqual(given.now + DAYS_LOOKED_AT * DAY);
        return;
      }
      expect(next).toBe(expected);
      expect(find(given, expected)?.verdict).toBe('allows');
      expect(find(given, expected - 1)?.verdict).toBe('blocks');
    }),
    { numRuns: 300 },
  );
});
