import { describe, expect, test } from 'vitest';
import { decide } from '../../../src/decide/decide.ts';
import { DAY, HOUR } from '../../../src/kernel/time.ts';
import { RETENTION, SENDS_MAX, STOPS_MAX } from '../../../src/model/customer-state.ts';
import { message, NOON, policyWith, send, stateWith } from './build.ts';

const weekly = policyWith('[{ id: weekly, cap: { limit: 2, window: 7d } }]');
const full = stateWith({ sends: Array.from({ length: SENDS_MAX }, (_, i) => send(NOON - SENDS_MAX + i)) });

describe('decide', () => {
  test('clears a message of a customer never seen before, and logs it', () => {
    const { decision, state } = decide(
      weekly,
      undefined,
      message({ campaignId: 'spring', sender: 'crm' }),
      NOON,
    );
    expect(decision).toMatchObject({
      outcome: 'cleared',
      verdict: 'cleared',
      reason: 'cleared',
      decidedAt: NOON,
    });
    expect(state.sends).toEqual([send(NOON, { messageId: 'm-1', campaignId: 'spring', sender: 'crm' })]);
    expect(state.stops).toEqual([]);
  });

  test('suppresses with the rule, the reason and the next eligible time, and logs a stop', () => {
    const before = stateWith({ sends: [send(NOON - 6 * DAY), send(NOON - DAY)] });
    const { decision, state } = decide(weekly, before, message(), NOON);
    expect(decision).toMatchObject({
      outcome: 'suppressed',
      reason: 'cap-reached',
      rule: 'weekly',
      nextEligibleAt: NOON + DAY,
    });
    expect(state.sends).toBe(before.sends);
    expect(state.stops).toEqual([
      {
        at: NOON,
        channel: 'email',
        messageId: 'm-1',
        reason: 'cap-reached',
        rule: 'weekly',
        nextEligibleAt: NOON + DAY,
      },
    ]);
  });

  test('keeps the last ten stops', () => {
    let state = stateWith({ sends: [send(NOON), send(NOON)] });
    for (let i = 0; i < STOPS_MAX + 2; i++) {
      state = decide(weekly, state, message({ messageId: `m-${i}` }), NOON).state;
    }
    expect(state.stops.map(({ messageId }) => messageId)).toEqual(
      Array.from({ length: STOPS_MAX }, (_, i) => `m-${i + 2}`),
    );
  });

  test('reports every rule, also those behind the one that binds', () => {
    const policy = policyWith(`
  - { id: weekly, cap: { limit: 1, window: 7d } }
  - { id: pause, gap: 4h }
  - { id: monthly, cap: { limit: 9, window: { calendar: month } } }`);
    const { decision } = decide(policy, stateWith({ sends: [send(NOON - HOUR)] }), message(), NOON);
    expect(decision.findings.map(({ rule, verdict }) => [rule, verdict])).toEqual([
      ['weekly', 'blocks'],
      ['pause', 'blocks'],
      ['monthly', 'allows'],
    ]);
    expect(decision.rule).toBe('weekly');
  });

  test('with enforce false clears, says what would have happened, and counts what went out', () => {
    const policy = policyWith('[{ id: none, cap: { limit: 0, window: 7d } }]', 'enforce: false');
    const { decision, state } = decide(policy, undefined, message(), NOON);
    expect(decision).toMatchObject({
      outcome: 'cleared',
      verdict: 'suppressed',
      reason: 'cap-reached',
      rule: 'none',
    });
    expect(state.sends).toHaveLength(1);
    expect(state.stops).toEqual([]);
  });

  test('a shadow rule is found and never blocks', () => {
    const policy = policyWith('[{ id: none, mode: shadow, cap: { limit: 0, window: 7d } }]');
    const { decision } = decide(policy, undefined, message(), NOON);
    expect(decision.outcome).toBe('cleared');
    expect(decision.findings).toMatchObject([{ rule: 'none', verdict: 'blocks', shadow: true }]);
  });

  test('a rule says nothing about messages that it is not for', () => {
    const policy = policyWith('[{ id: none, for: { channel: sms }, cap: { limit: 0, window: 7d } }]');
    expect(decide(policy, undefined, message(), NOON).decision.findings).toEqual([]);
  });

  test('does not change the state that it is given', () => {
    const before = stateWith({ sends: [send(NOON - HOUR)] });
    const copy = structuredClone(before);
    decide(weekly, before, message(), NOON);
    expect(before).toEqual(copy);
  });

  test('drops the sends of exactly the retention ago, and no younger one', () => {
    const before = stateWith({ sends: [send(NOON - RETENTION), send(NOON - RETENTION + 1)] });
    const { state } = decide(weekly, before, message(), NOON);
    expect(state.sends.map(({ at }) => at)).toEqual([NOON - RETENTION + 1, NOON]);
  });
});

