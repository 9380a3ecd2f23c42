import { expect, test } from 'vitest';
import { decide } from '../../../src/decide/decide.ts';
import { HOUR } from '../../../src/kernel/time.ts';
import { message, NOON, policyWith, send, stateWith } from '../decide/build.ts';

const sent = stateWith({ sends: [send(NOON - HOUR, { messageId: 'm-1', sender: 'crm' })] });
const once = policyWith('[{ id: once, duplicate: {} }]');

test('an id that went out is taken for as long as the send is remembered', () => {
  const { decision } = decide(once, sent, message({ sender: 'crm' }), NOON);
  expect(decision).toMatchObject({ reason: 'duplicate', rule: 'once' });
  expect(decision.nextEligibleAt).toBeUndefined();
});

test('ids of different senders are different', () => {
  expect(decide(once, sent, message({ sender: 'app' }), NOON).decision.outcome).toBe('cleared');
  expect(decide(once, sent, message(), NOON).decision.outcome).toBe('cleared');
});

test('a suppressed id may be offered again', () => {
  const policy = policyWith('[{ id: once, duplicate: {} }, { id: pause, gap: 2h }]');
  const asked = message({ messageId: 'm-2' });
  const first = decide(policy, sent, asked, NOON);
  expect(first.decision.reason).toBe('too-soon');
  expect(decide(policy, first.state, asked, NOON + HOUR).decision.outcome).toBe('cleared');
});

test('an id can be free again after a while', () => {
  const policy = policyWith('[{ id: once, duplicate: { within: 2h } }]');
  const at = (now: number) => decide(policy, sent, message({ sender: 'crm' }), now).decision;
  expect(at(NOON)).toMatchObject({ reason: 'duplicate', nextEligibleAt: NOON + HOUR });
  expect(at(NOON + HOUR - 1).outcome).toBe('suppressed');
  expect(at(NOON + HOUR).outcome).toBe('cleared');
});
