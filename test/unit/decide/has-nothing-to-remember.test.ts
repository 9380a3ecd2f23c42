import { describe, expect, test } from 'vitest';
import { hasNothingToRemember } from '../../../src/decide/has-nothing-to-remember.ts';
import { DAY } from '../../../src/kernel/time.ts';
import { type CustomerState, ENGAGEMENT_RETENTION, RETENTION } from '../../../src/model/customer-state.ts';
import { NOON, policyWith, send, stateWith } from './build.ts';

const policy = policyWith();
const nothing = (fields: Partial<CustomerState>) => hasNothingToRemember(stateWith(fields), policy, NOON);

describe('hasNothingToRemember', () => {
  test('holds for a customer of whom only the first sight is known', () => {
    expect(nothing({ firstSeenAt: NOON - 900 * DAY })).toBe(true);
  });

  test('holds once sends, stops and passing opt-outs are over', () => {
    const old = NOON - RETENTION;
    expect(nothing({ sends: [send(old)] })).toBe(true);
    expect(nothing({ stops: [{ at: old, channel: 'email', messageId: 'm', reason: 'too-soon' }] })).toBe(
      true,
    );
    expect(nothing({ optOuts: [{ scope: {}, at: old, until: NOON, cause: 'opt-out' }] })).toBe(true);
    expect(nothing({ lastEngagedAt: NOON - ENGAGEMENT_RETENTION })).toBe(true);
  });

  test('fails while anything could change a decision or explain one', () => {
    const young = NOON - RETENTION + 1;
    expect(nothing({ sends: [send(young)] })).toBe(false);
    expect(nothing({ stops: [{ at: young, channel: 'email', messageId: 'm', reason: 'too-soon' }] })).toBe(
      false,
    );
    expect(nothing({ optOuts: [{ scope: {}, at: 0, cause: 'erasure' }] })).toBe(false);
    expect(nothing({ optOuts: [{ scope: {}, at: 0, until: NOON + 1, cause: 'opt-out' }] })).toBe(false);
    expect(nothing({ consents: [{ status: 'withdrawn', at: 0, source: 'crm' }] })).toBe(false);
    expect(nothing({ timezone: 'Asia/Tokyo' })).toBe(false);
    expect(nothing({ attributes: { age: 'minor' } })).toBe(false);
    expect(nothing({ lastEngagedAt: NOON - ENGAGEMENT_RETENTION + 1 })).toBe(false);
  });

  test('knows an opt-out that was taken back for as long as it could be told again', () => {
    const takenBack = (at: number) =>
      nothing({ optOuts: [{ scope: {}, at: 1, cause: 'opt-out', takenBack: [{ scope: {}, at }] }] });
    expect(takenBack(NOON - RETENTION + 1)).toBe(false);
    expect(takenBack(NOON - RETENTION)).toBe(true);
  });
});
