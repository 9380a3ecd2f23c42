import { describe, expect, test } from 'vitest';
import { decide } from '../../../src/decide/decide.ts';
import type { Policy } from '../../../src/decide/policy.ts';
import { DAY, HOUR, MINUTE } from '../../../src/kernel/time.ts';
import type { CustomerState } from '../../../src/model/customer-state.ts';
import type { OutboundMessage } from '../../../src/model/message.ts';
import { message, NOON, policyOf, policyWith, send, stateWith } from './build.ts';

const CUSTOMERS = Array.from({ length: 200 }, (_, i) => `customer-${i}`);

function ask(
  policy: Policy,
  state: CustomerState,
  fields: Partial<OutboundMessage> = {},
  now = NOON,
  since?: number,
) {
  const asking = { source: 'crm/0/7', mayWait: true, ...(since !== undefined && { since }) };
  return decide(policy, state, message(fields), now, asking);
}

describe('the spread of a deferral', () => {
  const daily = (options: string) =>
    policyWith(`[{ id: daily, cap: { limit: 1, window: 1d }, onBlock: { defer: { ${options} } } }]`);
  const full = stateWith({ sends: [send(NOON - 20 * HOUR)] });
  const next = NOON + 4 * HOUR;

  test('never lets a message wait longer than the rule says', () => {
    const since = NOON - 10 * HOUR;
    const policy = daily('spread: 1h, longest: 14h');
    for (const customerId of CUSTOMERS) {
      const { decision } = ask(policy, full, { customerId }, NOON, since);
      expect(decision).toMatchObject({ outcome: 'deferred', dueAt: next });
    }
  });

  test('is over the time that is left where the message expires within it', () => {
    const policy = daily('spread: 1h');
    const dues = CUSTOMERS.map((customerId) => {
      const { decision } = ask(policy, full, { customerId, expiresAt: next + 10 * MINUTE });
      return (decision.dueAt ?? 0) - next;
    });
    expect(Math.min(...dues)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...dues)).toBeLessThan(10 * MINUTE);
    expect(dues.filter((due) => due > 9 * MINUTE).length).toBeLessThan(60);
  });

  test('does not carry a message past the time at which it is allowed', () => {
    const short = policyWith(`[
      { id: shop, quietHours: { allowed: [{ from: "09:00", to: "09:10" }] },
        onBlock: { defer: { spread: 1h } } } ]`);
    const opens = NOON + 21 * HOUR;
    for (const customerId of CUSTOMERS) {
      const { decision, state } = ask(short, stateWith({}), { customerId });
      expect(decision).toMatchObject({ outcome: 'deferred', nextEligibleAt: opens });
      expect(decision.dueAt).toBeGreaterThanOrEqual(opens);
      const due = ask(short, state, { customerId }, decision.dueAt, NOON);
      expect([customerId, due.decision.outcome]).toEqual([customerId, 'cleared']);
    }
  });
});

describe('the spread of a rule that blocks only on the way', () => {
  const policy = policyWith(`[
    { id: pace, gap: 12h, onBlock: defer },
    { id: nights, quietHours: { denied: [{ from: "22:00", to: "08:00" }] }, onBlock: { defer: { spread: 15m } } } ]`);
  const opens = NOON + 20 * HOUR;

  test('spreads what another rule holds until then, so that not all go out as the night ends', () => {
    // The pace alone would let it go at three at night.
    const paced = stateWith({ sends: [send(NOON + 3 * HOUR)] });
    const dues = CUSTOMERS.map((customerId) => {
      const { decision } = ask(policy, paced, { customerId }, NOON + 4 * HOUR);
      expect(decision).toMatchObject({ outcome: 'deferred', rule: 'pace', nextEligibleAt: opens });
      return (decision.dueAt ?? 0) - opens;
    });
    expect(Math.min(...dues)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...dues)).toBeLessThanOrEqual(15 * MINUTE);
    expect(dues.filter((due) => due > 5 * MINUTE).length).toBeGreaterThan(80);
  });
});

describe('a wait without a longest time', () => {
  test('ends 30 days after the first deferral', () => {
    const policy = policyWith('[{ id: daily, cap: { limit: 1, window: 1d }, onBlock: defer }]');
    const full = stateWith({ sends: [send(NOON - 20 * HOUR)] });
    const next = NOON + 4 * HOUR;
    expect(ask(policy, full, {}, NOON, next - 30 * DAY).decision.outcome).toBe('deferred');
    expect(ask(policy, full, {}, NOON, next - 30 * DAY - 1).decision.outcome).toBe('suppressed');
  });
});

describe('a message that may not wait', () => {
  test('is suppressed, also when it waited until now', () => {
    const rules = '[{ id: daily, cap: { limit: 1, window: 1d }, onBlock: defer }]';
    const full = stateWith({ sends: [send(NOON - 20 * HOUR)] });
    const asking = { source: 'crm/0/7', since: NOON - HOUR, mayWait: false };
    const { decision, state } = decide(policyWith(rules), full, message(), NOON, asking);
    expect(decision).toMatchObject({ outcome: 'suppressed', reason: 'deferral-full' });
    expect(state.waiting).toEqual([]);
  });
});

describe('a longest age that differs by tier', () => {
  const text = (ages: string) => `
apiVersion: tact/v1
name: test
enforce: true
channels: { email: {} }
classes: { marketing: { default: true } }
tiers: [{ id: new, when: { firstSeen: { within: 2d } } }]
rules:
  - { id: fresh, expiry: { maxAge: ${ages} } }
  - { id: pace, gap: 3d, onBlock: defer }
`;
  const known = stateWith({ firstSeenAt: NOON - 36 * HOUR, sends: [send(NOON - DAY)] });
  const next = NOON + 2 * DAY;

  test('is that of the tier in which the customer is when the message may go out', () => {
    const later = policyOf(text('{ new: 1d, other: 7d }'));
    expect(ask(later, known).decision).toMatchObject({
      outcome: 'deferred',
      tier: 'new',
      nextEligibleAt: next,
    });
    const sooner = policyOf(text('{ new: 7d, other: 1d }'));
    expect(ask(sooner, known).decision).toMatchObject({ outcome: 'suppressed', rule: 'pace' });
    expect(ask(sooner, known).decision).not.toHaveProperty('nextEligibleAt');
  });

  test('may bring back what is too old now', () => {
    const policy = policyOf(text('{ new: 1h, other: 7d }'));
    const { decision } = ask(policy, stateWith({ firstSeenAt: NOON - 36 * HOUR }), {
      createdAt: NOON - 2 * HOUR,
    });
    expect(decision).toMatchObject({
      outcome: 'suppressed',
      reason: 'expired',
      nextEligibleAt: NOON + 12 * HOUR,
    });
  });
});
