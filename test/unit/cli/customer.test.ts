import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { RememberedCustomer } from '../../../src/cli/abilities.ts';
import { EXIT } from '../../../src/cli/exit-codes.ts';
import { TactError } from '../../../src/kernel/errors.ts';
import { DAY, HOUR } from '../../../src/kernel/time.ts';
import type { CustomerState } from '../../../src/model/customer-state.ts';
import { send, stateWith } from '../decide/build.ts';
import { cli, fakeTerminal } from './fakes.ts';

// The terminal's clock stands at Tue 10 Mar 2026, 12:00 UTC.
const now = Date.UTC(2026, 2, 10, 12);
const folder = mkdtempSync(join(tmpdir(), 'tact-customer-'));
const policy = join(folder, 'policy.yaml');
writeFileSync(
  policy,
  `apiVersion: tact/v1
name: acme
enforce: true
timezone: Europe/Berlin
channels: { email: {}, sms: {} }
classes:
  marketing: { default: true }
  security: { claimedBy: { senders: [login] }, exempt: [opt-out, caps, gap] }
rules:
  - { id: email-weekly, for: { channel: email }, cap: { limit: 2, window: 7d } }
  - { id: daily, cap: { limit: 4, window: { calendar: day } } }
  - { id: sms-rest, for: { channel: sms }, gap: 4h }
  - { id: closed, for: { channel: sms }, mode: shadow, cap: { limit: 0, window: 1d } }
  - { id: one-per-campaign, cap: { limit: 1, per: [campaign], window: 3d } }
ceiling: { limit: 20, window: 7d }
`,
);
afterAll(() => rmSync(folder, { recursive: true }));

const state = stateWith({
  firstSeenAt: now - 40 * DAY,
  lastEngagedAt: now - DAY,
  sends: [
    send(now - 6 * DAY, { messageId: 'a' }),
    send(now - HOUR, { messageId: 'b', campaignId: 'spring', sender: 'crm', answered: true }),
    send(now - HOUR, { messageId: 'c', channel: 'sms', returned: true }),
  ],
});

async function show(remembered: Partial<RememberedCustomer> = {}, ...args: string[]) {
  const environment = { TACT_CUSTOMER_KEY_INSECURE_DEVELOPMENT_KEY: 'true', TACT_POLICY_FILE: policy };
  const readCustomer = async () => ({ shard: 3, watermark: 1234, state, ...remembered });
  const result = await cli(
    ['customer', 'show', 'ann', ...args],
    { readCustomer },
    fakeTerminal({ environment }),
  );
  return { ...result, lines: result.out.trimEnd().split('\n') };
}

/** The lines from a title to the next empty one. */
function section(lines: readonly string[], title: string): string[] {
  const start = lines.indexOf(title);
  const end = lines.indexOf('', start);
  return start < 0 ? [] : lines.slice(start + 1, end < 0 ? undefined : end);
}

