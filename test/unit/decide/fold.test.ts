import { describe, expect, test } from 'vitest';
import { decide } from '../../../src/decide/decide.ts';
import { fold } from '../../../src/decide/fold.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../../src/kernel/time.ts';
import { type CustomerState, emptyState, RETENTION } from '../../../src/model/customer-state.ts';
import type { Interaction } from '../../../src/model/interaction.ts';
import { interaction, message, NOON, policyWith, send, stateWith } from './build.ts';

const policy = policyWith();
const reasonAfter = (state: CustomerState, fields: object = {}, now = NOON) =>
  decide(policy, state, message(fields), now).decision.reason;
const folded = (interactions: readonly Interaction[], state?: CustomerState, now = NOON) =>
  interactions.reduce<CustomerState | undefined>(
    (so, each) => fold(policy, so, each, now),
    state,
  ) as CustomerState;

describe('fold', () => {
  test('makes a state for a customer never seen before, and returns it when nothing changes', () => {
    const state = fold(policy, undefined, interaction('delivered', { occurredAt: NOON - HOUR }), NOON);
    expect(state).toMatchObject({ firstSeenAt: NOON - HOUR, sends: [], optOuts: [] });
    expect(fold(policy, state, interaction('delivered'), NOON)).toBe(state);
  });

  test('takes what is said to happen later than now as happening now', () => {
    expect(
      fold(policy, undefined, interaction('opened', { occurredAt: NOON + 9 * DAY }), NOON).lastEngagedAt,
    ).toBe(NOON);
  });

  test('keeps the order of an opt-out and an older opt-in that comes after it, though our clock is behind', () => {
    const out = interaction('opted-out', { occurredAt: NOON + 30 * SECOND });
    const older = interaction('opted-in', { occurredAt: NOON + 20 * SECOND });
    const newer = interaction('opted-in', { occurredAt: NOON + 40 * SECOND });
    expect(reasonAfter(folded([out, older]))).toBe('opted-out');
    expect(reasonAfter(folded([out, older, newer]))).toBe('cleared');
  });

  test('takes what is said to be said long after now back all the same, once the clocks may differ that much', () => {
    const out = folded([interaction('opted-out', { occurredAt: NOON + 9 * HOUR })]);
    const back = (later: number) =>
      folded([interaction('opted-in', { occurredAt: NOON + later })], out, NOON + later);
    expect(reasonAfter(back(10 * MINUTE), {}, NOON + 10 * MINUTE)).toBe('opted-out');
    expect(reasonAfter(back(10 * MINUTE + 1), {}, NOON + 10 * MINUTE + 1)).toBe('cleared');
  });

  test('takes a message back that was made before its cancellation, though our clock is behind', () => {
    const cancelled = interaction('cancelled', { occurredAt: NOON + 30 * SECOND, campaignId: 'spring' });
    const made = (later: number) => ({ createdAt: NOON + later * SECOND, campaignId: 'spring' });
    expect(reasonAfter(folded([cancelled]), made(30))).toBe('cancelled');
    expect(reasonAfter(folded([cancelled]), made(31))).toBe('cleared');
  });

  test('learns the zone from any interaction, and only zones that exist', () => {
    const known = fold(policy, undefined, interaction('opened', { timezone: 'Asia/Tokyo' }), NOON);
    expect(known.timezone).toBe('Asia/Tokyo');
    expect(fold(policy, known, interaction('delivered', { timezone: 'Mars/Olympus' }), NOON)).toBe(known);
  });

  test('keeps the attributes that the policy selects by, and no others', () => {
    const naming = policyWith(
      '[{ id: minors, for: { "attribute:age": minor }, cap: { limit: 0, window: 1d } }]',
    );
    const update = interaction('profile-updated', { attributes: { age: 'minor', income: 'high' } });
    const state = fold(naming, undefined, update, NOON);
    expect(state.attributes).toEqual({ age: 'minor' });
    expect(decide(naming, state, message(), NOON).decision.rule).toBe('minors');
  });
});

