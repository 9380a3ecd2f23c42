import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { dateAt, dateNamed, startOfDate, unitAround } from '../../oracle/clock.ts';
import { DAY, HOUR, MINUTE } from '../../oracle/written.ts';
import { ask, heard, NOON, policyOf, sent } from './build.ts';

describe('the oracle', () => {
  test('imports nothing of what it judges', () => {
    const folder = new URL('../../oracle/', import.meta.url);
    const files = readdirSync(folder).filter((file) => file.endsWith('.ts'));
    expect(files.length).toBeGreaterThan(8);
    for (const file of files) {
      const imports = readFileSync(new URL(file, folder), 'utf8').matchAll(/import (type )?.*?'([^']+)'/gs);
      for (const [, onlyType, from = ''] of imports) {
        expect(from, file).toMatch(
          onlyType === undefined ? /^\.\/|^node:/ : /^\.\/|^\.\.\/\.\.\/src\/model\//,
        );
      }
    }
  });

  test('counts what went out, less what came back, in a rolling window without its end', () => {
    const policy = policyOf([{ id: 'weekly', cap: { limit: 2, window: '7d' } }]);
    const log = [sent(NOON - 7 * DAY), sent(NOON - 6 * DAY), sent(NOON - DAY, { messageId: 'b' })];
    expect(ask(policy, log)).toMatchObject({
      outcome: 'suppressed',
      reasons: ['cap-reached'],
      rule: 'weekly',
      nextEligibleAt: NOON + DAY,
      findings: [{ says: [{ count: 2, limit: 2 }] }],
    });
    const bounced = [...log, heard('bounced', NOON - HOUR, { messageId: 'b' })];
    expect(ask(policy, bounced).outcome).toBe('cleared');
  });

  test('waits for the end of the day where the customer is, on the day on which clocks change', () => {
    const policy = policyOf([
      { id: 'daily', cap: { limit: 1, window: { calendar: 'day' } }, onBlock: 'defer' },
    ]);
    const morning = Date.parse('2026-03-29T05:00:00Z');
    const log = [heard('opened', morning - DAY, { timezone: 'Europe/Berlin' }), sent(morning)];
    expect(ask(policy, log, {}, morning + HOUR)).toMatchObject({
      outcome: 'deferred',
      nextEligibleAt: Date.parse('2026-03-29T22:00:00Z'),
      due: [Date.parse('2026-03-29T22:00:00Z'), Date.parse('2026-03-29T22:00:00Z')],
    });
  });

  test('keeps reserved slots until so long before the end of the window', () => {
    const reserve = { class: 'service', slots: 1, releaseBefore: '2h' };
    const policy = policyOf([{ id: 'room', cap: { limit: 2, window: { calendar: 'day' }, reserve } }]);
    expect(ask(policy, [sent(NOON - HOUR)])).toMatchObject({
      reasons: ['cap-reserved'],
      nextEligibleAt: NOON + 10 * HOUR,
      findings: [{ says: [{ count: 1, limit: 1 }] }],
    });
    expect(ask(policy, [sent(NOON - HOUR)], { class: 'service' }).outcome).toBe('cleared');
  });

  test('opens a window at the first send, and the next at the first after its end', () => {
    const policy = policyOf([
      { id: 'burst', cap: { limit: 2, window: { from: 'first-send', length: '3d' } } },
    ]);
    const log = [sent(NOON - 40 * DAY), sent(NOON - 37 * DAY), sent(NOON - 2 * DAY), sent(NOON - DAY)];
    expect(ask(policy, log)).toMatchObject({
      nextEligibleAt: NOON + DAY,
      findings: [{ says: [{ count: 2 }] }],
    });
    expect(ask(policy, log, {}, NOON + DAY).findings).toMatchObject([{ says: [{ count: 0 }] }]);
  });

  test('asks the whole policy again at the time that one rule names', () => {
    const policy = policyOf([
      { id: 'pause', gap: '10h', onBlock: 'defer' },
      { id: 'nights', quietHours: { from: '21:00', to: '08:00' }, onBlock: { defer: { spread: '15m' } } },
    ]);
    const eight = Date.parse('2026-03-05T08:00:00Z');
    expect(ask(policy, [sent(NOON)], {}, NOON)).toMatchObject({
      outcome: 'deferred',
      rule: 'pause',
      nextEligibleAt: eight,
      due: [eight, eight + 15 * MINUTE],
    });
  });

  test('is quiet where it is quiet in any zone of the country', () => {
    const policy = policyOf([{ id: 'nights', quietHours: { from: '21:00', to: '08:00' } }]);
    const portugal = [heard('profile-updated', NOON - DAY, { attributes: { country: 'PT' } })];
    // 08:30 in Lisbon is 07:30 on the Azores.
    const at = Date.parse('2026-03-05T08:30:00Z');
    expect(ask(policy, portugal, {}, at).nextEligibleAt).toBe(Date.parse('2026-03-05T09:00:00Z'));
    expect(ask(policy, [], {}, at).outcome).toBe('cleared');
  });

  test('rests after so many sends without an answer', () => {
    const policy = policyOf([{ id: 'rest', unanswered: { messages: 2, within: '10d', pause: '9d' } }]);
    const log = [sent(NOON - 4 * DAY), sent(NOON - 2 * DAY)];
    expect(ask(policy, log)).toMatchObject({ reasons: ['unanswered'], nextEligibleAt: NOON + 6 * DAY });
    expect(ask(policy, [...log, heard('clicked', NOON - 3 * DAY)]).outcome).toBe('cleared');
  });

  test('lets the second of two bounces in so long a time silence the channel', () => {
    const after = { interaction: 'bounced', match: 'channel', count: 2, within: '2d', suppress: '14d' };
    const policy = policyOf([{ id: 'hard', after }]);
    const bounces = [5, 4].map((days) => heard('bounced', NOON - days * DAY, { channel: 'E-Mail' }));
    expect(ask(policy, bounces)).toMatchObject({ reasons: ['after-event'], nextEligibleAt: NOON + 10 * DAY });
    const again = [...bounces, heard('bounced', NOON - DAY, { channel: 'email' })];
    expect(ask(policy, again).nextEligibleAt).toBe(NOON + 10 * DAY);
    expect(ask(policy, bounces, { channel: 'sms' }).outcome).toBe('cleared');
  });

  test('goes by the strictest source of consent, and sees outdated terms', () => {
    const policy = policyOf([{ id: 'consent', consent: { require: 'opt-in', terms: 'v2' } }]);
    const granted = (source: string, terms: string, at = NOON - DAY) =>
      heard('consent-granted', at, { source, terms });
    expect(ask(policy, []).reasons).toEqual(['no-consent']);
    expect(ask(policy, [granted('shop', 'v1')]).reasons).toEqual(['consent-outdated']);
    expect(ask(policy, [granted('shop', 'v2')]).outcome).toBe('cleared');
    const withdrawn = heard('consent-withdrawn', NOON - 3 * DAY, { source: 'crm' });
    expect(ask(policy, [withdrawn, granted('shop', 'v2')]).reasons).toEqual(['no-consent']);
  });

  test('takes an opt-out back by a newer opt-in, as far as that reaches', () => {
    const policy = policyOf([]);
    const log = [heard('opted-out', NOON - DAY), heard('opted-in', NOON - HOUR, { channel: 'sms' })];
    expect(ask(policy, log).reasons).toEqual(['opted-out']);
    expect(ask(policy, log, { channel: 'sms' }).outcome).toBe('cleared');
  });

  test('holds a tier for as long as it says', () => {
    const tiers = [{ id: 'new', when: { firstSeen: { within: '2d' } }, hold: '5d' }, { id: 'old' }];
    const policy = policyOf([{ id: 'few', cap: { limit: { new: 1, other: 9 } as never, window: '7d' } }], {
      tiers,
    });
    const first = { ...sent(NOON - 3 * DAY), tier: 'new' } as ReturnType<typeof sent>;
    expect(ask(policy, [first])).toMatchObject({ tier: 'new', reasons: ['cap-reached'] });
    expect(ask(policy, [first], {}, NOON + 2 * DAY)).toMatchObject({ tier: 'old', outcome: 'cleared' });
  });

  test('lets a narrower rule take the place of a wider one', () => {
    const policy = policyOf([
      { id: 'wide', cap: { limit: 0, window: '1d' } },
      { id: 'narrow', for: { channel: 'email' }, cap: { limit: 1, window: '1d' }, replaces: ['wide'] },
    ]);
    expect(ask(policy, []).outcome).toBe('cleared');
    expect(ask(policy, [], { channel: 'sms' }).rule).toBe('wide');
  });
});

describe("the oracle's clock", () => {
  test('knows days of 23 and 25 hours, and a date that a zone left out', () => {
    const lengthOf = (zone: string, date: string) => {
      const { start, end } = unitAround('day', zone, startOfDate(zone, dateNamed(date)) + HOUR);
      return (end - start) / HOUR;
    };
    expect(lengthOf('Europe/Berlin', '2026-03-29')).toBe(23);
    expect(lengthOf('Europe/Berlin', '2026-10-25')).toBe(25);
    expect(lengthOf('Australia/Lord_Howe', '2026-04-05')).toBe(24.5);
    const skipped = dateNamed('2011-12-30');
    expect(startOfDate('Pacific/Apia', skipped)).toBe(startOfDate('Pacific/Apia', skipped + 1));
    expect(dateAt('Pacific/Apia', startOfDate('Pacific/Apia', skipped))).toBe(skipped + 1);
  });

  test('takes an hour that clocks show twice for two', () => {
    const second = Date.parse('2026-10-25T01:30:00Z');
    expect(unitAround('hour', 'Europe/Berlin', second)).toEqual({
      start: second - HOUR / 2,
      end: second + HOUR / 2,
    });
  });
});
