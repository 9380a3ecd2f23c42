import { describe, expect, test } from 'vitest';
import { DAY, HOUR } from '../../../src/kernel/time.ts';
import type { CustomerEvent, Send } from '../../../src/model/customer-state.ts';
import { after } from '../../../src/rules/after.ts';
import { NOON, send } from '../decide/build.ts';
import { event } from './events.ts';
import { factsWith, ruleOf } from './facts.ts';

type Given = Parameters<typeof factsWith>[0] & { readonly tier?: string };

function find(written: object, { tier, ...given }: Given = {}) {
  return after.evaluate(ruleOf(after, written, tier), factsWith(given));
}

/** How long from noon until it allows; 0 when it does so now, `never` when it never will. */
function wait(written: object, given: Given = {}): number | 'never' {
  const finding = find(written, given);
  if (finding?.verdict !== 'blocks') return 0;
  return finding.nextEligibleAt === undefined ? 'never' : finding.nextEligibleAt - NOON;
}

const happened = (events: readonly CustomerEvent[], more: Given = {}): Given => ({
  ...more,
  state: { ...more.state, events: [...events].sort((one, other) => one.at - other.at) },
});
const bought = (daysAgo: number, fields: Partial<CustomerEvent> = {}) =>
  event('purchased', NOON - daysAgo * DAY, fields);

describe('after a purchase', () => {
  const written = { interaction: 'purchased', suppress: '10d' };

  test('such messages rest from it on, and no longer exactly at the end', () => {
    expect(wait(written, happened([bought(0)]))).toBe(10 * DAY);
    expect(wait(written, happened([bought(3)]))).toBe(7 * DAY);
    expect(wait(written, happened([bought(3)], { now: NOON + 7 * DAY - 1 }))).toBe(7 * DAY);
    expect(wait(written, happened([bought(3)], { now: NOON + 7 * DAY }))).toBe(0);
  });

  test('the latest one counts', () => {
    expect(wait(written, happened([bought(9), bought(3), bought(20)]))).toBe(7 * DAY);
  });

  test('the finding says what happened and when', () => {
    expect(find(written, happened([bought(1)]))).toEqual({
      rule: 'the-rule',
      kind: 'after',
      verdict: 'blocks',
      reason: 'after-event',
      evidence: { event: 'purchased', at: '2026-03-03T12:00:00.000Z', count: '1' },
      nextEligibleAt: NOON + 9 * DAY,
    });
  });

  test('nothing else counts', () => {
    expect(wait(written, happened([event('visited', NOON)]))).toBe(0);
    expect(
      wait({ ...written, interaction: ['visited', 'purchased'] }, happened([event('visited', NOON)])),
    ).toBe(10 * DAY);
  });

  test('the rest may differ by tier', () => {
    const byTier = { ...written, suppress: { new: '1d', other: '10d' } };
    expect(wait(byTier, happened([bought(0)], { tier: 'new' }))).toBe(DAY);
    expect(wait(byTier, happened([bought(0)], { tier: 'old' }))).toBe(10 * DAY);
    const byDate = { ...written, suppress: { new: { days: 1, zone: 'UTC' }, other: 'forever' } };
    expect(wait(byDate, happened([bought(0)], { tier: 'new' }))).toBe(12 * HOUR);
    expect(wait(byDate, happened([bought(0)], { tier: 'old' }))).toBe('never');
  });

  test('how many, and in how long, may differ by tier', () => {
    const byTier = { ...written, count: { new: 1, other: 2 }, within: { new: '1d', other: '5d' } };
    expect(wait(byTier, happened([bought(1)], { tier: 'new' }))).toBe(9 * DAY);
    expect(wait(byTier, happened([bought(1)], { tier: 'old' }))).toBe(0);
    expect(wait(byTier, happened([bought(1), bought(4)], { tier: 'old' }))).toBe(9 * DAY);
    expect(wait(byTier, happened([bought(1), bought(6)], { tier: 'old' }))).toBe(0);
  });
});