describe('a slot', () => {
  const log = [
    send(NOON - 2 * HOUR, { messageId: 'a', sender: 'crm' }),
    send(NOON - HOUR, { messageId: 'b', sender: 'crm' }),
  ];
  const state = stateWith({ sends: log });

  test('is given back by a bounce, a failure and an expiry, once', () => {
    for (const type of ['bounced', 'failed', 'expired'] as const) {
      const after = fold(policy, state, interaction(type, { messageId: 'a' }), NOON);
      expect(after.sends.map(({ returned }) => returned)).toEqual([true, false]);
      expect(fold(policy, after, interaction(type, { messageId: 'a' }), NOON)).toBe(after);
    }
  });

  test('is not given back by a bounce of another channel or message, or of none', () => {
    for (const fields of [{ messageId: 'a', channel: 'sms' }, { messageId: 'c' }, {}]) {
      expect(fold(policy, state, interaction('bounced', fields), NOON)).toBe(state);
    }
  });

  test('is given back to the sender that the bounce comes from, and to nobody when that cannot be told', () => {
    const both = stateWith({
      sends: [
        send(NOON - HOUR, { messageId: 'a', sender: 'crm' }),
        send(NOON - HOUR, { messageId: 'a', sender: 'app' }),
      ],
    });
    const bounce = (source: string) =>
      fold(policy, both, interaction('bounced', { messageId: 'a', source }), NOON);
    expect(bounce('app').sends.map(({ returned }) => returned)).toEqual([false, true]);
    expect(bounce('esp')).toBe(both);
  });

  test('of an id used twice is given back by the send that came before the bounce, however often it is told', () => {
    const twice = stateWith({
      sends: [send(NOON - 3 * HOUR, { messageId: 'a' }), send(NOON - HOUR, { messageId: 'a' })],
    });
    const bounce = interaction('bounced', { messageId: 'a', occurredAt: NOON - 2 * HOUR });
    const after = folded([bounce, bounce], twice);
    expect(after.sends.map(({ returned }) => returned)).toEqual([true, false]);
  });

  test('that was given back no longer counts, and its id stays taken', () => {
    const capped = policyWith('[{ id: two, cap: { limit: 2, window: 1d } }, { id: once, duplicate: {} }]');
    const after = fold(capped, state, interaction('bounced', { messageId: 'a' }), NOON);
    expect(decide(capped, state, message({ messageId: 'c', sender: 'crm' }), NOON).decision.reason).toBe(
      'cap-reached',
    );
    expect(decide(capped, after, message({ messageId: 'c', sender: 'crm' }), NOON).decision.reason).toBe(
      'cleared',
    );
    expect(decide(capped, after, message({ messageId: 'a', sender: 'crm' }), NOON).decision.reason).toBe(
      'duplicate',
    );
  });

  test('is taken by what a source sent without asking, once, in the order of time', () => {
    const sent = interaction('sent', {
      governed: false,
      channel: 'E-Mail',
      class: 'service',
      messageId: 'x',
      campaignId: 'spring',
      occurredAt: NOON - 90 * 60_000,
    });
    const after = fold(policy, state, sent, NOON);
    expect(after.sends.map(({ messageId }) => messageId)).toEqual(['a', 'x', 'b']);
    expect(after.sends[1]).toMatchObject({
      channel: 'email',
      class: 'service',
      campaignId: 'spring',
      sender: 'esp',
    });
    expect(fold(policy, after, sent, NOON)).toBe(after);
  });

  test('is not taken by a governed source, nor by what no window reaches', () => {
    expect(fold(policy, state, interaction('sent', { messageId: 'x', channel: 'email' }), NOON)).toBe(state);
    const old = interaction('sent', { governed: false, channel: 'email', occurredAt: NOON - RETENTION });
    expect(fold(policy, state, old, NOON).sends).toBe(log);
  });
});

describe('engagement', () => {
  const state = stateWith({ sends: [send(NOON - HOUR, { messageId: 'a' })] });

  test('is the latest of what the customer did, in whatever order it is told', () => {
    const told = folded([
      interaction('clicked', { occurredAt: NOON - HOUR }),
      interaction('opened', { occurredAt: NOON - 3 * HOUR }),
    ]);
    expect(told.lastEngagedAt).toBe(NOON - HOUR);
  });

  test('answers the send, except by opening it', () => {
    const answered = (type: Interaction['type']) =>
      fold(policy, state, interaction(type, { messageId: 'a' }), NOON).sends[0]?.answered;
    expect(answered('opened')).toBe(false);
    for (const type of ['clicked', 'replied', 'visited', 'purchased'] as const)
      expect(answered(type)).toBe(true);
  });
});