describe('a message that can no longer pass', () => {
  test('is expired from its own expiry on', () => {
    const at = (now: number) =>
      decide(policyWith(), undefined, message({ expiresAt: NOON }), now).decision.reason;
    expect([at(NOON - 1), at(NOON)]).toEqual(['cleared', 'expired']);
  });

  test('has no next eligible time when that is not before its expiry', () => {
    const before = stateWith({ sends: [send(NOON - 7 * DAY + HOUR), send(NOON)] });
    const next = (expiresAt: number) =>
      decide(weekly, before, message({ expiresAt }), NOON).decision.nextEligibleAt;
    expect(next(NOON + HOUR)).toBeUndefined();
    expect(next(NOON + HOUR + 1)).toBe(NOON + HOUR);
  });
});

describe('channels', () => {
  test('go by their aliases, in any case', () => {
    const channels = ['e-mail', 'EMAIL', 'E-Mail'].map(
      (channel) => decide(weekly, undefined, message({ channel }), NOON).decision.channel,
    );
    expect(channels).toEqual(['email', 'email', 'email']);
  });

  test('that the policy does not know are suppressed for good', () => {
    for (const channel of ['whatsapp', '__proto__', 'constructor', '']) {
      const { decision } = decide(weekly, undefined, message({ channel }), NOON);
      expect(decision).toMatchObject({
        outcome: 'suppressed',
        reason: 'unknown-channel',
        channel: 'unknown',
      });
      expect(decision.rule).toBeUndefined();
      expect(decision.nextEligibleAt).toBeUndefined();
    }
  });
});

describe('classes', () => {
  test('are given to those who may claim them', () => {
    const { decision } = decide(weekly, undefined, message({ class: 'security', sender: 'login' }), NOON);
    expect(decision.class).toBe('security');
    expect(decision.claimRefused).toBeUndefined();
  });

  test('that a message may not claim, or that do not exist, become the default class, and that is said', () => {
    for (const claimed of ['security', 'nonsense', '__proto__']) {
      const { decision } = decide(weekly, undefined, message({ class: claimed, sender: 'crm' }), NOON);
      expect(decision).toMatchObject({ class: 'marketing', claimRefused: claimed });
    }
  });

  test('can be claimed by the topic that a record came in on', () => {
    const policy = policyWith('[]', 'enforce: true');
    const byTopic = {
      ...policy,
      classes: {
        ...policy.classes,
        service: { name: 'service', rank: 0, exempt: [], claimedBy: { senders: [], topics: ['shop'] } },
      },
    };
    const classOf = (sourceTopic: string) =>
      decide(byTopic, undefined, message({ class: 'service', sourceTopic }), NOON).decision.class;
    expect([classOf('shop'), classOf('crm')]).toEqual(['service', 'marketing']);
  });

  test('that are exempt from caps pass them, and still count for others', () => {
    const policy = policyWith('[{ id: one, cap: { limit: 1, window: 1d } }]');
    const code = message({ class: 'security', sender: 'login' });
    const first = decide(policy, undefined, code, NOON);
    const second = decide(policy, first.state, code, NOON);
    expect(second.decision.outcome).toBe('cleared');
    expect(decide(policy, second.state, message(), NOON).decision.findings).toMatchObject([{ count: 2 }]);
  });
});

describe('the ceiling', () => {
  const policy = policyWith('[]', 'enforce: true\nceiling: { limit: 1, window: 1d, except: [security] }');
  const before = stateWith({ sends: [send(NOON - HOUR, { class: 'security' })] });

  test('stops every class, whatever it is exempt from, and counts every send', () => {
    const { decision } = decide(policy, before, message({ class: 'service' }), NOON);
    expect(decision).toMatchObject({
      reason: 'ceiling-reached',
      rule: 'ceiling',
      nextEligibleAt: NOON - HOUR + DAY,
    });
    const exempt = {
      ...policy,
      classes: { ...policy.classes, service: { name: 'service', rank: 0, exempt: ['caps' as const] } },
    };
    expect(decide(exempt, before, message({ class: 'service' }), NOON).decision.reason).toBe(
      'ceiling-reached',
    );
  });

  test('lets its own exceptions through', () => {
    expect(
      decide(policy, before, message({ class: 'security', sender: 'login' }), NOON).decision.outcome,
    ).toBe('cleared');
  });
});

