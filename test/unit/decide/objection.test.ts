import { describe, expect, it } from 'vitest';
import { decide } from '../../../src/decide/decide.ts';
import { fold } from '../../../src/decide/fold.ts';
import { DAY, HOUR } from '../../../src/kernel/time.ts';
import type { CustomerState } from '../../../src/model/customer-state.ts';
import type { InteractionType } from '../../../src/model/interaction.ts';
import { interaction, message, NOON, policyWith, send, stateWith } from './build.ts';

const policy = policyWith(
  `
  - { id: weekly, cap: { limit: { engaged: 5, silent: 1 }, window: 7d } }
  - { id: fatigue, unanswered: { messages: 1, within: 30d, pause: 14d } }
  - { id: bought, after: { interaction: purchased, suppress: 10d } }`,
  `enforce: true
tiers: [{ id: engaged, when: { responses: { types: [clicked, opened], within: 30d, atLeast: 1 } } }, { id: silent }]`,
);
const toSecurity = message({ class: 'security', sender: 'login' });

const scored: CustomerState = stateWith({
  tier: { id: 'engaged', since: NOON - DAY },
  lastEngagedAt: NOON - DAY,
  sends: [send(NOON - 2 * DAY, { answered: true })],
  events: (['clicked', 'purchased'] as const).map((type) => ({
    ...{ type, at: NOON - DAY, categories: [], products: [], labels: {} },
  })),
});

function told(state: CustomerState, type: InteractionType, more = {}): CustomerState {
  return fold(policy, state, interaction(type, { occurredAt: NOON, messageId: 'm-1', ...more }), NOON);
}

const objecting = told(scored, 'opted-out');

describe('an opt-out of everything, without an end, is an objection', () => {
  it.each(['opted-out', 'unsubscribed', 'complained', 'erased'] as const)(
    'when it is %s: what judges the customer is forgotten, what stops messages is not',
    (type) => {
      const state = told(scored, type);
      expect(state).not.toHaveProperty('tier');
      expect(state).not.toHaveProperty('lastEngagedAt');
      expect(state.optOuts).toHaveLength(1);
      const kept = type === 'erased' ? [] : ['purchased'];
      expect(state.events.map((event) => event.type)).toEqual(kept);
      expect(state.sends.map(({ answered }) => answered)).toEqual(type === 'erased' ? [] : [false]);
    },
  );

  it('and nothing that she does later is kept to judge her by, so that it costs no write either', () => {
    for (const type of ['clicked', 'opened', 'replied', 'visited', 'called'] as const) {
      expect(told(objecting, type)).toBe(objecting);
    }
    expect(told(objecting, 'purchased', { occurredAt: NOON - HOUR }).events).toHaveLength(1);
  });

  it('and no tier is hers: what may still go out obeys the numbers of the tier that asks for nothing', () => {
    const { decision, state } = decide(policy, objecting, message(), NOON);
    expect(decision).toMatchObject({ outcome: 'suppressed', reason: 'opted-out' });
    expect(decision).not.toHaveProperty('tier');
    expect(state).not.toHaveProperty('tier');
    expect(decision.findings).toContainEqual(expect.objectContaining({ rule: 'weekly', limit: 1 }));
  });

  it('and no row of unanswered messages is counted, while limits and rests after events hold', () => {
    const { decision } = decide(policy, objecting, toSecurity, NOON);
    expect(decision).toMatchObject({ outcome: 'suppressed', reason: 'after-event', rule: 'bought' });
    expect(decision.findings.map(({ rule }) => rule)).not.toContain('fatigue');
  });

  it('and a customer who objected before this was so is judged no more from the next touch on', () => {
    const { state } = decide(policy, { ...scored, optOuts: objecting.optOuts }, message(), NOON);
    expect(state).not.toHaveProperty('tier');
    expect(state.events.map(({ type }) => type)).toEqual(['purchased']);
  });

  it('until she wants to be written to again: then she is judged by what happens from then on', () => {
    const back = told(objecting, 'opted-in', { occurredAt: NOON + 1, channel: 'email' });
    expect(decide(policy, back, message(), NOON).decision.tier).toBe('silent');
    expect(decide(policy, told(back, 'clicked'), message(), NOON).decision.tier).toBe('engaged');
  });
});

describe('no objection is', () => {
  it.each([
    ['an opt-out of one channel', { scope: { channel: ['email'] } }],
    ['one that ends', { until: NOON + DAY }],
  ])('%s', (_, more) => {
    const state = told(scored, 'opted-out', more);
    expect(state).toMatchObject({ tier: { id: 'engaged' }, lastEngagedAt: NOON - DAY });
    expect(state.events).toHaveLength(2);
  });
});