describe('opting out', () => {
  const out = (fields: Partial<Interaction> = {}) =>
    interaction('opted-out', { occurredAt: NOON - DAY, ...fields });
  const optIn = (fields: Partial<Interaction> = {}) =>
    interaction('opted-in', { occurredAt: NOON, ...fields });

  test('without a scope is of everything, also when it names the channel it came through', () => {
    expect(reasonAfter(folded([out({ channel: 'sms' })]), { channel: 'email' })).toBe('opted-out');
  });

  test('is taken back by a later opt-in, and not by an older or simultaneous one', () => {
    expect(reasonAfter(folded([out(), optIn()]))).toBe('cleared');
    expect(reasonAfter(folded([out(), optIn({ occurredAt: NOON - DAY })]))).toBe('opted-out');
    expect(reasonAfter(folded([out(), optIn({ occurredAt: NOON - 2 * DAY })]))).toBe('opted-out');
    expect(reasonAfter(folded([optIn({ occurredAt: NOON - 2 * DAY }), out()]))).toBe('opted-out');
  });

  test('is not taken back by consent', () => {
    expect(reasonAfter(folded([out(), interaction('consent-granted', { channel: 'email' })]))).toBe(
      'opted-out',
    );
  });

  test('told again after it was taken back changes nothing', () => {
    const back = folded([out(), optIn()]);
    expect(fold(policy, back, out(), NOON)).toBe(back);
    expect(reasonAfter(back)).toBe('cleared');
  });

  test('again, later than the opt-in, binds again', () => {
    const again = folded([out(), optIn({ occurredAt: NOON - HOUR }), out({ occurredAt: NOON })]);
    expect(reasonAfter(again)).toBe('opted-out');
    expect(reasonAfter(folded([optIn({ occurredAt: NOON - HOUR })], again))).toBe('opted-out');
  });

  test('is taken back only as far as the opt-in reaches', () => {
    const partly = folded([out(), optIn({ channel: 'email' })]);
    expect(reasonAfter(partly, { channel: 'email' })).toBe('cleared');
    expect(reasonAfter(partly, { channel: 'sms' })).toBe('opted-out');
    const byScope = folded([out(), optIn({ scope: { topic: ['news'] } })]);
    expect(reasonAfter(byScope, { topics: ['news'] })).toBe('cleared');
    expect(reasonAfter(byScope, { topics: ['offers'] })).toBe('opted-out');
  });

  test('again, after it was taken back in part, closes that part too', () => {
    const partly = folded([out(), optIn({ channel: 'email', occurredAt: NOON - HOUR })]);
    const again = folded([out({ occurredAt: NOON })], partly);
    expect(reasonAfter(partly, { channel: 'email' })).toBe('cleared');
    expect(reasonAfter(again, { channel: 'email' })).toBe('opted-out');
  });

  test('for a while does not shorten one for good, nor a longer while', () => {
    const both = folded([out(), out({ occurredAt: NOON, until: NOON + HOUR })]);
    expect(reasonAfter(both, {}, NOON + DAY)).toBe('opted-out');
    const pauses = folded([out({ until: NOON + DAY }), out({ occurredAt: NOON, until: NOON + HOUR })]);
    expect(reasonAfter(pauses, {}, NOON + 2 * HOUR)).toBe('opted-out');
    expect(reasonAfter(pauses, {}, NOON + DAY)).toBe('cleared');
  });

  test('more often than is kept becomes one of everything, for as long as the longest', () => {
    const many = Array.from({ length: 201 }, (_, i) => out({ scope: { topic: [`t-${i}`] } }));
    const state = folded(many);
    expect(state.optOuts).toEqual([{ scope: {}, at: NOON - DAY, cause: 'opt-out' }]);
    expect(fold(policy, state, many[200] as Interaction, NOON)).toBe(state);
  });

  test('by complaint and by erasure binds too', () => {
    expect(reasonAfter(folded([interaction('complained')]))).toBe('complained');
    expect(reasonAfter(folded([interaction('erased')]))).toBe('opted-out');
  });
});

