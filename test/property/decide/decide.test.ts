import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decide } from '../../../src/decide/decide.ts';
import { fold } from '../../../src/decide/fold.ts';
import { hasNothingToRemember } from '../../../src/decide/has-nothing-to-remember.ts';
import { HOUR } from '../../../src/kernel/time.ts';
import type { CustomerState } from '../../../src/model/customer-state.ts';
import { NOON, policyWith } from '../../unit/decide/build.ts';
import {
  interactionArbitrary,
  messageArbitrary,
  RECURRING_RULES,
  RULES,
  stateArbitrary,
  TIERS,
} from './arbitraries.ts';

const TOP = 'enforce: true\nceiling: { limit: 9, window: 21d, except: [security] }';
const policy = policyWith(RULES, TOP);
const recurring = policyWith(RECURRING_RULES, `${TOP}\n${TIERS}`);
const maybeState = fc.option(stateArbitrary, { nil: undefined });

describe.each([
  ['rules that only open with time', policy],
  ['rules that recur and defer', recurring],
])('decide, by %s,', (_, policy) => {
  test('answers any state and message, the same each time, and changes neither', () => {
    fc.assert(
      fc.property(maybeState, messageArbitrary, (state, message) => {
        const before = structuredClone([state, message]);
        const decided = decide(policy, state, message, NOON);
        expect(decide(policy, state, message, NOON)).toEqual(decided);
        expect([state, message]).toEqual(before);
        const { decision } = decided;
        expect(decision.outcome === 'cleared').toBe(decision.reason === 'cleared');
        expect(decided.state.waiting.length).toBe(decision.outcome === 'deferred' ? 1 : 0);
        if (decision.outcome === 'deferred') expect(decision.dueAt).toBeGreaterThan(NOON);
        expect(decided.state.sends.filter(({ at }) => at === NOON).length).toBeGreaterThanOrEqual(
          decision.outcome === 'cleared' ? 1 : 0,
        );
      }),
      { numRuns: 500 },
    );
  });

  test('blocks just before the next eligible time, and clears exactly at it', () => {
    let seen = 0;
    fc.assert(
      fc.property(stateArbitrary, messageArbitrary, (state, message) => {
        const { decision, state: later } = decide(policy, state, message, NOON);
        const next = decision.nextEligibleAt;
        if (next === undefined) return;
        seen++;
        expect(next).toBeGreaterThan(NOON);
        expect(decide(policy, later, message, next - 1).decision.outcome).not.toBe('cleared');
        expect(decide(policy, later, message, next).decision.outcome).toBe('cleared');
      }),
      { numRuns: 1_000 },
    );
    expect(seen).toBeGreaterThan(10);
  });

  test('never clears later what it says can never pass', () => {
    let seen = 0;
    fc.assert(
      fc.property(
        stateArbitrary,
        messageArbitrary,
        fc.integer({ min: 1, max: 33 * 24 }),
        (state, message, hours) => {
          const { decision, state: later } = decide(policy, state, message, NOON);
          if (decision.outcome === 'cleared' || decision.nextEligibleAt !== undefined) return;
          seen++;
          expect(decide(policy, later, message, NOON + hours * HOUR).decision.outcome).not.toBe('cleared');
        },
      ),
      { numRuns: 500 },
    );
    expect(seen).toBeGreaterThan(10);
  });

  test('every rule that blocks allows exactly at the time it says, and not before', () => {
    let seen = 0;
    const findingOf = (
      state: CustomerState,
      rule: string,
      at: number,
      message: Parameters<typeof decide>[2],
    ) =>
      decide(policy, state, message, at).decision.findings.find((finding) => finding.rule === rule)?.verdict;
    fc.assert(
      fc.property(stateArbitrary, messageArbitrary, (state, message) => {
        for (const { rule, verdict, nextEligibleAt } of decide(policy, state, message, NOON).decision
          .findings) {
          if (verdict !== 'blocks' || nextEligibleAt === undefined) continue;
          // By a tier's own numbers, as long as the customer is in it.
          if (policy.rules.some((each) => each.id === rule && each.byTier !== undefined)) continue;
          seen++;
          expect([rule, findingOf(state, rule, nextEligibleAt - 1, message)]).toEqual([rule, 'blocks']);
          // What binds without a rule leaves no finding when it is over.
          expect([rule, findingOf(state, rule, nextEligibleAt, message) ?? 'allows']).toEqual([
            rule,
            'allows',
          ]);
        }
      }),
      { numRuns: 300 },
    );
    expect(seen).toBeGreaterThan(10);
  });
});

describe('fold', () => {
  test('answers any state and interaction, and a second time changes nothing', () => {
    fc.assert(
      fc.property(maybeState, interactionArbitrary, (state, interaction) => {
        const before = structuredClone([state, interaction]);
        const once = fold(policy, state, interaction, NOON);
        expect(fold(policy, once, interaction, NOON)).toEqual(once);
        expect([state, interaction]).toEqual(before);
        const log = once.sends.map(({ at }) => at);
        expect(log).toEqual(log.toSorted((one, other) => one - other));
      }),
      { numRuns: 1_000 },
    );
  });

  test('of an opt-out or a complaint clears nothing that was suppressed', () => {
    fc.assert(
      fc.property(
        maybeState,
        interactionArbitrary,
        messageArbitrary,
        fc.constantFrom('opted-out' as const, 'unsubscribed' as const, 'complained' as const),
        fc.integer({ min: 0, max: 40 * 24 }),
        (state, interaction, message, type, hours) => {
          const { timezone: _, ...said } = interaction;
          const after = fold(policy, state, { ...said, type }, NOON);
          const later = NOON + hours * HOUR;
          if (decide(policy, state, message, later).decision.outcome === 'cleared') return;
          expect(decide(policy, after, message, later).decision.outcome).toBe('suppressed');
        },
      ),
      { numRuns: 1_000 },
    );
  });

  test('of an opt-in that is not newer than an opt-out opens nothing that the opt-out closed', () => {
    fc.assert(
      fc.property(interactionArbitrary, interactionArbitrary, messageArbitrary, (first, second, message) => {
        const out = { ...first, type: 'opted-out' as const };
        const late = {
          ...second,
          type: 'opted-in' as const,
          occurredAt: Math.min(out.occurredAt, second.occurredAt),
        };
        const closed = fold(policy, undefined, out, NOON);
        const isClosed = (state: CustomerState) =>
          decide(policy, state, message, NOON).decision.findings.some(({ rule }) => rule === 'opt-out');
        expect(isClosed(fold(policy, closed, late, NOON))).toBe(isClosed(closed));
      }),
      { numRuns: 500 },
    );
  });
});

test('what has nothing to remember decides like a customer never seen', () => {
  fc.assert(
    fc.property(
      fc.array(interactionArbitrary, { maxLength: 2 }),
      messageArbitrary,
      (interactions, message) => {
        const state = interactions.reduce<CustomerState | undefined>(
          (so, each) => fold(policy, so, each, NOON),
          undefined,
        );
        if (state === undefined || !hasNothingToRemember(state, policy, NOON)) return;
        expect(decide(policy, state, message, NOON).decision).toEqual(
          decide(policy, undefined, message, NOON).decision,
        );
      },
    ),
    { numRuns: 500 },
  );
});
