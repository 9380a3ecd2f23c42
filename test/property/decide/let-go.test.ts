import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decide } from '../../../src/decide/decide.ts';
import { FOR_GOOD, letGo } from '../../../src/decide/let-go.ts';
import { RETENTION } from '../../../src/model/customer-state.ts';
import { encodeState } from '../../../src/records/state-codec.ts';
import { message, NOON, policyWith, send, stateWith } from '../../unit/decide/build.ts';
import { stateArbitrary } from './arbitraries.ts';

const policy = policyWith('[{ id: weekly, cap: { limit: 50, window: 7d } }]');
const fitsIn = (bytes: number) => (state: Parameters<typeof encodeState>[0]) =>
  encodeState(state).length <= bytes;
const scopeAll = { channel: ['email', 'sms', 'push'] };

describe('letting go', () => {
  test('makes any state fit whose waiting messages do', () => {
    fc.assert(
      fc.property(stateArbitrary, fc.integer({ min: 250, max: 2_000 }), (state, bytes) => {
        const left = letGo(policy, state, NOON, fitsIn(bytes));
        expect(encodeState(left).length).toBeLessThanOrEqual(bytes);
      }),
      { numRuns: 1_000 },
    );
  });

  test('changes nothing where nothing has to go, and no more than has to', () => {
    fc.assert(
      fc.property(stateArbitrary, (state) => {
        expect(letGo(policy, state, NOON, fitsIn(1_000_000))).toBe(state);
        const { sends } = letGo(policy, state, NOON, fitsIn(encodeState({ ...state, stops: [] }).length));
        expect(sends).toEqual(state.sends);
      }),
      { numRuns: 300 },
    );
  });

  test('opens nothing: whoever may not be sent a message may not be sent it afterwards', () => {
    fc.assert(
      fc.property(stateArbitrary, fc.integer({ min: 250, max: 2_000 }), (state, bytes) => {
        const asked = message({ class: 'marketing' });
        const before = decide(policy, state, asked, NOON).decision.outcome;
        const left = letGo(policy, state, NOON, fitsIn(bytes));
        if (before === 'suppressed')
          expect(decide(policy, left, asked, NOON).decision.outcome).toBe('suppressed');
      }),
      { numRuns: 1_000 },
    );
  });

  test('suppresses until the last that went would have left the log', () => {
    const sends = [9, 6, 3].map((hours) => send(NOON - hours * 3_600_000, { categories: ['x'.repeat(200)] }));
    const state = stateWith({ sends });
    const last = encodeState(stateWith({ sends: sends.slice(2) })).length + 60;
    const left = letGo(policy, state, NOON, fitsIn(last));
    expect(left.sends).toEqual(sends.slice(2));
    const until = (sends[1]?.at ?? 0) + RETENTION;
    expect(left.incompleteUntil).toBe(until);
    const at = (now: number) => decide(policy, left, message({ createdAt: now }), now).decision;
    expect(at(NOON)).toMatchObject({ reason: 'history-full', nextEligibleAt: until });
    expect(at(until - 1).outcome).toBe('suppressed');
    expect(at(until).outcome).toBe('cleared');
  });

  test('keeps opt-outs when all else has gone, as one of everything where they are too many', () => {
    const optOuts = Array.from({ length: 100 }, (_, i) => ({
      scope: { campaign: [`campaign-${i}-${'x'.repeat(50)}`] },
      at: NOON - i,
      cause: 'opt-out' as const,
    }));
    const left = letGo(policy, stateWith({ optOuts }), NOON, fitsIn(200));
    expect(left.optOuts).toEqual([{ scope: {}, at: NOON, cause: 'opt-out' }]);
    expect(left.incompleteUntil).toBe(FOR_GOOD);
    const { decision } = decide(policy, left, message(), NOON);
    expect(decision).toMatchObject({ outcome: 'suppressed', reason: 'opted-out' });
    const partial = { scope: scopeAll, at: NOON - 5, cause: 'complaint' as const };
    expect(letGo(policy, stateWith({ optOuts: [partial] }), NOON, fitsIn(1_000)).optOuts).toEqual([partial]);
  });
});
