import { describe, expect, test } from 'vitest';
import { decide } from '../../../src/decide/decide.ts';
import { fold } from '../../../src/decide/fold.ts';
import { withdraw } from '../../../src/decide/withdraw.ts';
import { DAY, HOUR, MINUTE } from '../../../src/kernel/time.ts';
import { type CustomerState, WAITING_MAX } from '../../../src/model/customer-state.ts';
import type { OutboundMessage } from '../../../src/model/message.ts';
import { interaction, message, NOON, policyOf, policyWith, send, stateWith } from './build.ts';

const DAILY = '[{ id: daily, cap: { limit: 1, window: 1d }, onBlock: defer }]';
const SOURCE = 'crm/0/7';
const full = stateWith({ sends: [send(NOON - 20 * HOUR)] });

function ask(
  policy: ReturnType<typeof policyWith>,
  state: CustomerState,
  fields: Partial<OutboundMessage> = {},
  now = NOON,
  asking: { since?: number; mayWait?: boolean; source?: string } = {},
) {
  return decide(policy, state, message(fields), now, { source: SOURCE, mayWait: true, ...asking });
}

describe('a message that a rule with onBlock: defer blocks', () => {
  test('waits until the rule allows it', () => {
    const { decision, state } = ask(policyWith(DAILY), full);
    expect(decision).toMatchObject({
      outcome: 'deferred',
      verdict: 'deferred',
      reason: 'cap-reached',
      rule: 'daily',
      nextEligibleAt: NOON + 4 * HOUR,
      dueAt: NOON + 4 * HOUR,
      waitingSince: NOON,
    });
    expect(state.waiting).toMatchObject([{ source: SOURCE, since: NOON, dueAt: NOON + 4 * HOUR }]);
    expect(state.stops).toEqual([]);
    expect(state.sends).toEqual(full.sends);
  });

  test('is decided afresh when it is due, and waits no longer once it is cleared', () => {
    const policy = policyWith(DAILY);
    const { state } = ask(policy, full);
    const again = ask(policy, state, {}, NOON + 4 * HOUR, { since: NOON });
    expect(again.decision).toMatchObject({ outcome: 'cleared', waitingSince: NOON });
    expect(again.state.waiting).toEqual([]);
    expect(again.state.sends).toHaveLength(2);
  });

  test('waits on from its first deferral when it is blocked again', () => {
    const policy = policyWith(DAILY);
    const waiting = ask(policy, full).state;
    const other = { ...waiting, sends: [...waiting.sends, send(NOON + HOUR)] };
    const again = ask(policy, other, {}, NOON + 4 * HOUR, { since: NOON });
    expect(again.decision).toMatchObject({ outcome: 'deferred', waitingSince: NOON });
    expect(again.state.waiting).toMatchObject([{ since: NOON, dueAt: NOON + 25 * HOUR }]);
  });

  test('is stopped by an opt-out that came during the wait', () => {
    const policy = policyWith(DAILY);
    const { state } = ask(policy, full);
    const optedOut = fold(policy, state, interaction('opted-out', { occurredAt: NOON + 1 }), NOON + 1);
    expect(optedOut.waiting).toHaveLength(1);
    const again = ask(policy, optedOut, {}, NOON + 4 * HOUR, { since: NOON });
    expect(again.decision).toMatchObject({ outcome: 'suppressed', reason: 'opted-out' });
    expect(again.state.waiting).toEqual([]);
  });

  test('is suppressed at once when its expiry comes before the next eligible time', () => {
    const { decision } = ask(policyWith(DAILY), full, { expiresAt: NOON + 4 * HOUR });
    expect(decision).toMatchObject({ outcome: 'suppressed', reason: 'cap-reached' });
    expect(decision.nextEligibleAt).toBeUndefined();
    expect(ask(policyWith(DAILY), full, { expiresAt: NOON + 4 * HOUR + 1 }).decision.outcome).toBe(
      'deferred',
    );
  });

  test('is expired when it is asked again too late', () => {
    const policy = policyWith(DAILY);
    const expiresAt = NOON + 4 * HOUR + 1;
    const { state } = ask(policy, full, { expiresAt });
    const late = ask(policy, state, { expiresAt }, expiresAt, { since: NOON });
    expect(late.decision).toMatchObject({ outcome: 'suppressed', reason: 'expired' });
  });

  test('is suppressed when one that suppresses blocks it too', () => {
    const rules = '[{ id: daily, cap: { limit: 1, window: 1d }, onBlock: defer }, { id: pause, gap: 21h }]';
    expect(ask(policyWith(rules), full).decision).toMatchObject({ outcome: 'suppressed', rule: 'daily' });
  });

  test('does not wait longer than the rule says, counted from its first deferral', () => {
    const rules = '[{ id: daily, cap: { limit: 1, window: 1d }, onBlock: { defer: { longest: 4h } } }]';
    expect(ask(policyWith(rules), full).decision.outcome).toBe('deferred');
    const since = NOON - 1;
    expect(ask(policyWith(rules), full, {}, NOON, { since }).decision).toMatchObject({
      outcome: 'suppressed',
      reason: 'cap-reached',
      waitingSince: since,
    });
  });

  test('is spread over the time after it, alike for one customer, before its expiry', () => {
    const rules = '[{ id: daily, cap: { limit: 1, window: 1d }, onBlock: { defer: { spread: 15m } } }]';
    const dueOf = (customerId: string, expiresAt?: number) =>
      (ask(policyWith(rules), full, { customerId, ...(expiresAt && { expiresAt }) }).decision.dueAt ?? 0) -
      (NOON + 4 * HOUR);
    const dues = Array.from({ length: 200 }, (_, i) => dueOf(`customer-${i}`));
    expect(Math.min(...dues)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...dues)).toBeLessThanOrEqual(15 * MINUTE);
    expect(dues.filter((due) => due < 5 * MINUTE).length).toBeGreaterThan(30);
    expect(dues.filter((due) => due > 10 * MINUTE).length).toBeGreaterThan(30);
    expect(dueOf('customer-1')).toBe(dues[1]);
    expect(dueOf('customer-1', NOON + 4 * HOUR + 1)).toBe(0);
  });

  test('clears all the same where the policy is not enforced, and waits for nothing', () => {
    const { decision, state } = ask(policyWith(DAILY, 'enforce: false'), full);
    expect(decision).toMatchObject({ outcome: 'cleared', verdict: 'deferred', reason: 'cap-reached' });
    expect(decision.dueAt).toBeUndefined();
    expect(state.waiting).toEqual([]);
  });
});

