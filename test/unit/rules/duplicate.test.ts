import { describe, expect, test } from 'vitest';
import { decide } from '../../../src/decide/decide.ts';
import { DAY, HOUR } from '../../../src/kernel/time.ts';
import type { Send } from '../../../src/model/customer-state.ts';
import { duplicate } from '../../../src/rules/duplicate.ts';
import { message, NOON, policyWith, send, stateWith } from '../decide/build.ts';
import { factsWith, ruleOf } from './facts.ts';

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

describe('an id that waits', () => {
  const waiting = {
    source: 'crm/0/1',
    messageId: 'm-1',
    channel: 'email',
    class: 'marketing',
    categories: [],
  };
  const entry = {
    ...waiting,
    topics: [],
    classRank: 0,
    rank: 0,
    since: NOON,
    dueAt: NOON,
    reason: 'too-soon' as const,
  };
  const find = (source: string, sender = 'crm') =>
    duplicate.evaluate(
      ruleOf(duplicate, { within: '2h' }),
      factsWith({ state: { waiting: [{ ...entry, sender }] }, message: { sender: 'crm' }, source }),
    );

  test('is taken by the message that waits, and free for that message itself', () => {
    expect(find('crm/0/2')).toMatchObject({ verdict: 'blocks', reason: 'duplicate' });
    expect(find('crm/0/2')?.nextEligibleAt).toBeUndefined();
    expect(find('crm/0/1')?.verdict).toBe('allows');
    expect(find('crm/0/2', 'app')?.verdict).toBe('allows');
  });
});

describe('the same content', () => {
  const find = (by: string, sends: readonly Send[], fields: object, now = NOON) =>
    duplicate.evaluate(
      ruleOf(duplicate, { by, within: '7d' }),
      factsWith({ state: { sends }, message: fields, now }),
    );

  test('blocks until exactly so long after it went out last, whoever sent it', () => {
    const sends = [
      send(NOON - 6 * DAY, { fingerprint: 'f' }),
      send(NOON - DAY, { fingerprint: 'f', sender: 'app' }),
    ];
    const finding = find('fingerprint', sends, { fingerprint: 'f' });
    expect(finding).toMatchObject({ verdict: 'blocks', reason: 'repeated', nextEligibleAt: NOON + 6 * DAY });
    expect(find('fingerprint', sends, { fingerprint: 'f' }, NOON + 6 * DAY - 1)?.verdict).toBe('blocks');
    expect(find('fingerprint', sends, { fingerprint: 'f' }, NOON + 6 * DAY)?.verdict).toBe('allows');
    expect(find('fingerprint', sends, { fingerprint: 'g' })?.verdict).toBe('allows');
  });

  test('does not block where it was returned, and says nothing about messages without it', () => {
    const returned = [send(NOON - DAY, { campaignId: 'spring', returned: true })];
    expect(find('campaign', returned, { campaignId: 'spring' })?.verdict).toBe('allows');
    expect(
      find('campaign', [send(NOON - DAY, { campaignId: 'spring' })], { campaignId: 'spring' })?.verdict,
    ).toBe('blocks');
    expect(find('campaign', returned, {})).toBeUndefined();
  });
});