describe('erasure', () => {
  test('forgets everything but that nothing may be sent', () => {
    const before = stateWith({
      sends: [send(NOON - HOUR)],
      timezone: 'Asia/Tokyo',
      consents: [{ status: 'granted', at: NOON - DAY, source: 'crm' }],
    });
    const after = fold(policy, before, interaction('erased', { timezone: 'Asia/Tokyo' }), NOON);
    expect(after).toEqual({
      ...emptyState(NOON),
      optOuts: [{ scope: {}, at: NOON, cause: 'erasure' }],
    });
    expect(fold(policy, after, interaction('erased'), NOON)).toBe(after);
    // Nor is it remembered that somebody tried.
    expect(decide(policy, after, message(), NOON).state).toBe(after);
  });
});

describe('consent', () => {
  const said = (type: Interaction['type'], occurredAt: number, fields: object = {}) =>
    interaction(type, { occurredAt, channel: 'email', ...fields });

  test('is what was said last, in whatever order it is told', () => {
    const later = folded([said('consent-withdrawn', NOON), said('consent-granted', NOON - HOUR)]);
    expect(later.consents).toMatchObject([{ status: 'withdrawn', at: NOON }]);
  });

  test('of one instant is the stricter', () => {
    for (const order of [
      ['consent-granted', 'consent-withdrawn'],
      ['consent-withdrawn', 'consent-granted'],
    ] as const) {
      expect(folded(order.map((type) => said(type, NOON))).consents).toMatchObject([{ status: 'withdrawn' }]);
    }
  });

  test('is kept by channel and purpose', () => {
    const state = folded([said('opted-in', NOON), said('consent-pending', NOON, { purpose: 'news' })]);
    expect(state.consents).toMatchObject([{ status: 'granted' }, { status: 'pending', purpose: 'news' }]);
  });

  test('is about a channel by any of its names', () => {
    const state = folded([
      said('consent-withdrawn', NOON - HOUR, { channel: 'E-Mail', purpose: 'news' }),
      said('consent-granted', NOON, { channel: 'email', purpose: 'news' }),
    ]);
    expect(state.consents).toMatchObject([{ status: 'granted' }]);
  });

  test('more than is kept loses grants before withdrawals', () => {
    const many = Array.from({ length: 200 }, (_, i) =>
      said('consent-withdrawn', NOON, { purpose: `p-${i}` }),
    );
    const state = folded([said('consent-granted', NOON), ...many]);
    expect(state.consents.every(({ status }) => status === 'withdrawn')).toBe(true);
    const more = said('consent-withdrawn', NOON, { purpose: 'p-200' });
    const collapsed = fold(policy, state, more, NOON);
    expect(collapsed.consents).toEqual([{ status: 'withdrawn', at: NOON, source: 'esp' }]);
    expect(fold(policy, collapsed, more, NOON)).toBe(collapsed);
  });
});

describe('an event told twice', () => {
  const asking = policyWith(
    '[{ id: bounces, after: { interaction: bounced, match: product, count: 2, suppress: 30d }, for: {} }]',
  );
  const bounce = interaction('bounced', { messageId: 'a', occurredAt: NOON - HOUR });
  const fromState = (state: CustomerState) => fold(asking, state, bounce, NOON);
  const known = stateWith({
    sends: [send(NOON - 2 * HOUR, { messageId: 'a', products: ['p-1'], returned: true, fateAt: NOON })],
  });

  test('is one event, though only the second time it was known what was sent, or only the first', () => {
    const bare = fromState(stateWith({}));
    const later = fromState({ ...known, events: bare.events });
    expect(later.events).toMatchObject([{ type: 'bounced', products: ['p-1'] }]);
    expect(fromState({ ...later, sends: [] })).toMatchObject({ events: later.events });
  });

  test('is two where each says something else', () => {
    const other = interaction('bounced', { messageId: 'b', products: ['p-2'], occurredAt: NOON - HOUR });
    expect(fold(asking, fromState(known), other, NOON).events).toHaveLength(2);
  });
});