describe('the room for waiting messages', () => {
  const policy = policyWith(DAILY);
  const waiting = (i: number) => ({
    ...(ask(policy, full).state.waiting[0] as never as object),
    source: `crm/0/${i}`,
  });
  const crowded = {
    ...full,
    waiting: Array.from({ length: WAITING_MAX }, (_, i) => waiting(i + 100)) as never,
  };

  test('ends: one more is suppressed, with its own reason and the next eligible time', () => {
    expect(ask(policy, crowded).decision).toMatchObject({
      outcome: 'suppressed',
      reason: 'deferral-full',
      rule: 'daily',
      nextEligibleAt: NOON + 4 * HOUR,
    });
    expect(ask(policy, full, {}, NOON, { mayWait: false }).decision.reason).toBe('deferral-full');
  });

  test('is never too small for a message that waits already', () => {
    const { decision, state } = ask(policy, crowded, {}, NOON, {
      source: 'crm/0/100',
      since: NOON - HOUR,
    });
    expect(decision.outcome).toBe('deferred');
    expect(state.waiting).toHaveLength(WAITING_MAX);
  });
});

describe('a waiting message', () => {
  const policy = policyWith(DAILY);
  const crm = ask(policy, full, { sender: 'crm', campaignId: 'spring', messageId: 'a' }).state;
  const cancelled = (fields: Parameters<typeof interaction>[1]) =>
    fold(policy, crm, interaction('cancelled', fields), NOON).waiting.length;

  test('is taken back by its id and its sender', () => {
    expect(cancelled({ messageId: 'a', source: 'crm' })).toBe(0);
    expect(cancelled({ messageId: 'a', source: 'esp' })).toBe(1);
    expect(cancelled({ messageId: 'b', source: 'crm' })).toBe(1);
  });

  test('is taken back with its campaign, or with a scope', () => {
    expect(cancelled({ campaignId: 'spring' })).toBe(0);
    expect(cancelled({ campaignId: 'summer' })).toBe(1);
    expect(cancelled({ scope: { channel: ['E-Mail'] } })).toBe(0);
    expect(cancelled({ campaignId: 'spring', scope: { channel: ['sms'] } })).toBe(1);
  });

  test('that was taken back is remembered as a stop', () => {
    const { stops } = fold(
      policy,
      crm,
      interaction('cancelled', { messageId: 'a', source: 'crm' }),
      NOON + 1,
    );
    expect(stops).toEqual([
      { at: NOON + 1, channel: 'email', campaignId: 'spring', messageId: 'a', reason: 'cancelled' },
    ]);
  });

  test('is not taken back by a cancellation that names nothing', () => {
    expect(cancelled({})).toBe(1);
  });

  test('is forgotten with an erased customer', () => {
    expect(fold(policy, crm, interaction('erased'), NOON).waiting).toEqual([]);
  });

  test('ends with a decision that says why', () => {
    const ended = (why: 'cancelled' | 'erased') => withdraw(policy, message(), NOON + 1, NOON, why);
    expect(ended('cancelled')).toMatchObject({
      outcome: 'suppressed',
      reason: 'cancelled',
      waitingSince: NOON,
      decidedAt: NOON + 1,
    });
    expect(ended('erased').reason).toBe('opted-out');
  });

  test('carries the ranks of its class and its own', () => {
    const ranked = policyOf(`
apiVersion: tact/v1
name: ranked
enforce: true
channels: { email: {} }
classes: { service: { rank: 2 }, marketing: { default: true } }
rules: ${DAILY}
`);
    const { state } = ask(ranked, full, { class: 'service', rank: 3 });
    expect(state.waiting).toMatchObject([{ classRank: 2, rank: 3, class: 'service' }]);
  });
});

