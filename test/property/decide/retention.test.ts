import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { decide } from '../../../src/decide/decide.ts';
import { fold } from '../../../src/decide/fold.ts';
import type { Policy } from '../../../src/decide/policy.ts';
import type { CustomerState } from '../../../src/model/customer-state.ts';
import { DAY, HOUR } from '../../oracle/written.ts';
import { interaction } from '../../unit/decide/build.ts';
import { type Arrival, historyArbitrary } from './history-arbitraries.ts';
import { policyArbitrary } from './policy-arbitraries.ts';
import { policyFrom } from './run-both.ts';

const SENDS = 35 * DAY;
const YEAR = 366 * DAY;

/** Each thing in the state that is over, or older than it may be by its own time, whenever the customer was touched last. */
function overdue(policy: Policy, state: CustomerState, now: number): string[] {
  const old = (what: string, at: number | undefined, kept: number) =>
    at !== undefined && at <= now - kept ? [`${what} of ${iso(at)}`] : [];
  const over = (what: string, until: number | undefined) => old(`${what} until`, until, 0);
  const keptFor = (type: string) => {
    const need = policy.remembers.events[type];
    return need === undefined ? SENDS : (need.for ?? Number.POSITIVE_INFINITY);
  };
  return [
    ...state.sends.flatMap(({ at }) => old('send', at, SENDS)),
    ...state.stops.flatMap(({ at }) => old('stop', at, SENDS)),
    ...state.events.flatMap(({ at, type }) => old(type, at, keptFor(type))),
    ...state.cancellations.flatMap(({ at }) => old('cancellation', at, 7 * DAY)),
    ...state.preferences.pauses.flatMap(({ until }) => over('pause', until)),
    ...state.optOuts.flatMap(({ until }) => over('opt-out', until)),
    ...state.optOuts.flatMap(({ scope, at, takenBack = [] }) => {
      const whole = takenBack.find((each) => each.at > at && Object.keys(each.scope).length === 0);
      return Object.keys(scope).length === 0 ? old('taken back opt-out', whole?.at, SENDS) : [];
    }),
    ...state.tallies.flatMap(({ openedAt }) => old('opening', openedAt, SENDS + YEAR)),
    ...over('not to be disturbed', state.busyUntil),
    ...over('incomplete', state.incompleteUntil),
    ...old('engagement', state.lastEngagedAt, YEAR),
  ];
}

const iso = (at: number) => new Date(at).toISOString();

/** The state after each arrival, and after touches of which nothing is to be remembered. */
function* statesAfter(policy: Policy, arrivals: readonly Arrival[], touches: readonly number[]) {
  let state: CustomerState | undefined;
  let now = 0;
  for (const arrival of arrivals) {
    ({ now } = arrival);
    state =
      'interaction' in arrival
        ? fold(policy, state, arrival.interaction, now)
        : decide(policy, state, arrival.message, now).state;
    yield { state, now };
  }
  for (const gap of touches) {
    now += gap;
    state = fold(policy, state, interaction('delivered', { occurredAt: now }), now);
    yield { state, now };
  }
}

describe('what is remembered of a customer', () => {
  const touch = fc.constantFrom(HOUR, DAY, 6 * DAY, 30 * DAY, 35 * DAY, 100 * DAY);
  // Told long after it happened, as by an import.
  const told = fc
    .boolean()
    .chain((late) =>
      late
        ? fc
            .tuple(historyArbitrary, fc.constantFrom(30 * DAY, 50 * DAY, 400 * DAY))
            .map(([arrivals, by]) => arrivals.map((each) => ({ ...each, now: each.now + by })))
        : historyArbitrary,
    );

  test('is never older than it may be by its own time, however often the customer is touched', () => {
    fc.assert(
      fc.property(policyArbitrary, told, fc.array(touch, { maxLength: 40 }), (written, arrivals, touches) => {
        const policy = policyFrom(stringify(written, { aliasDuplicateObjects: false }));
        for (const { state, now } of statesAfter(policy, arrivals, touches)) {
          expect(overdue(policy, state, now), `at ${iso(now)}`).toEqual([]);
        }
      }),
      { numRuns: 300 },
    );
  });

  test('is looked for where it is: a state that nobody touched is overdue', () => {
    const policy = policyFrom(
      'apiVersion: tact/v1\nname: x\nenforce: true\nchannels: { email: {} }\nclasses: { m: { default: true } }\nrules: []\n',
    );
    const sent = interaction('sent', { governed: false, channel: 'email' });
    const state = fold(policy, undefined, sent, sent.occurredAt);
    expect(overdue(policy, state, sent.occurredAt + SENDS - 1)).toEqual([]);
    expect(overdue(policy, state, sent.occurredAt + SENDS)).toHaveLength(1);
  });
});
