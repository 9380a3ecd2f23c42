import { describe, expect, test } from 'vitest';
import { decide } from '../../../src/decide/decide.ts';
import { DAY, HOUR } from '../../../src/kernel/time.ts';
import type { CustomerState } from '../../../src/model/customer-state.ts';
import type { Finding } from '../../../src/model/decision.ts';
import type { OutboundMessage } from '../../../src/model/message.ts';
import { message, NOON, policyWith, send, stateWith } from '../decide/build.ts';

function find(
  rule: string,
  state: CustomerState,
  fields: Partial<OutboundMessage> = {},
  now = NOON,
): Finding | undefined {
  return decide(policyWith(`[{ id: rule, ${rule} }]`), state, message(fields), now).decision.findings[0];
}

describe('a cap on a rolling window', () => {
  const rule = 'cap: { limit: 2, window: 7d }';
  const state = stateWith({ sends: [send(NOON - 7 * DAY), send(NOON - 7 * DAY + 1), send(NOON - HOUR)] });

  test('leaves out what happened exactly one window ago, and counts what happened just after', () => {
    expect(find(rule, state)).toMatchObject({
      verdict: 'blocks',
      reason: 'cap-reached',
      count: 2,
      limit: 2,
      window: '7d',
      windowStart: NOON - 7 * DAY + 1,
      nextEligibleAt: NOON + 1,
    });
  });

  test('allows again exactly when the send that is one too many has left', () => {
    expect(find(rule, state, {}, NOON + 1)).toMatchObject({ verdict: 'allows', count: 1 });
  });

  test('waits for as many sends to leave as are too many', () => {
    const over = stateWith({ sends: [1, 2, 3, 4, 5].map((day) => send(NOON - day * DAY)).reverse() });
    expect(find(rule, over)).toMatchObject({ count: 5, nextEligibleAt: NOON - 2 * DAY + 7 * DAY });
  });

  test('of 0 never allows anything', () => {
    const finding = find('cap: { limit: 0, window: 7d }', stateWith({}));
    expect(finding).toMatchObject({ verdict: 'blocks', count: 0, limit: 0 });
    expect(finding?.nextEligibleAt).toBeUndefined();
  });

  test('does not count what was returned, and counts what is stamped later than now', () => {
    const mixed = stateWith({ sends: [send(NOON - HOUR, { returned: true }), send(NOON + HOUR)] });
    expect(find(rule, mixed)).toMatchObject({ verdict: 'allows', count: 1 });
  });
});

describe('a cap on a calendar window', () => {
  const rule = (zone: string) => `cap: { limit: 1, window: { calendar: day, zone: ${zone} } }`;
  // 12:00 in UTC is 21:00 in Tokyo and 01:00 of the next day in Auckland.
  const state = (timezone?: string) =>
    stateWith({ sends: [send(NOON - 2 * HOUR)], ...(timezone && { timezone }) });

  test("counts from the first instant of the customer's own day to the first of the next", () => {
    expect(find(rule('customer'), state('Asia/Tokyo'))).toMatchObject({
      verdict: 'blocks',
      window: 'day Asia/Tokyo',
      windowStart: Date.UTC(2026, 2, 3, 15),
      nextEligibleAt: Date.UTC(2026, 2, 4, 15),
    });
    expect(find(rule('customer'), state('Pacific/Auckland'))).toMatchObject({ verdict: 'allows', count: 0 });
  });

  test("has the policy's zone for customers without a known one, and where it says so", () => {
    expect(find(rule('customer'), state())?.window).toBe('day UTC');
    expect(find(rule('customer'), state('Mars/Olympus'))?.window).toBe('day UTC');
    expect(find(rule('policy'), state('Asia/Tokyo'))?.window).toBe('day UTC');
  });

  test('has the zone that it names', () => {
    expect(find(rule('Pacific/Auckland'), state('Asia/Tokyo'))).toMatchObject({
      window: 'day Pacific/Auckland',
      count: 0,
    });
  });

  test('counts a send of the first instant, and none of the instant before', () => {
    const midnight = Date.UTC(2026, 2, 4);
    expect(find(rule('policy'), stateWith({ sends: [send(midnight)] }))).toMatchObject({ count: 1 });
    expect(find(rule('policy'), stateWith({ sends: [send(midnight - 1)] }))).toMatchObject({ count: 0 });
  });

  test('can have weeks that begin on Sunday', () => {
    const sunday = stateWith({ sends: [send(Date.UTC(2026, 2, 1, 12))] });
    expect(find('cap: { limit: 9, window: { calendar: week } }', sunday)).toMatchObject({ count: 0 });
    expect(find('cap: { limit: 9, window: { calendar: week, weekStart: sunday } }', sunday)).toMatchObject({
      count: 1,
    });
  });
});

