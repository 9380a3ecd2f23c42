import { describe, expect, test } from 'vitest';
import { decide } from '../../../src/decide/decide.ts';
import { fold } from '../../../src/decide/fold.ts';
import { hasNothingToRemember } from '../../../src/decide/has-nothing-to-remember.ts';
import { DAY, HOUR } from '../../../src/kernel/time.ts';
import {
  CANCELLATION_RETENTION,
  CANCELLATIONS_MAX,
  type CustomerState,
} from '../../../src/model/customer-state.ts';
import type { Interaction } from '../../../src/model/interaction.ts';
import type { OutboundMessage } from '../../../src/model/message.ts';
import { interaction, message, NOON, policyWith, stateWith } from './build.ts';

const policy = policyWith();

const cancelled = (fields: Partial<Interaction>, state = stateWith({}), now = NOON) =>
  fold(policy, state, interaction('cancelled', fields), now);

function outcome(state: CustomerState, fields: Partial<OutboundMessage>, now = NOON): string {
  const { decision } = decide(policy, state, message({ sender: 'crm', messageId: 'a', ...fields }), now);
  return decision.reason;
}

describe('a cancellation that comes before its message', () => {
  const one = cancelled({ messageId: 'a', source: 'crm' });

  test('stops the message of this id, which its sender made before it, for good', () => {
    const { decision } = decide(policy, one, message({ sender: 'crm', messageId: 'a' }), NOON);
    expect(decision).toMatchObject({ outcome: 'suppressed', reason: 'cancelled' });
    expect(decision).not.toHaveProperty('rule');
    expect(decision).not.toHaveProperty('nextEligibleAt');
  });

  test('is about a message that was made at the same instant, and not about a later one', () => {
    expect(outcome(one, { createdAt: NOON })).toBe('cancelled');
    expect(outcome(one, { createdAt: NOON + 1 }, NOON + 1)).toBe('cleared');
  });

  test('by id is about the messages of its source alone, and of nobody', () => {
    expect(outcome(one, { messageId: 'b' })).toBe('cleared');
    expect(outcome(one, { sender: 'esp' })).toBe('cleared');
    const { sender: _, ...anonymous } = message({ messageId: 'a' });
    expect(decide(policy, one, anonymous, NOON).decision.reason).toBe('cancelled');
  });

  test('of a campaign, a scope or both is about all within', () => {
    const spring = cancelled({ campaignId: 'spring' });
    expect(outcome(spring, { campaignId: 'spring', sender: 'esp' })).toBe('cancelled');
    expect(outcome(spring, { campaignId: 'summer' })).toBe('cleared');
    const mail = cancelled({ scope: { channel: ['E-Mail'], category: ['shoes'] } });
    expect(outcome(mail, { categories: ['shoes/running'] })).toBe('cancelled');
    expect(outcome(mail, { categories: ['bags'] })).toBe('cleared');
    const both = cancelled({ campaignId: 'spring', scope: { channel: ['sms'] } });
    expect(outcome(both, { campaignId: 'spring' })).toBe('cleared');
    expect(outcome(both, { campaignId: 'spring', channel: 'sms' })).toBe('cancelled');
  });

  test('is remembered for seven days, and then no customer for it alone', () => {
    const late = NOON + CANCELLATION_RETENTION;
    expect(outcome(one, {}, late - 1)).toBe('cancelled');
    expect(outcome(one, {}, late)).toBe('cleared');
    expect(hasNothingToRemember(one, policy, late - 1)).toBe(false);
    expect(hasNothingToRemember(one, policy, late)).toBe(true);
    expect(cancelled({ messageId: 'a', occurredAt: NOON - 8 * DAY }).cancellations).toEqual([]);
  });

  test('changes nothing when it comes a second time, or names nothing', () => {
    expect(cancelled({ messageId: 'a', source: 'crm' }, one)).toBe(one);
    expect(cancelled({}, one)).toBe(one);
  });

  test('is one of the newest fifty, in the order of time', () => {
    const many = Array.from({ length: CANCELLATIONS_MAX + 5 }, (_, i) => NOON - i * HOUR).reduce(
      (state, occurredAt) => cancelled({ messageId: `m-${occurredAt}`, occurredAt }, state),
      stateWith({}),
    );
    expect(many.cancellations).toHaveLength(CANCELLATIONS_MAX);
    expect(many.cancellations.map(({ at }) => at)).toEqual(
      Array.from({ length: CANCELLATIONS_MAX }, (_, i) => NOON - (CANCELLATIONS_MAX - 1 - i) * HOUR),
    );
  });

  test('clears what it stopped where the policy is not enforced, and says what would have been', () => {
    const observing = policyWith('[]', 'enforce: false');
    const { decision } = decide(observing, one, message({ sender: 'crm', messageId: 'a' }), NOON);
    expect(decision).toMatchObject({ outcome: 'cleared', verdict: 'suppressed', reason: 'cancelled' });
  });
});