describe('a match', () => {
  const matching = (
    match: unknown,
    fields: Partial<CustomerEvent>,
    message: NonNullable<Given>['message'] = {},
  ) => wait({ interaction: 'purchased', match, suppress: '10d' }, happened([bought(0, fields)], { message }));

  test('by product wants one in common', () => {
    expect(matching('product', { products: ['a', 'b'] }, { products: ['b', 'c'] })).toBe(10 * DAY);
    expect(matching('product', { products: ['a'] }, { products: ['b'] })).toBe(0);
  });

  test('by campaign and by channel wants the same, by any of its names', () => {
    expect(matching('campaign', { campaignId: 'spring' }, { campaignId: 'spring' })).toBe(10 * DAY);
    expect(matching('campaign', { campaignId: 'spring' }, { campaignId: 'summer' })).toBe(0);
    expect(matching('channel', { channel: 'E-Mail' })).toBe(10 * DAY);
    expect(matching('channel', { channel: 'sms' })).toBe(0);
  });

  test('by category covers what lies below', () => {
    const shoes = { categories: ['shoes'] };
    const running = { categories: ['shoes/running'] };
    expect(matching('category', shoes, running)).toBe(10 * DAY);
    expect(matching('category', running, shoes)).toBe(0);
    expect(matching('category', shoes, { categories: ['shoestring'] })).toBe(0);
  });

  test('to a depth compares so much of the paths', () => {
    const toDepth = (depth: number, category: string, other: string) =>
      wait(
        { interaction: 'purchased', match: 'category', depth, suppress: '10d' },
        happened([bought(0, { categories: [category] })], { message: { categories: [other] } }),
      );
    expect(toDepth(1, 'shoes/running', 'shoes/hiking')).toBe(10 * DAY);
    expect(toDepth(2, 'shoes/running/trail', 'shoes/running/road')).toBe(10 * DAY);
    expect(toDepth(2, 'shoes/running', 'shoes/hiking')).toBe(0);
    expect(toDepth(2, 'shoes', 'shoes/running')).toBe(0);
  });

  test('by several fields wants all of them', () => {
    const match = ['channel', 'campaign'];
    const both = { channel: 'email', campaignId: 'spring' };
    expect(matching(match, both, { campaignId: 'spring' })).toBe(10 * DAY);
    expect(matching(match, { channel: 'email' }, { campaignId: 'spring' })).toBe(0);
    expect(matching(match, both, { campaignId: 'summer' })).toBe(0);
  });

  test('fails where either lacks the field', () => {
    expect(matching('product', {}, { products: ['a'] })).toBe(0);
    expect(matching('product', { products: ['a'] })).toBe(0);
    expect(matching('campaign', {}, {})).toBe(0);
    expect(matching('channel', {})).toBe(0);
    expect(matching('category', {}, {})).toBe(0);
  });
});

describe('where', () => {
  test('asks for fields and labels of what happened', () => {
    const hard = {
      interaction: 'bounced',
      where: { 'label:bounce': 'hard' },
      match: 'channel',
      suppress: 'forever',
    };
    const bounce = (kind: string) =>
      event('bounced', NOON - DAY, { channel: 'email', labels: { bounce: kind } });
    expect(wait(hard, happened([bounce('hard')]))).toBe('never');
    expect(wait(hard, happened([bounce('soft')]))).toBe(0);
    const dear = {
      interaction: 'purchased',
      where: { category: { not: 'gifts' }, channel: 'email' },
      suppress: '1d',
    };
    expect(wait(dear, happened([bought(0, { categories: ['gifts/small'], channel: 'email' })]))).toBe(0);
    expect(wait(dear, happened([bought(0, { channel: 'E-MAIL' })]))).toBe(DAY);
    expect(wait(dear, happened([bought(0)]))).toBe(0);
  });
});