describe('what a cap counts', () => {
  const log = [send(NOON - 3, { channel: 'sms' }), send(NOON - 2, { class: 'service' }), send(NOON - 1)];

  test('is what it is for, unless it says otherwise', () => {
    const cap = 'cap: { limit: 9, window: 1d }';
    expect(find(cap, stateWith({ sends: log }))?.count).toBe(3);
    expect(find(`for: { class: marketing }, ${cap}`, stateWith({ sends: log }))?.count).toBe(2);
    expect(find(`for: { class: marketing }, counts: {}, ${cap}`, stateWith({ sends: log }))?.count).toBe(3);
    expect(
      find(`for: { channel: email }, counts: { channel: { not: email } }, ${cap}`, stateWith({ sends: log }))
        ?.count,
    ).toBe(1);
  });
});

describe('a cap per field', () => {
  const by = (per: string) => `cap: { limit: 1, window: 1d, per: [${per}] }`;

  test('has one limit for each value', () => {
    const state = stateWith({ sends: [send(NOON - HOUR, { campaignId: 'spring' })] });
    expect(find(by('campaign'), state, { campaignId: 'spring' })).toMatchObject({
      verdict: 'blocks',
      count: 1,
    });
    expect(find(by('campaign'), state, { campaignId: 'summer' })).toMatchObject({
      verdict: 'allows',
      count: 0,
    });
  });

  test('says nothing about a message without the field', () => {
    const state = stateWith({ sends: [send(NOON - HOUR), send(NOON - HOUR)] });
    for (const field of ['campaign', 'category', 'sender', 'place', 'dispatch'])
      expect(find(by(field), state)).toBeUndefined();
  });

  test('has one limit for each combination of several', () => {
    const state = stateWith({ sends: [send(NOON - HOUR, { sender: 'crm', channel: 'sms' })] });
    expect(find(by('sender, channel'), state, { sender: 'crm', channel: 'sms' })?.verdict).toBe('blocks');
    expect(find(by('sender, channel'), state, { sender: 'crm', channel: 'email' })?.verdict).toBe('allows');
    expect(find(by('sender, channel'), state, { sender: 'app', channel: 'sms' })?.verdict).toBe('allows');
  });

  test('counts for each category of the message the sends in it and below it, and binds by the strictest', () => {
    const state = stateWith({
      sends: [
        send(NOON - 2 * HOUR, { categories: ['shoes/boots'] }),
        send(NOON - HOUR, { categories: ['books'] }),
      ],
    });
    expect(find(by('category'), state, { categories: ['shoes/running'] })?.verdict).toBe('allows');
    expect(find(by('category'), state, { categories: ['shoes'] })?.verdict).toBe('blocks');
    expect(find(by('category'), state, { categories: ['shoes', 'books'] })).toMatchObject({
      verdict: 'blocks',
      nextEligibleAt: NOON - HOUR + DAY,
    });
  });

  test('by place and by dispatch reads what went out', () => {
    const policy = policyWith(
      '[{ id: a, cap: { limit: 1, window: 1d, per: [place] } }, { id: b, cap: { limit: 1, window: 1d, per: [dispatch] } }]',
    );
    const first = decide(policy, undefined, message({ place: 'p', dispatchId: 'd' }), NOON);
    const again = (fields: Partial<OutboundMessage>) =>
      decide(policy, first.state, message(fields), NOON).decision.outcome;
    expect([
      again({ place: 'p' }),
      again({ place: 'q' }),
      again({ dispatchId: 'd' }),
      again({ dispatchId: 'e' }),
    ]).toEqual(['suppressed', 'cleared', 'suppressed', 'cleared']);
  });
});
