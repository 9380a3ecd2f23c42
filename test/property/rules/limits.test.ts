import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Finding } from '../../../src/model/decision.ts';
import { cap } from '../../../src/rules/cap.ts';
import { gap } from '../../../src/rules/gap.ts';
import { forget } from '../../../src/rules/limits/tally.ts';
import { ruleOf } from '../../unit/rules/facts.ts';
import { bucketsOf, changes, mayGo, type PlainLimit, type PlainMessage, standing } from './limit-oracle.ts';
import { capOf, DAY, factsOf, HOUR, some, type World, world } from './limit-world.ts';

/** That the finding is what the slow account says, now and at every instant until it would allow. */
function compare(given: World, finding: Finding | undefined): void {
  const { plain, log: past, message, now: at } = given;
  const buckets = bucketsOf(plain.per, message);
  if (buckets.length === 0) {
    expect(finding).toBeUndefined();
    return;
  }
  expect(finding?.verdict).toBe(mayGo(plain, past, message, at) ? 'allows' : 'blocks');
  const [only, ...others] = buckets;
  if (only !== undefined && others.length === 0) {
    const { count, limit: allowed } = standing(plain, only, past, message, at);
    expect([finding?.count, finding?.limit]).toEqual([count, allowed]);
  }
  if (finding?.verdict !== 'blocks') return;
  const next = finding.nextEligibleAt;
  const turning = changes(plain, past, at, 66);
  expect(turning.find((instant) => mayGo(plain, past, message, instant))).toBe(next);
  if (next !== undefined) expect(mayGo(plain, past, message, next - 1)).toBe(false);
}

describe('a cap', () => {
  test('blocks, counts and gives way when the slow account says so', () => {
    const seen = { allows: 0, later: 0, never: 0, reserved: 0 };
    fc.assert(
      fc.property(world, (given) => {
        const finding = cap.evaluate(capOf(given.plain), factsOf(given));
        compare(given, finding);
        if (finding?.verdict === 'allows') seen.allows++;
        else if (finding?.nextEligibleAt !== undefined) seen.later++;
        else if (finding !== undefined) seen.never++;
        if (finding?.reason === 'cap-reserved') seen.reserved++;
      }),
      { numRuns: 600 },
    );
    expect(Math.min(...Object.values(seen)), JSON.stringify(seen)).toBeGreaterThan(2);
  });

  test('that does not recur goes on allowing what it allows', () => {
    fc.assert(
      fc.property(world, (given) => {
        const rule = capOf(given.plain);
        const finding = cap.evaluate(rule, factsOf(given));
        if (finding === undefined || cap.recurs?.(rule.spec) === true) return;
        const from = finding.verdict === 'allows' ? given.now : finding.nextEligibleAt;
        if (from === undefined) return;
        const turning = changes(given.plain, given.log, from, 40);
        expect(turning.filter((at) => !mayGo(given.plain, given.log, given.message, at))).toEqual([]);
      }),
      { numRuns: 400 },
    );
  });
});

describe('a gap', () => {
  test('is over when the slow account says so', () => {
    fc.assert(
      fc.property(world, some(HOUR, DAY, 7 * DAY), fc.boolean(), (given, wait, byDispatch) => {
        const { per } = given.plain;
        const plain: PlainLimit = {
          limit: 1,
          window: { rolling: wait },
          per,
          count: byDispatch ? 'other-dispatches' : 'sends',
          weights: {},
        };
        const rule = ruleOf(gap, {
          wait: `${wait / 1000}s`,
          ...(per.length > 0 && { per }),
          ...(byDispatch && { count: 'dispatches' }),
        });
        compare({ ...given, plain }, gap.evaluate(rule, factsOf({ ...given, plain })));
      }),
      { numRuns: 400 },
    );
  });
});

function withoutDispatch({ dispatchId: _, ...message }: PlainMessage): PlainMessage {
  return message;
}

describe('a limit that looks further back than the log', () => {
  const long = world
    .filter(({ plain }) => 'lifetime' in plain.window || 'firstSend' in plain.window)
    // A dispatch of which every send is forgotten is not known any more.
    .map((given) => ({ ...given, message: withoutDispatch(given.message) }));

  test('decides with part of the log forgotten as with all of it', () => {
    let forgotten = 0;
    fc.assert(
      fc.property(long, fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 4 }), (given, portions) => {
        const rule = { ...capOf(given.plain), kind: 'cap' };
        let { state } = factsOf(given);
        for (const portion of portions) {
          // Only what lies further back than the log is forgotten.
          const old = state.sends.filter((each) => each.at <= given.now - 35 * DAY).length;
          const leaving = state.sends.slice(0, Math.min(portion, old));
          state = { ...state, sends: state.sends.slice(leaving.length) };
          state = { ...state, tallies: forget([rule], leaving, state, given.now) };
          forgotten += leaving.length;
        }
        compare(given, cap.evaluate(rule, { ...factsOf(given), state }));
      }),
      { numRuns: 800 },
    );
    expect(forgotten).toBeGreaterThan(20);
  });
});