describe('tact customer show', () => {
  it('begins with how much of each limit is used, and when the next slot is free', async () => {
    const { code, lines } = await show();
    expect(code).toBe(EXIT.ok);
    expect(lines.slice(0, 12)).toEqual([
      'Customer ann',
      'Known since Thu 29 Jan, 13:00, last engaged Mon 9 Mar, 13:00.',
      '',
      'Counts',
      'channel  class      rule             window               count  limit  next slot',
      'all      marketing  daily            today                    1      4  now',
      'all      all        ceiling          in the last 7 days       2     20  now',
      'email    marketing  email-weekly     in the last 7 days       2      2  Wed 11 Mar, 13:00',
      'sms      marketing  sms-rest         in the last 4 hours      0      1  now',
      'sms      marketing  closed (shadow)  in the last day          0      0  never by itself',
      'Not shown, since they ask for more than channel and class: one-per-campaign. tact explain shows them for a message.',
      '',
    ]);
  });

  it('says what a message of each channel and class would be told now', async () => {
    const { lines } = await show();
    expect(section(lines, 'Right now')).toEqual([
      'channel  class      a message now would be',
      'email    marketing  Stopped by rule “email-weekly”: 2 of 2 in the last 7 days already used. Possible again on Wed 11 Mar, 13:00 (in 1 d).',
      'all      security   Cleared. With it, 3 of 20 in the last 7 days (rule “ceiling”).',
      'sms      marketing  Cleared. With it, 2 of 4 today (rule “daily”).',
    ]);
  });

  it('shows what went out, the latest first, with what came of it', async () => {
    const { lines } = await show();
    expect(section(lines, 'Sent, the latest first')).toEqual([
      'at                 message  channel  class      campaign  sender  since then',
      'Tue 10 Mar, 12:00  c        sms      marketing                    did not arrive',
      'Tue 10 Mar, 12:00  b        email    marketing  spring    crm     answered',
      'Wed 4 Mar, 13:00   a        email    marketing',
    ]);
    expect(lines).toContain('Times are those of Europe/Berlin, the policy’s zone.');
    expect(lines.at(-1)).toMatch(
      /^Redis, shard 3, up to changelog offset 1234; policy acme@[0-9a-f]{12} of this/,
    );
  });

  it('shows everything else that is remembered', async () => {
    const full: CustomerState = {
      ...state,
      timezone: 'Asia/Tokyo',
      tier: { id: 'engaged', since: now - DAY },
      busyUntil: now + HOUR,
      forgottenSends: 12,
      consents: [{ channel: 'email', status: 'granted', at: now - DAY, source: 'crm', terms: 'v2' }],
      optOuts: [
        { scope: { channel: ['sms'] }, at: now - DAY, cause: 'opt-out', takenBack: [{ scope: {}, at: now }] },
      ],
      preferences: { pauses: [{ scope: {}, until: now + DAY, at: now - DAY }] },
      waiting: [
        {
          source: 'in/1/9',
          messageId: 'm5',
          channel: 'sms',
          class: 'marketing',
          categories: [],
          topics: [],
          classRank: 1,
          rank: 0,
          since: now - HOUR,
          dueAt: now + HOUR,
          reason: 'quiet-hours',
          rule: 'nights',
        },
      ],
      stops: [
        {
          at: now - HOUR,
          channel: 'email',
          messageId: 'm4',
          reason: 'too-soon',
          rule: 'r',
          nextEligibleAt: now,
        },
      ],
      events: [{ type: 'purchased', at: now - DAY, categories: ['shoes'], products: ['4711'], labels: {} }],
      tallies: [{ rule: 'ever', bucket: '[]', weight: 7 }],
      attributes: { country: 'JP' },
    };
    const { lines } = await show({ state: full });
    expect(lines[1]).toBe(
      'Known since Thu 29 Jan, 21:00, tier engaged since Mon 9 Mar, 21:00, last engaged Mon 9 Mar, 21:00, not to be disturbed until Tue 10 Mar, 22:00.',
    );
    expect(section(lines, 'Consents')[1]).toBe('email    every    granted  Mon 9 Mar, 21:00  crm     v2');
    expect(section(lines, 'Opt-outs')[1]).toBe(
      'channel sms  opt-out  Mon 9 Mar, 21:00         everything Tue 10 Mar, 21:00',
    );
    expect(section(lines, 'Wishes')[1]).toBe(
      'Mon 9 Mar, 21:00  The customer asked for a pause of everything until Wed 11 Mar, 21:00.',
    );
    expect(section(lines, 'Waiting')[1]).toBe(
      'm5       sms      marketing            Tue 10 Mar, 20:00  Tue 10 Mar, 22:00  nights  quiet-hours',
    );
    expect(section(lines, 'Stopped, the latest first')[1]).toBe(
      'Tue 10 Mar, 20:00  m4       email              r     too-soon  Tue 10 Mar, 21:00',
    );
    expect(section(lines, 'Happened, the latest first')[1]).toBe(
      'Mon 9 Mar, 21:00  purchased                     shoes       4711',
    );
    expect(lines).toContain('Sent, and 12 more than 35 days ago, the latest first');
    expect(section(lines, 'Counted over what the log forgot')[1]).toBe('ever  []  7');
    expect(section(lines, 'Attributes')[1]).toBe('country  JP');
    expect(lines).toContain('Times are those of Asia/Tokyo, the customer’s zone.');
  });

  it('gives the same as one value', async () => {
    const { out } = await show({}, '--json');
    const shown = JSON.parse(out);
    expect(shown).toMatchObject({
      known: true,
      shard: 3,
      watermark: 1234,
      zone: 'Europe/Berlin',
      zoneOf: 'policy',
    });
    expect(shown.counts).toContainEqual({
      channels: ['email'],
      classes: ['marketing'],
      rule: 'email-weekly',
      kind: 'cap',
      verdict: 'blocks',
      reason: 'cap-reached',
      count: 2,
      limit: 2,
      window: '7d',
      windowStart: now - 7 * DAY + 1,
      nextEligibleAt: now + DAY,
      free: false,
    });
    expect(shown.now).toHaveLength(4);
    expect(shown.state.sends).toHaveLength(3);
  });

  it('shows what holds for anybody where nothing is remembered', async () => {
    const { code, lines } = await show({ state: undefined });
    expect(code).toBe(EXIT.ok);
    expect(lines[1]).toMatch(/^Nothing is remembered: /);
    expect(section(lines, 'Counts')[1]).toContain('0      4  now');
    expect((await show({ state: undefined, watermark: 0 })).lines[1]).toContain(
      'Redis holds nothing of shard 3',
    );
  });

  it('lets no control character of an id through', async () => {
    const odd = stateWith({ sends: [send(now - HOUR, { messageId: 'm\u001b[2J' })] });
    expect((await show({ state: odd })).out).not.toContain('\u001b');
  });

  it('ends with 6 where Redis does not answer', async () => {
    const environment = { TACT_CUSTOMER_KEY_INSECURE_DEVELOPMENT_KEY: 'true', TACT_POLICY_FILE: policy };
    const readCustomer = async () => {
      throw new TactError('redis-unreachable', 'redis did not answer at 127.0.0.1:1');
    };
    const { code, said } = await cli(
      ['customer', 'show', 'ann'],
      { readCustomer },
      fakeTerminal({ environment }),
    );
    expect(code).toBe(EXIT.unreachable);
    expect(said).toContain('127.0.0.1:1');
  });
});