describe('a rest by the calendar', () => {
  const written = { interaction: 'called', suppress: { days: 1 } };

  test("lasts until the customer's next date begins", () => {
    const state = { timezone: 'Europe/Berlin' };
    // 13:00 in Berlin; the next date begins 11 hours later.
    expect(wait(written, happened([event('called', NOON)], { state }))).toBe(11 * HOUR);
    expect(wait(written, happened([event('called', NOON)], { state, now: NOON + 11 * HOUR }))).toBe(0);
    expect(wait(written, happened([event('called', NOON)]))).toBe(12 * HOUR);
  });

  test('goes by the zone that is written', () => {
    const state = { timezone: 'Europe/Berlin' };
    const events = [event('called', NOON)];
    expect(wait({ ...written, suppress: { days: 1, zone: 'policy' } }, happened(events, { state }))).toBe(
      12 * HOUR,
    );
    expect(wait({ ...written, suppress: { days: 1, zone: 'Asia/Tokyo' } }, happened(events, { state }))).toBe(
      3 * HOUR,
    );
  });

  test('counts dates, not hours, where the clocks change', () => {
    const state = { timezone: 'Europe/Berlin' };
    const called = Date.parse('2026-03-28T12:00:00Z');
    const finding = find(
      { ...written, suppress: { days: 2 } },
      {
        now: called,
        state: { ...state, events: [event('called', called)] },
      },
    );
    expect(finding?.nextEligibleAt).toBe(Date.parse('2026-03-29T22:00:00Z'));
  });
});

describe('until', () => {
  const openCase = { interaction: 'case-opened', until: 'case-closed', suppress: 'forever' };

  test('ends what came before it, and what came with it', () => {
    const opened = event('case-opened', NOON - 3 * DAY);
    expect(wait(openCase, happened([opened]))).toBe('never');
    expect(wait(openCase, happened([opened, event('case-closed', NOON - 2 * DAY)]))).toBe(0);
    expect(wait(openCase, happened([opened, event('case-closed', NOON - 3 * DAY)]))).toBe(0);
    expect(wait(openCase, happened([opened, event('case-closed', NOON - 4 * DAY)]))).toBe('never');
  });

  test('ends by what is not about something else', () => {
    const bounced = {
      interaction: 'bounced',
      until: 'address-changed',
      match: 'channel',
      suppress: 'forever',
    };
    const bounce = event('bounced', NOON - 3 * DAY, { channel: 'email' });
    const changed = (channel?: string) =>
      event('address-changed', NOON - DAY, channel === undefined ? {} : { channel });
    expect(wait(bounced, happened([bounce, changed()]))).toBe(0);
    expect(wait(bounced, happened([bounce, changed('email')]))).toBe(0);
    expect(wait(bounced, happened([bounce, changed('sms')]))).toBe('never');
  });
});

describe('a count', () => {
  const written = { interaction: 'bounced', count: 3, within: '7d', suppress: '30d' };
  const bounces = (...daysAgo: number[]) => daysAgo.map((days) => event('bounced', NOON - days * DAY));

  test('wants so many less than `within` apart, and rests from the last of them', () => {
    expect(wait(written, happened(bounces(6, 4, 2)))).toBe(28 * DAY);
    expect(wait(written, happened(bounces(4, 2)))).toBe(0);
    expect(wait(written, happened(bounces(9, 4, 2)))).toBe(0);
    expect(wait(written, happened([...bounces(4, 2), event('bounced', NOON - 9 * DAY + 1)]))).toBe(28 * DAY);
  });

  test('still holds when others follow more slowly', () => {
    expect(wait(written, happened(bounces(22, 21, 20, 13, 6)))).toBe(10 * DAY);
  });

  test('in a row is broken by an answer, and after what was lost by what arrived', () => {
    const inARow = { ...written, inARow: true };
    const broken = (type: 'clicked' | 'delivered' | 'opened', daysAgo: number) =>
      wait(inARow, happened([...bounces(6, 4, 2), event(type, NOON - daysAgo * DAY)]));
    expect(wait(inARow, happened(bounces(6, 4, 2)))).toBe(28 * DAY);
    expect(broken('clicked', 5)).toBe(0);
    expect(broken('delivered', 5)).toBe(0);
    expect(broken('delivered', 2)).toBe(0);
    expect(broken('delivered', 6)).toBe(28 * DAY);
    expect(broken('delivered', 1)).toBe(28 * DAY);
    expect(broken('opened', 5)).toBe(28 * DAY);
    expect(wait(written, happened([...bounces(6, 4, 2), event('clicked', NOON - 5 * DAY)]))).toBe(28 * DAY);
  });

  test('in a row is not broken by the interactions that it counts, nor by what is about another channel', () => {
    const visits = [6, 4, 2].map((days) => event('visited', NOON - days * DAY));
    expect(wait({ ...written, interaction: 'visited', inARow: true }, happened(visits))).toBe(28 * DAY);
    const onEmail = bounces(6, 4, 2).map((bounce) => ({ ...bounce, channel: 'email' }));
    const inARow = { ...written, inARow: true, match: 'channel' };
    const delivered = (channel: string) => event('delivered', NOON - 3 * DAY, { channel });
    expect(wait(inARow, happened([...onEmail, delivered('sms')]))).toBe(28 * DAY);
    expect(wait(inARow, happened([...onEmail, delivered('email')]))).toBe(0);
  });
});

