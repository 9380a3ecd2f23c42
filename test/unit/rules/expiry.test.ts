import { expect, test } from 'vitest';
import { decide } from '../../../src/decide/decide.ts';
import { HOUR } from '../../../src/kernel/time.ts';
import { message, NOON, policyOf, policyWith } from '../decide/build.ts';

test('a message of exactly the longest age is expired, and a younger one is not', () => {
  const policy = policyWith('[{ id: fresh, expiry: { maxAge: 4h } }]');
  const decided = (now: number) => decide(policy, undefined, message({ createdAt: NOON }), now).decision;
  expect(decided(NOON + 4 * HOUR - 1)).toMatchObject({ outcome: 'cleared' });
  expect(decided(NOON + 4 * HOUR)).toMatchObject({ outcome: 'suppressed', reason: 'expired', rule: 'fresh' });
  expect(decided(NOON + 4 * HOUR).nextEligibleAt).toBeUndefined();
});

test('the longest age of a class binds without a rule, and the earlier of it and the expiry counts', () => {
  const policy = policyOf(`
apiVersion: tact/v1
name: ages
enforce: true
channels: { email: }
classes: { marketing: { maxAge: 4h } }
`);
  const until = (expiresAt?: number) => {
    const asked = message({ createdAt: NOON, ...(expiresAt !== undefined && { expiresAt }) });
    return decide(policy, undefined, asked, NOON).decision.findings[0]?.allowsUntil;
  };
  expect([until(), until(NOON + HOUR), until(NOON + 9 * HOUR)]).toEqual([
    NOON + 4 * HOUR,
    NOON + HOUR,
    NOON + 4 * HOUR,
  ]);
  const late = decide(policy, undefined, message({ createdAt: NOON }), NOON + 4 * HOUR).decision;
  expect(late.reason).toBe('expired');
  expect(late.rule).toBeUndefined();
});
