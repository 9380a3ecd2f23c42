import { describe, expect, it } from 'vitest';
import { decide } from '../../../src/decide/decide.ts';
import type { Policy } from '../../../src/decide/policy.ts';
import { HELD_FOR } from '../../../src/decide/stops.ts';
import { DAY, HOUR } from '../../../src/kernel/time.ts';
import type { CustomerState } from '../../../src/model/customer-state.ts';
import type { Scope } from '../../../src/model/scope.ts';
import type { Stop } from '../../../src/model/stop.ts';
import { message, NOON, policyWith, send, stateWith } from './build.ts';

const stopOf = (scope: Scope, mode: Stop['mode'] = 'suppress', more: Partial<Stop> = {}): Stop => ({
  ...{ scope, mode, at: NOON - DAY },
  ...more,
});

function under(stops: readonly Stop[], policy: Policy = policyWith()): Policy {
  return { ...policy, control: { version: 7, stops } };
}

function decided(policy: Policy, fields: Parameters<typeof message>[0] = {}, state?: CustomerState) {
  return decide(policy, state, message(fields), NOON).decision;
}

describe('what an operator stopped', () => {
  it('is suppressed with a reason of its own, which says what, since when and why', () => {
    const policy = under([
      stopOf({ campaign: ['spring'] }, 'suppress', { because: 'wrong price', by: 'eve' }),
    ]);
    const decision = decided(policy, { campaignId: 'spring' });
    expect(decision).toMatchObject({ outcome: 'suppressed', reason: 'stopped', control: 7 });
    expect(decision.findings).toContainEqual(
      expect.objectContaining({
        evidence: {
          stopped: 'campaign=spring',
          since: '2026-03-03T12:00:00.000Z',
          control: '7',
          because: 'wrong price',
        },
      }),
    );
    expect(JSON.stringify(decision)).not.toContain('eve');
    expect(decided(policy, { campaignId: 'summer' })).toMatchObject({ outcome: 'cleared', control: 7 });
  });

  it.each<[string, Scope, Parameters<typeof message>[0]]>([
    ['everything', {}, {}],
    ['a channel, by any of its names', { channel: ['E-Mail'] }, {}],
    ['a class', { class: ['service'] }, { class: 'service' }],
    ['a sender', { sender: ['crm'] }, { sender: 'crm' }],
    ['a category and what is below it', { category: ['shoes'] }, { categories: ['shoes/running'] }],
    ['two fields together', { channel: ['email'], sender: ['crm'] }, { sender: 'crm' }],
  ])('covers %s', (_, scope, fields) => {
    expect(decided(under([stopOf(scope)]), fields).reason).toBe('stopped');
  });

  it('covers nothing else', () => {
    expect(decided(under([stopOf({ channel: ['push'] })])).outcome).toBe('cleared');
    expect(
      decided(under([stopOf({ channel: ['email'], sender: ['crm'] })]), { sender: 'shop' }).outcome,
    ).toBe('cleared');
  });

  it('binds a class that is exempt from everything, and where the policy only watches', () => {
    expect(decided(under([stopOf({})]), { class: 'security', sender: 'login' }).reason).toBe('stopped');
    const watching = policyWith('[]', 'enforce: false');
    expect(decided(under([stopOf({})], watching)).outcome).toBe('suppressed');
    expect(decided(under([stopOf({ channel: ['push'] })], watching)).outcome).toBe('cleared');
  });

  it('takes nothing from the reason of somebody who opted out', () => {
    const state = stateWith({ optOuts: [{ scope: {}, at: NOON - DAY, cause: 'opt-out' }] });
    expect(decided(under([stopOf({})]), {}, state).reason).toBe('opted-out');
  });

  it('waits where it is held, is decided again every five minutes, and goes out when it is resumed', () => {
    const held = under([stopOf({ campaign: ['spring'] }, 'hold')]);
    const asked = message({ campaignId: 'spring' });
    const first = decide(held, undefined, asked, NOON);
    expect(first.decision).toMatchObject({
      ...{ outcome: 'deferred', reason: 'stopped', dueAt: NOON + HELD_FOR, nextEligibleAt: NOON + HELD_FOR },
    });
    const again = { source: asked.messageId, mayWait: true, since: NOON };
    const later = NOON + HELD_FOR;
    expect(decide(held, first.state, asked, later, again).decision).toMatchObject({
      ...{ outcome: 'deferred', waitingSince: NOON, dueAt: later + HELD_FOR },
    });
    expect(decide(under([]), first.state, asked, later, again).decision.outcome).toBe('cleared');
  });

  it('is not held longer than anything may wait', () => {
    const held = under([stopOf({}, 'hold')]);
    const since = NOON - 30 * DAY;
    const decision = decide(held, undefined, message(), NOON, {
      source: 'm-1',
      mayWait: true,
      since,
    }).decision;
    expect(decision).toMatchObject({ outcome: 'suppressed', reason: 'stopped' });
  });

  it('is suppressed rather than held where two stops cover it, and where a rule suppresses it', () => {
    const both = under([stopOf({}, 'hold'), stopOf({ channel: ['email'] })]);
    expect(decided(both)).toMatchObject({ outcome: 'suppressed', reason: 'stopped' });
    const capped = under([stopOf({}, 'hold')], policyWith('[{ id: one, cap: { limit: 1, window: 7d } }]'));
    const state = stateWith({ sends: [send(NOON - DAY)] });
    expect(decided(capped, {}, state)).toMatchObject({ outcome: 'suppressed', reason: 'cap-reached' });
  });

  it('settles also where quiet hours come and go while it is held', () => {
    const rules = '[{ id: night, quietHours: { from: "12:03", to: "13:00" }, onBlock: defer }]';
    const held = under([stopOf({}, 'hold')], policyWith(rules));
    expect(decided(held)).toMatchObject({ outcome: 'deferred', nextEligibleAt: NOON + HOUR });
  });
});