describe('tact customer erase', () => {
  const environment = { TACT_CUSTOMER_KEY_INSECURE_DEVELOPMENT_KEY: 'true', TACT_POLICY_FILE: policy };
  const erased = { ...stateWith({}), optOuts: [{ scope: {}, at: now, cause: 'erasure' as const }] };

  /** `states`: what Redis remembers at each look, the last one for ever. */
  async function erase(states: readonly (CustomerState | undefined)[], ...args: string[]) {
    const sent: { topic: string; key: Buffer | null; value: Buffer | null }[] = [];
    let looks = 0;
    const result = await cli(
      ['customer', 'erase', 'ann', ...args],
      {
        readCustomer: async () => ({
          shard: 3,
          watermark: 9,
          state: states[Math.min(looks++, states.length - 1)],
        }),
        openSender: async () => ({
          send: async (records) => void sent.push(...records),
          close: async () => undefined,
        }),
      },
      fakeTerminal({ environment, now: () => now + looks * 200 }),
    );
    return { ...result, sent };
  }

  it('tells the shard, waits until it has obeyed, and says so', async () => {
    const { code, said, sent } = await erase([state, state, erased], '--yes');
    expect(code).toBe(EXIT.ok);
    expect(sent).toHaveLength(1);
    expect(sent[0]).toMatchObject({ topic: 'customer.interaction.recorded', key: Buffer.from('ann') });
    const at = now + 200;
    const value = { customerId: 'ann', interactionId: `erased-${at}`, type: 'erased', occurredAt: at };
    expect(JSON.parse(String(sent[0]?.value))).toEqual(value);
    expect(said).toContain('Erased ann: nothing is remembered but that nothing may be sent');
  });

  it('does nothing unless it is told that it may', async () => {
    const { code, said, sent } = await erase([state]);
    expect(code).toBe(EXIT.usage);
    expect(said).toContain('say --yes');
    expect(sent).toEqual([]);
  });

  it('is not done because it was done before', async () => {
    const { code, said } = await erase([erased], '--yes', '--wait', '1');
    expect(code).toBe(EXIT.differences);
    expect(said).toContain('Is tact run running?');
  });

  it('gives the same as one value', async () => {
    const { out } = await erase([undefined, erased], '--yes', '--json');
    expect(JSON.parse(out)).toEqual({ customer: 'ann', erased: true, at: now, shard: 3, watermark: 9 });
  });
});
