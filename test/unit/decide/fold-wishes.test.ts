import { describe, expect, test } from 'vitest';
import { decide } from '../../../src/decide/decide.ts';
import { fold } from '../../../src/decide/fold.ts';
import { DAY, HOUR, MINUTE } from '../../../src/kernel/time.ts';
import { type CustomerState, EVENTS_MAX } from '../../../src/model/customer-state.ts';
import type { Interaction, InteractionType } from '../../../src/model/interaction.ts';
import { interaction, message, NOON, policyOf, policyWith, send, stateWith } from './build.ts';

const policy = policyWith('[{ id: wishes, preference: {} }]');

function told(state: CustomerState, type: InteractionType, fields: Partial<Interaction> = {}, now = NOON) {
  return fold(policy, state, interaction(type, fields), now);
}

describe('preferences', () => {
  const first = told(stateWith({}), 'preferences-updated', {
    occurredAt: NOON - HOUR,
    preferences: { declinedTopics: ['offers'], days: [6, 7] },
  });

  test('are taken part by part', () => {
    const second = told(first, 'preferences-updated', { preferences: { days: [] } });
    expect(second.preferences).toEqual({
      declinedTopics: { value: ['offers'], at: NOON - HOUR },
      days: { value: [], at: NOON },
      pauses: [],
    });
  });

  test('are not changed by what was said earlier and arrives later', () => {
    const late = told(first, 'preferences-updated', {
      occurredAt: NOON - 2 * HOUR,
      preferences: { declinedTopics: [], hours: [{ from: 540, to: 600 }] },
    });
    expect(late.preferences.declinedTopics).toEqual(first.preferences.declinedTopics);
    expect(late.preferences.hours).toEqual({ value: [{ from: 540, to: 600 }], at: NOON - 2 * HOUR });
  });

  test('change nothing when they come a second time', () => {
    const again = told(first, 'preferences-updated', {
      occurredAt: NOON - HOUR,
      preferences: { declinedTopics: ['offers'], days: [6, 7] },
    });
    expect(again).toBe(first);
  });
});

describe('a snooze', () => {
  test('holds for its scope, else its channel, and is replaced by a later one of the same scope', () => {
    const one = told(stateWith({}), 'snoozed', {
      channel: 'sms',
      until: NOON + DAY,
      occurredAt: NOON - 2,
    });
    expect(one.preferences.pauses).toEqual([
      { scope: { channel: ['sms'] }, until: NOON + DAY, at: NOON - 2 },
    ]);
    const two = told(one, 'snoozed', { channel: 'sms', until: NOON + HOUR, occurredAt: NOON - 1 });
    expect(two.preferences.pauses).toMatchObject([{ until: NOON + HOUR }]);
    expect(told(two, 'snoozed', { channel: 'sms', until: NOON + DAY, occurredAt: NOON - 2 })).toBe(two);
  });

  test('without an end says nothing', () => {
    const state = stateWith({});
    expect(told(state, 'snoozed')).toBe(state);
  });

  test('is forgotten when it is over', () => {
    const one = told(stateWith({}), 'snoozed', { until: NOON + HOUR });
    expect(told(one, 'delivered', {}, NOON + HOUR).preferences.pauses).toEqual([]);
  });
});

test('who is busy is so until the end that was said last', () => {
  const busy = told(stateWith({}), 'busy', { until: NOON + HOUR });
  expect(busy.busyUntil).toBe(NOON + HOUR);
  expect(told(busy, 'busy', { until: NOON + MINUTE }).busyUntil).toBe(NOON + MINUTE);
  expect(told(busy, 'delivered', {}, NOON + HOUR)).not.toHaveProperty('busyUntil');
});

describe('what a machine did', () => {
  test.each(['opened', 'clicked', 'replied', 'visited', 'purchased'] as const)(
    '(%s) is no engagement and no answer',
    (type) => {
      const state = stateWith({ sends: [send(NOON - HOUR, { messageId: 'a' })] });
      expect(told(state, type, { messageId: 'a', automated: true })).toBe(state);
    },
  );

  test('counts where it is a fact about the message', () => {
    const state = stateWith({ sends: [send(NOON - HOUR, { messageId: 'a' })] });
    expect(told(state, 'bounced', { messageId: 'a', automated: true }).sends[0]?.returned).toBe(true);
  });
});

