import { describe, expect, test } from 'vitest';
import { DAY, HOUR } from '../../../src/kernel/time.ts';
import type { Unanswered } from '../../../src/rules/events/written-unanswered.ts';
import type { RuleOf } from '../../../src/rules/rule-kind.ts';
import { unanswered } from '../../../src/rules/unanswered.ts';
import { NOON, send } from '../decide/build.ts';
import { event } from './events.ts';
import { factsWith, ruleOf } from './facts.ts';

const FATIGUE = { messages: 3, within: '30d', pause: '14d' };

type Given = Parameters<typeof factsWith>[0] & { readonly tier?: string };

function find(written: object, { tier, ...given }: Given = {}, rule: Partial<RuleOf<Unanswered>> = {}) {
  return unanswered.evaluate({ ...ruleOf(unanswered, written, tier), ...rule }, factsWith(given));
}

/** How long from noon until it allows; 0 when it does so now. */
function wait(written: object, given: Given = {}, rule: Partial<RuleOf<Unanswered>> = {}) {
  const finding = find(written, given, rule);
  return finding?.verdict === 'blocks' ? (finding.nextEligibleAt ?? Number.NaN) - NOON : 0;
}

const sends = (...daysAgo: number[]) => daysAgo.map((days) => send(NOON - days * DAY));

describe('a pause after unanswered messages', () => {
  test('is counted from the last of them, and over exactly at its end', () => {
    const state = { sends: sends(9, 5, 2) };
    expect(wait(FATIGUE, { state })).toBe(12 * DAY);
    expect(wait(FATIGUE, { state, now: NOON + 12 * DAY - 1 })).toBe(12 * DAY);
    expect(wait(FATIGUE, { state, now: NOON + 12 * DAY })).toBe(0);
  });

  test('needs as many as the rule says', () => {
    expect(wait(FATIGUE, { state: { sends: sends(5, 2) } })).toBe(0);
  });

  test('says what was counted, of how many, and since when', () => {
    expect(find(FATIGUE, { state: { sends: sends(9, 5, 2, 1) } })).toMatchObject({
      kind: 'unanswered',
      verdict: 'blocks',
      reason: 'unanswered',
      count: 4,
      limit: 3,
      window: '30d',
      windowStart: NOON - 30 * DAY + 1,
      evidence: { last: '2026-03-03T12:00:00.000Z', rest: '14d' },
    });
  });

  test('ends earlier when the first of the messages is no longer looked at', () => {
    const state = { sends: sends(29, 5, 2) };
    expect(wait(FATIGUE, { state })).toBe(1 * DAY);
    expect(wait(FATIGUE, { state, now: NOON + DAY })).toBe(0);
  });

  test('does not look at a message that went out exactly `within` ago', () => {
    const state = { sends: sends(30, 5, 2) };
    expect(find(FATIGUE, { state })?.count).toBe(2);
    expect(find(FATIGUE, { state, now: NOON - 1 })?.count).toBe(3);
  });

  test('looks 35 days back unless the rule says', () => {
    const state = { sends: sends(34, 5, 2) };
    expect(wait({ messages: 3, pause: '14d' }, { state })).toBe(DAY);
  });

  test('does not count what came back, what the rule does not count, and other channels of a split', () => {
    const returned = [send(NOON - DAY, { returned: true }), ...sends(5, 2)];
    expect(wait(FATIGUE, { state: { sends: returned } })).toBe(0);
    const counts = [{ kind: 'field' as const, field: 'class' as const, values: ['marketing'] }];
    const service = [send(NOON - 9 * DAY, { class: 'service' }), ...sends(5, 2)];
    expect(wait(FATIGUE, { state: { sends: service } }, { counts })).toBe(0);
    const sms = [send(NOON - 9 * DAY, { channel: 'sms' }), ...sends(5, 2)];
    expect(wait({ ...FATIGUE, per: ['channel'] }, { state: { sends: sms } })).toBe(0);
    expect(wait(FATIGUE, { state: { sends: sms } })).toBe(12 * DAY);
  });

  test('may differ by tier', () => {
    const byTier = { ...FATIGUE, pause: { new: '3d', other: '14d' } };
    const state = { sends: sends(9, 5, 2) };
    expect(wait(byTier, { state, tier: 'new' })).toBe(DAY);
    expect(wait(byTier, { state, tier: 'silent' })).toBe(12 * DAY);
  });
});