describe('a full log', () => {
  test('suppresses until its oldest send is forgotten', () => {
    const { decision } = decide(policyWith(), full, message(), NOON);
    expect(decision).toMatchObject({ reason: 'history-full', nextEligibleAt: NOON - SENDS_MAX + RETENTION });
  });

  test('stays full when an exempt class goes out all the same', () => {
    const { decision, state } = decide(
      policyWith(),
      full,
      message({ class: 'security', sender: 'login' }),
      NOON,
    );
    expect(decision.outcome).toBe('cleared');
    expect(state.sends).toHaveLength(SENDS_MAX);
    expect(state.sends[0]?.at).toBe(NOON - SENDS_MAX + 1);
    expect(state.sends.at(-1)?.at).toBe(NOON);
  });
});

describe('opt-outs', () => {
  const optedOut = (scope: object, fields: object = {}) =>
    stateWith({ optOuts: [{ scope, at: NOON - DAY, cause: 'opt-out', ...fields }] });

  test('of everything bind every message that is not exempt, for good', () => {
    const { decision } = decide(policyWith(), optedOut({}), message(), NOON);
    expect(decision).toMatchObject({ reason: 'opted-out' });
    expect(decision.nextEligibleAt).toBeUndefined();
    const code = message({ class: 'security', sender: 'login' });
    expect(decide(policyWith(), optedOut({}), code, NOON).decision.outcome).toBe('cleared');
  });

  test('bind what their scope selects, field by field', () => {
    const reasonOf = (scope: object, fields: object) =>
      decide(policyWith(), optedOut(scope), message(fields), NOON).decision.reason;
    expect(reasonOf({ channel: ['E-MAIL'] }, { channel: 'email' })).toBe('opted-out');
    expect(reasonOf({ channel: ['sms'] }, { channel: 'email' })).toBe('cleared');
    expect(reasonOf({ channel: ['email'], topic: ['news'] }, { topics: ['news', 'offers'] })).toBe(
      'opted-out',
    );
    expect(reasonOf({ channel: ['email'], topic: ['news'] }, { topics: ['offers'] })).toBe('cleared');
    expect(reasonOf({ category: ['shoes'] }, { categories: ['shoes/running'] })).toBe('opted-out');
    expect(reasonOf({ category: ['shoes'] }, { categories: ['shoestring'] })).toBe('cleared');
    expect(reasonOf({ sender: ['crm'] }, {})).toBe('cleared');
    expect(reasonOf({ channel: [] }, {})).toBe('opted-out');
  });

  test('with an end are over at that instant', () => {
    const paused = optedOut({}, { until: NOON + HOUR });
    const at = (now: number) => decide(policyWith(), paused, message(), now).decision;
    expect(at(NOON)).toMatchObject({ reason: 'opted-out', nextEligibleAt: NOON + HOUR });
    expect(at(NOON + HOUR - 1).reason).toBe('opted-out');
    expect(at(NOON + HOUR).reason).toBe('cleared');
  });

  test('by complaint say so', () => {
    const { decision } = decide(policyWith(), optedOut({}, { cause: 'complaint' }), message(), NOON);
    expect(decision.reason).toBe('complained');
    expect(decision.rule).toBeUndefined();
  });
});

describe('what is remembered of a send', () => {
  test('labels and topics are kept only where the policy selects by them', () => {
    const sent = { labels: { theme: 'sale', secret: 'x' }, topics: ['news'] };
    const plain = decide(policyWith(), undefined, message(sent), NOON).state.sends[0];
    expect(plain).toMatchObject({ labels: {}, topics: [] });
    const naming = policyWith(
      '[{ id: sale, for: { "label:theme": sale, topic: news }, cap: { limit: 1, window: 1d } }]',
    );
    const first = decide(naming, undefined, message(sent), NOON);
    expect(first.state.sends[0]).toMatchObject({ labels: { theme: 'sale' }, topics: ['news'] });
    expect(decide(naming, first.state, message(sent), NOON).decision.reason).toBe('cap-reached');
  });
});