describe('an event', () => {
  const rules = `[
    { id: bought, after: { interaction: purchased, match: category, suppress: 10d } },
    { id: bounces, after: { interaction: bounced, where: { 'label:kind': hard }, count: 2, match: channel, suppress: forever } } ]`;
  const remembering = policyWith(rules);
  const then = (state: CustomerState, type: InteractionType, fields: Partial<Interaction> = {}, now = NOON) =>
    fold(remembering, state, interaction(type, fields), now);

  test('is kept with what the rules ask about it, and nothing else', () => {
    const state = then(stateWith({}), 'purchased', {
      categories: ['kitchen/fridges'],
      products: ['4711'],
      channel: 'email',
      labels: { kind: 'gift' },
    });
    expect(state.events).toEqual([
      { type: 'purchased', at: NOON, categories: ['kitchen/fridges'], products: [], labels: {} },
    ]);
  });

  test('is not kept where no rule asks', () => {
    expect(then(stateWith({}), 'visited', { categories: ['a'] }).events).toEqual([]);
  });

  test('takes from the send that it names what it does not say itself', () => {
    const sent = stateWith({ sends: [send(NOON - HOUR, { messageId: 'a', channel: 'sms' })] });
    const state = then(sent, 'bounced', { messageId: 'a', labels: { kind: 'hard' } });
    expect(state.events).toMatchObject([{ type: 'bounced', channel: 'sms', labels: { kind: 'hard' } }]);
  });

  test('changes nothing when it comes a second time', () => {
    const once = then(stateWith({}), 'purchased', { categories: ['a'] });
    expect(then(once, 'purchased', { categories: ['a'] }).events).toEqual(once.events);
  });

  test('gives way to a later one that is alike, where the rules ask for one', () => {
    const at = (state: CustomerState, hour: number, category = 'a') =>
      then(state, 'purchased', { categories: [category], occurredAt: NOON - DAY + hour * HOUR });
    const three = at(at(at(stateWith({}), 1), 2, 'b'), 3);
    expect(three.events.map(({ at, categories }) => [at, ...categories])).toEqual([
      [NOON - DAY + 2 * HOUR, 'b'],
      [NOON - DAY + 3 * HOUR, 'a'],
    ]);
    expect(at(three, 0).events).toEqual(three.events);
  });

  test('is forgotten when nothing asks about it any more, a last one excepted that is for good', () => {
    const bought = then(stateWith({}), 'purchased', { categories: ['a'] });
    const both = then(bought, 'bounced', { channel: 'email' });
    const types = (now: number) => then(both, 'delivered', {}, now).events.map(({ type }) => type);
    expect(types(NOON + 9 * DAY)).toEqual(['purchased', 'bounced']);
    expect(types(NOON + 800 * DAY)).toEqual(['bounced']);
  });

  test('of a rare type is not displaced by a stream of others', () => {
    const bounced = then(stateWith({}), 'bounced', { channel: 'email', occurredAt: NOON - DAY });
    let state = bounced;
    for (let i = 0; i < EVENTS_MAX + 5; i++) {
      state = then(state, 'purchased', { categories: [`c${i}`], occurredAt: NOON - HOUR + i });
    }
    expect(state.events).toHaveLength(EVENTS_MAX);
    expect(state.events[0]?.type).toBe('bounced');
    expect(state.events[1]?.categories).toEqual(['c6']);
  });
});