describe('an answer', () => {
  const state = { sends: sends(9, 5, 2) };

  test('ends the row, for messages at its own time too', () => {
    const at = (daysAgo: number) => ({
      state: { ...state, events: [event('clicked', NOON - daysAgo * DAY)] },
    });
    expect(wait(FATIGUE, at(9.5))).toBe(12 * DAY);
    expect(wait(FATIGUE, at(9))).toBe(0);
    expect(wait(FATIGUE, at(1))).toBe(0);
  });

  test('is a click, a reply, a visit or a purchase, and not that a message was opened', () => {
    const answeredBy = (type: 'replied' | 'visited' | 'purchased' | 'opened') =>
      wait(FATIGUE, { state: { ...state, events: [event(type, NOON - DAY)] } });
    expect(answeredBy('replied')).toBe(0);
    expect(answeredBy('visited')).toBe(0);
    expect(answeredBy('purchased')).toBe(0);
    expect(answeredBy('opened')).toBe(12 * DAY);
  });

  test('is what the rule lists', () => {
    const written = { ...FATIGUE, answers: ['opened', 'x-shop-visit'] };
    const answeredBy = (type: 'opened' | 'x-shop-visit' | 'clicked') =>
      wait(written, { state: { ...state, events: [event(type, NOON - DAY)] } });
    expect(answeredBy('opened')).toBe(0);
    expect(answeredBy('x-shop-visit')).toBe(0);
    expect(answeredBy('clicked')).toBe(12 * DAY);
  });

  test('is known from the send that is marked as answered', () => {
    const marked = [...sends(9, 5), send(NOON - 2 * DAY, { answered: true }), ...sends(1)];
    expect(wait(FATIGUE, { state: { sends: marked } })).toBe(0);
    expect(wait({ ...FATIGUE, answers: 'opened' }, { state: { sends: marked } })).toBe(13 * DAY);
    expect(wait({ ...FATIGUE, answers: 'purchased' }, { state: { sends: marked } })).toBe(13 * DAY);
  });

  test('counts for its own value of a split only', () => {
    const on = (channel?: string) => ({
      state: { ...state, events: [event('clicked', NOON - DAY, channel === undefined ? {} : { channel })] },
    });
    const written = { ...FATIGUE, per: ['channel'] };
    expect(wait(written, on('E-Mail'))).toBe(0);
    expect(wait(written, on('sms'))).toBe(12 * DAY);
    expect(wait(written, on())).toBe(12 * DAY);
  });

  test('about something below a category is one about the category', () => {
    const written = { ...FATIGUE, per: ['category'] };
    const about = (category: string) => ({
      message: { categories: ['shoes'] },
      state: {
        sends: [9, 5, 2].map((days) => send(NOON - days * DAY, { categories: ['shoes/running'] })),
        events: [event('clicked', NOON - DAY, { categories: [category] })],
      },
    });
    expect(wait(written, about('shoes/hiking'))).toBe(0);
    expect(wait(written, about('shoestring'))).toBe(12 * DAY);
  });

  test('is remembered for as long as sends are, with what the rule splits by', () => {
    const rule = ruleOf(unanswered, {
      ...FATIGUE,
      answers: ['clicked', 'opened'],
      per: ['channel', 'product'],
    });
    const need = { for: 35 * DAY, count: 1, fields: ['channel', 'product'], labels: [] };
    expect(unanswered.remembers?.(rule)).toEqual([
      { type: 'clicked', ...need },
      { type: 'opened', ...need },
    ]);
  });
});

describe('a row for each product or category', () => {
  const written = { ...FATIGUE, per: ['product'] };
  const about = (products: string[]) => ({
    message: { products },
    state: {
      sends: [
        ...[9, 5, 2].map((days) => send(NOON - days * DAY, { products: ['a'] })),
        ...[1, 0.5].map((days) => send(NOON - days * DAY, { products: ['b'] })),
      ],
    },
  });

  test('blocks by the strictest', () => {
    expect(wait(written, about(['b']))).toBe(0);
    expect(wait(written, about(['a', 'b']))).toBe(12 * DAY);
  });

  test('has nothing to say about a message without any', () => {
    expect(find(written, about([]))).toBeUndefined();
  });
});

describe('fewer messages instead of a pause', () => {
  const FEWER = { messages: 3, within: '30d', limit: 1, window: '7d' };

  test('leave room for so many in the window', () => {
    expect(wait(FEWER, { state: { sends: sends(20, 15, 6) } })).toBe(DAY);
    expect(wait(FEWER, { state: { sends: sends(20, 15, 6) }, now: NOON + DAY - 1 })).toBe(DAY);
    expect(wait(FEWER, { state: { sends: sends(20, 15, 6) }, now: NOON + DAY })).toBe(0);
    expect(wait(FEWER, { state: { sends: sends(20, 15, 8) } })).toBe(0);
  });

  test('end with the row', () => {
    expect(wait(FEWER, { state: { sends: sends(29.5, 15, 2) } })).toBe(DAY / 2);
    expect(wait({ ...FEWER, limit: 0 }, { state: { sends: sends(29.5, 15, 2) } })).toBe(DAY / 2);
  });

  test('count what was answered before, too', () => {
    const state = { sends: sends(6, 3, 2, 1), events: [event('clicked', NOON - 4 * DAY)] };
    expect(wait({ ...FEWER, limit: 4 }, { state })).toBe(DAY);
  });

  test('say how many there may be', () => {
    expect(find(FEWER, { state: { sends: sends(20, 15, 6) } })?.evidence).toEqual({
      last: new Date(NOON - 6 * DAY).toISOString(),
      rest: '1 in 7d',
    });
  });
});

test('a send of this very hour counts', () => {
  expect(wait({ messages: 1, pause: '4h' }, { state: { sends: [send(NOON - HOUR), send(NOON)] } })).toBe(
    4 * HOUR,
  );
});