describe('after a send of our own', () => {
  const written = { cleared: { class: 'service' }, suppress: '2h' };
  const sent = (fields: Partial<Send>) => ({ state: { sends: [send(NOON - HOUR, fields)] } });

  test('that the selector selects, and that did not come back', () => {
    expect(wait(written, sent({ class: 'service' }))).toBe(HOUR);
    expect(wait(written, sent({ class: 'service', returned: true }))).toBe(0);
    expect(wait(written, sent({}))).toBe(0);
    expect(find(written, sent({ class: 'service' }))?.evidence).toMatchObject({ event: 'cleared' });
  });

  test('a match holds as for interactions', () => {
    const matching = { ...written, match: 'campaign' };
    const given = sent({ class: 'service', campaignId: 'spring' });
    expect(wait(matching, { ...given, message: { campaignId: 'spring' } })).toBe(HOUR);
    expect(wait(matching, { ...given, message: { campaignId: 'summer' } })).toBe(0);
  });

  test('its selector is told, so that what it asks for is remembered', () => {
    const { spec } = ruleOf(after, written);
    expect(after.reads?.(spec)).toEqual({
      selectors: [[{ kind: 'field', field: 'class', values: ['service'] }]],
    });
  });
});

describe('what is remembered', () => {
  const needs = (written: object) => after.remembers?.(ruleOf(after, written));

  test('is the last of each kind for as long as it stands, with what is asked about it', () => {
    const written = {
      interaction: 'bounced',
      where: { 'label:bounce': 'hard', product: { not: 'a' } },
      match: 'channel',
      until: 'address-changed',
      suppress: { new: '5d', other: '90d' },
    };
    expect(needs(written)).toEqual([
      { type: 'bounced', for: 90 * DAY, count: 1, fields: ['channel', 'product'], labels: ['bounce'] },
      { type: 'address-changed', for: 90 * DAY, count: 1, fields: ['channel'], labels: [] },
    ]);
  });

  test('is a day more for a rest by the calendar, and for good for one without end', () => {
    expect(needs({ interaction: 'called', suppress: { days: 3 } })).toMatchObject([{ for: 4 * DAY }]);
    expect(needs({ interaction: 'called', suppress: 'forever' })?.[0]).not.toHaveProperty('for');
  });

  test('is, for a count, as many as show the last that were enough', () => {
    const written = { interaction: 'bounced', count: 3, within: '7d', suppress: '30d' };
    // Two in each of five weeks may follow.
    expect(needs(written)).toEqual([{ type: 'bounced', for: 37 * DAY, count: 13, fields: [], labels: [] }]);
  });

  test('is what may break a row, too', () => {
    const written = { interaction: 'bounced', count: 2, within: '7d', inARow: true, suppress: '30d' };
    expect(needs(written)?.map(({ type }) => type)).toEqual([
      'bounced',
      'clicked',
      'replied',
      'visited',
      'purchased',
      'delivered',
    ]);
  });

  test('is nothing for sends, which are remembered anyway', () => {
    expect(needs({ cleared: {}, suppress: '1d' })).toEqual([]);
  });
});