describe('a grant', () => {
  const erased = told(stateWith({}), 'erased', { occurredAt: NOON - HOUR });
  const outcome = (state: CustomerState, channel = 'email') =>
    decide(policy, state, message({ channel }), NOON).decision.outcome;

  test('that is newer than an erasure opens its channel again', () => {
    const granted = told(erased, 'consent-granted', { channel: 'email' });
    expect(outcome(granted)).toBe('cleared');
    expect(outcome(granted, 'sms')).toBe('suppressed');
  });

  test('that is older than the erasure opens nothing', () => {
    expect(outcome(told(erased, 'consent-granted', { occurredAt: NOON - 2 * HOUR }))).toBe('suppressed');
  });

  test('takes no opt-out back', () => {
    const optedOut = told(stateWith({}), 'opted-out', { occurredAt: NOON - HOUR });
    expect(outcome(told(optedOut, 'consent-granted'))).toBe('suppressed');
  });
});

test('an opt-out that arrives late binds, though an older one alike was taken back in part', () => {
  const first = told(stateWith({}), 'opted-out', { occurredAt: NOON - 9 * DAY });
  const opened = told(first, 'subscribed', { channel: 'email', occurredAt: NOON - 2 * DAY });
  const late = told(opened, 'opted-out', { occurredAt: NOON - 4 * DAY });
  const reasonOf = (state: CustomerState) => decide(policy, state, message(), NOON).decision.reason;
  expect(reasonOf(opened)).toBe('cleared');
  expect(reasonOf(late)).toBe('opted-out');
  expect(reasonOf(told(opened, 'opted-out', { occurredAt: NOON - 9 * DAY }))).toBe('cleared');
});

describe('the confirmation of an opt-out', () => {
  const confirming = policyOf(`
apiVersion: tact/v1
name: confirming
enforce: true
channels: { sms: {} }
classes: { marketing: { default: true }, confirmation: { confirmsOptOut: 15m } }
rules: []
`);
  const optedOut = fold(
    confirming,
    undefined,
    interaction('opted-out', { channel: 'sms', occurredAt: NOON }),
    NOON,
  );
  const ask = (state: CustomerState, now: number, className = 'confirmation') =>
    decide(confirming, state, message({ channel: 'sms', class: className }), now);

  test('goes out once, within its time', () => {
    const first = ask(optedOut, NOON + MINUTE);
    expect(first.decision.outcome).toBe('cleared');
    expect(ask(first.state, NOON + 2 * MINUTE).decision.reason).toBe('opted-out');
    const bounced = fold(
      confirming,
      first.state,
      interaction('bounced', { messageId: 'm-1' }),
      NOON + MINUTE,
    );
    expect(ask(bounced, NOON + 2 * MINUTE).decision.outcome).toBe('cleared');
    expect(ask(optedOut, NOON + 15 * MINUTE - 1).decision.outcome).toBe('cleared');
    expect(ask(optedOut, NOON + 15 * MINUTE).decision.reason).toBe('opted-out');
  });

  test('goes out once though our clock was behind when the opt-out was read', () => {
    const ahead = interaction('opted-out', { channel: 'sms', occurredAt: NOON + 5 * MINUTE });
    const first = ask(fold(confirming, undefined, ahead, NOON), NOON + MINUTE);
    expect(first.decision.outcome).toBe('cleared');
    for (const later of [2, 5, 6]) {
      expect(ask(first.state, NOON + later * MINUTE).decision.reason).toBe('opted-out');
    }
  });

  test('opens nothing for later: what it confirms binds again before another one ends', () => {
    const brief = interaction('opted-out', { channel: 'sms', occurredAt: NOON - HOUR, until: NOON + HOUR });
    const first = fold(confirming, undefined, brief, NOON);
    const both = fold(confirming, first, interaction('opted-out', { channel: 'sms' }), NOON);
    const { decision } = ask(both, NOON + MINUTE);
    expect(decision).toMatchObject({ outcome: 'suppressed', reason: 'opted-out' });
    expect(decision.findings.every(({ nextEligibleAt }) => nextEligibleAt === undefined)).toBe(true);
    expect(ask(both, NOON + HOUR).decision.reason).toBe('opted-out');
  });

  test('is no way out for other classes, nor after a complaint', () => {
    expect(ask(optedOut, NOON + MINUTE, 'marketing').decision.reason).toBe('opted-out');
    const complained = fold(confirming, optedOut, interaction('complained'), NOON);
    expect(ask(complained, NOON + MINUTE).decision.reason).toBe('complained');
  });
});