describe('the next eligible time', () => {
  test('is the first instant at which all rules allow, where they shut each other out', () => {
    // The cap opens at 22:00, in the night; the night ends at 08:00.
    const rules = `[
      { id: daily, cap: { limit: 1, window: 1d }, onBlock: defer },
      { id: nights, quietHours: { from: "21:00", to: "08:00" }, onBlock: defer } ]`;
    const state = stateWith({ sends: [send(NOON - 14 * HOUR)] });
    const { decision } = ask(policyWith(rules), state);
    expect(decision).toMatchObject({ outcome: 'deferred', rule: 'daily', nextEligibleAt: NOON + 20 * HOUR });
    const at = (now: number) => ask(policyWith(rules), state, {}, now).decision.outcome;
    expect(at(NOON + 20 * HOUR - 1)).toBe('deferred');
    expect(at(NOON + 20 * HOUR)).toBe('cleared');
  });

  test('is absent where the rules never allow at the same time', () => {
    const rules = `[
      { id: nights, quietHours: { from: "21:00", to: "08:00" }, onBlock: defer },
      { id: days, quietHours: { from: "08:00", to: "21:00" }, onBlock: defer } ]`;
    const { decision } = ask(policyWith(rules), stateWith({}));
    expect(decision.outcome).toBe('suppressed');
    expect(decision.nextEligibleAt).toBeUndefined();
  });
});

describe('a rule that replaces others', () => {
  const rules = `[
    { id: weekly, cap: { limit: 1, window: 7d } },
    { id: spring, for: { campaign: spring }, cap: { limit: 5, window: 7d }, replaces: [weekly] },
    { id: vip, for: { campaign: spring, channel: sms }, cap: { limit: 9, window: 7d }, replaces: [spring] } ]`;
  const state = stateWith({ sends: [send(NOON - DAY, { campaignId: 'spring', channel: 'sms' })] });
  const rulesOf = (fields: Partial<OutboundMessage>, top?: string) =>
    ask(policyWith(rules, top), state, fields).decision.findings.map(({ rule }) => rule);

  test('takes their place where it applies, and nowhere else', () => {
    expect(rulesOf({ campaignId: 'spring' })).toEqual(['spring']);
    expect(rulesOf({ campaignId: 'summer' })).toEqual(['weekly']);
  });

  test('replaces none when it is replaced itself', () => {
    expect(rulesOf({ campaignId: 'spring', channel: 'sms' })).toEqual(['weekly', 'vip']);
  });

  test('replaces none in shadow', () => {
    const shadow = rules.replace('replaces: [weekly]', 'replaces: [weekly], mode: shadow');
    const { findings } = ask(policyWith(shadow), state, { campaignId: 'spring' }).decision;
    expect(findings.map(({ rule }) => rule)).toEqual(['weekly', 'spring']);
  });
});
