import { describe, expect, it } from 'vitest';
import type { OutputScan, RememberedCustomer, ScannedRecords } from '../../../src/cli/abilities.ts';
import { EXIT } from '../../../src/cli/exit-codes.ts';
import { decide } from '../../../src/decide/decide.ts';
import { TactError } from '../../../src/kernel/errors.ts';
import { DAY, HOUR, MINUTE } from '../../../src/kernel/time.ts';
import type { CustomerState } from '../../../src/model/customer-state.ts';
import type { LogRecord } from '../../../src/model/record.ts';
import { decisionRecord, type OutputFormat } from '../../../src/records/output-records.ts';
import { message, policyWith, send, stateWith } from '../decide/build.ts';
import { cli, fakeTerminal } from './fakes.ts';

// The terminal's clock stands at Tue 10 Mar 2026, 12:00 UTC, which is 13:00 in Berlin.
const now = Date.UTC(2026, 2, 10, 12);
const stoppedAt = now - 3 * HOUR;
const policy = policyWith(`
  - { id: weekly, cap: { limit: 2, window: 7d } }
  - { id: rest, gap: 4h }
  - { id: all, mode: shadow, cap: { limit: 1, window: 30d } }
  - { id: roomy, cap: { limit: 9, window: 7d } }`);
const asked = message({
  messageId: 'm2',
  customerId: 'ann',
  campaignId: 'spring',
  sender: 'crm',
  createdAt: stoppedAt,
});
const before = stateWith({
  firstSeenAt: now - 40 * DAY,
  timezone: 'Europe/Berlin',
  sends: [
    send(now - 5 * DAY, { messageId: 'a', answered: true }),
    send(stoppedAt - HOUR, { messageId: 'b', returned: false }),
  ],
});
const { decision, state } = decide(policy, before, asked, stoppedAt);

function recordOf(about: typeof decision, customerId = 'ann', format: OutputFormat = 'json'): LogRecord {
  const source = { topic: 'in', partition: 1, offset: 5 };
  const record = { ...source, timestamp: about.decidedAt, key: Buffer.from('k'), value: null, headers: [] };
  const output = decisionRecord({
    record,
    source,
    decision: about,
    decisionId: 'd1',
    policy: { name: 'acme', digest: '0123456789ab' },
    message: { ...asked, customerId },
    format,
  });
  return { ...output, topic: 'out', partition: 3, offset: 7 };
}

interface World {
  readonly state?: CustomerState | undefined;
  readonly records?: readonly LogRecord[];
  readonly all?: boolean;
  readonly watermark?: number;
  readonly failing?: TactError;
}

async function explain(args: readonly string[], world: World = {}) {
  const scans: OutputScan[] = [];
  async function* scanOutputs(_config: unknown, scan: OutputScan): AsyncGenerator<ScannedRecords> {
    scans.push(scan);
    if (world.failing) throw world.failing;
    yield { topic: scan.topic, partition: 3, records: [], left: 9 };
    for (const record of world.records ?? [])
      yield { topic: scan.topic, partition: 3, records: [record], left: 0 };
  }
  const remembered: RememberedCustomer = {
    shard: 3,
    watermark: world.watermark ?? 1234,
    state: 'state' in world ? world.state : state,
  };
  const terminal = fakeTerminal({
    environment: {
      TACT_CUSTOMER_KEY_INSECURE_DEVELOPMENT_KEY: 'true',
      TACT_POLICY_FILE: 'deploy/policies/retail-eu.yaml',
      ...(world.all && { TACT_OUTPUTS_DECIDED_MODE: 'all' }),
    },
  });
  const result = await cli(
    ['explain', ...args],
    { readCustomer: async () => remembered, scanOutputs },
    terminal,
  );
  return { ...result, scans, lines: result.out.trimEnd().split('\n') };
}

describe('tact explain --message', () => {
  it('says why it was stopped, what decided, what the others said and what to do', async () => {
    const { code, lines } = await explain(['ann', '--message', 'm2'], { records: [recordOf(decision)] });
    expect(code).toBe(EXIT.ok);
    expect(lines).toEqual([
      'Tue 10 Mar, 10:00  email “spring” (m2): Stopped by rule “weekly”: 2 of 2 in the last 7 days already used. Possible again on Thu 12 Mar, 13:00 (in 2 d).',
      'What to do: Offer it again at the next eligible time.',
      '',
      'What decided',
      '  rule: weekly (cap)',
      '  counted: 2 of 2 in the last 7 days',
      '  window: 7d from Tue 3 Mar, 10:00',
      '  allows again: Thu 12 Mar, 13:00',
      '',
      'What the others said',
      'rule   kind  said           because',
      'rest   gap   no             the last message went out less than 4 hours ago; again at 13:00',
      'all    cap   no, in shadow  already 2 in the last 30 days, where 1 may be; again on Thu 9 Apr, 10:00',
      'roomy  cap   yes            2 of 9 in the last 7 days',
      '',
      'class     marketing',
      'sender    crm',
      'policy    acme@0123456789ab',
      'source    in/1/5',
      'decision  d1',
      '',
      'Times are those of Europe/Berlin, the customer’s zone.',
      'Looked at: what Redis remembers (shard 3, up to changelog offset 1234), and 1 record of marketing.outbound.suppressed/3 from Tue 10 Mar, 10:00 on.',
    ]);
  });

  it('reads the topic from the stop on, and no further than the decision', async () => {
    const later = { ...decision, decidedAt: stoppedAt + MINUTE };
    const world = { records: [recordOf(decision), recordOf(later), recordOf(later)] };
    const { scans, out } = await explain(['ann', '--message', 'm2', '--json'], world);
    expect(scans).toMatchObject([{ topic: 'marketing.outbound.suppressed', shard: 3, since: stoppedAt }]);
    expect(JSON.parse(out)).toMatchObject({
      known: true,
      at: stoppedAt,
      next: 'Offer it again at the next eligible time.',
      decision: { rule: 'weekly', decisionId: 'd1' },
      earlier: [],
      lookedAt: { shard: 3, watermark: 1234, partition: 3, records: 1, since: stoppedAt },
      zone: 'Europe/Berlin',
      zoneOf: 'customer',
    });
  });

  it.each(['json', 'single-object'] as const)(
    'finds a decision written as %s among those of others',
    async (format) => {
      const records = [
        recordOf(decision, 'bob'),
        recordOf(decision, 'ann-marie'),
        recordOf(decision, 'ann', format),
      ];
      const { out } = await explain(['ann', '--message', 'm2', '--json'], { records });
      expect(JSON.parse(out)).toMatchObject({
        decision: { message: { customerId: 'ann' } },
        lookedAt: { records: 3 },
      });
    },
  );

  it('finds the id of a customer that JSON writes otherwise', async () => {
    const { out } = await explain(['a"\\nn', '--message', 'm2', '--json'], {
      records: [recordOf(decision, 'a"\\nn')],
    });
    expect(JSON.parse(out).decision.message.customerId).toBe('a"\\nn');
  });

  it('tells a send from what is remembered, and asks the topic only where it holds all decisions', async () => {
    const remembered = await explain(['ann', '--message', 'a']);
    expect(remembered.scans).toEqual([]);
    expect(remembered.lines[0]).toBe('Thu 5 Mar, 13:00  email (a): Cleared. The customer answered it.');
    expect(remembered.lines).toContain(
      'What to do: Nothing here; whether it arrived, the sending platform knows.',
    );
    const { scans } = await explain(['ann', '--message', 'a'], { all: true });
    expect(scans).toMatchObject([{ topic: 'marketing.outbound.decided', since: now - 5 * DAY }]);
  });

  it('says since when a message waits, for what, and when it is decided again', async () => {
    const waiting = {
      source: 'in/1/9',
      messageId: 'm5',
      channel: 'sms',
      class: 'marketing',
      categories: [],
      topics: [],
      classRank: 1,
      rank: 0,
      since: now - 2 * HOUR,
      dueAt: now + HOUR,
      reason: 'quiet-hours',
      rule: 'nights',
    } as const;
    const told = await explain(['ann', '--message', 'm5'], { state: { ...state, waiting: [waiting] } });
    expect(told.lines[0]).toBe(
      'Tue 10 Mar, 11:00  sms (m5): Deferred by rule “nights”: it is a quiet time where the customer is. It has waited since Tue 10 Mar, 11:00 and is decided again at 14:00 (in 1 h). Until then an opt-out, its expiry, or its sender taking it back would stop it.',
    );
    expect(told.lines[1]).toBe('What to do: Nothing; it is decided again by itself.');
    const due = await explain(['ann', '--message', 'm5'], {
      state: { ...state, waiting: [{ ...waiting, dueAt: now - 1 }] },
    });
    expect(due.lines[0]).toContain('and is due: it is decided again as soon as its shard gets to it.');
  });

  it('says who sent what nobody asked about, and names a channel that the policy does not know', async () => {
    const reported = send(now - DAY, { messageId: 'old', sender: 'old-crm', reported: true });
    const told = await explain(['ann', '--message', 'old'], { state: { ...state, sends: [reported] } });
    expect(told.lines[0]).toBe(
      'Mon 9 Mar, 13:00  email (old): Sent by old-crm without asking Tact; it counts all the same.',
    );
    const fax = decide(policy, before, { ...asked, channel: 'fax' }, stoppedAt);
    const record = recordOf({ ...fax.decision });
    const named = await explain(['ann', '--message', 'm2'], {
      state: fax.state,
      records: [{ ...record, value: Buffer.from(String(record.value).replace('"email"', '"fax"')) }],
    });
    expect(named.lines[0]).toContain('fax “spring” (m2): Stopped');
  });

  it('looks at the last seven days, or as far back as it is told, for a message that is not remembered', async () => {
    const old = { ...decision, decidedAt: now - 6 * DAY };
    const week = await explain(['ann', '--message', 'old'], { records: [recordOf(decision)] });
    expect(week.scans).toMatchObject([{ since: now - 7 * DAY }]);
    expect(week.code).toBe(EXIT.ok);
    expect(week.lines[0]).toBe('Nothing is known of message old to customer ann.');
    expect(week.lines.at(-1)).toContain(
      'and 1 record of marketing.outbound.suppressed/3 from Tue 3 Mar, 13:00 on.',
    );
    const month = await explain(['ann', '--message', 'm2', '--since', '30d'], {
      state: undefined,
      records: [recordOf(old)],
    });
    expect(month.scans).toMatchObject([{ since: now - 30 * DAY }]);
    expect(month.lines[0]).toMatch(/^Wed 4 Mar, 13:00 {2}email “spring” \(m2\): Stopped by rule “weekly”/);
    expect(month.lines.at(-1)).toContain('1 record of marketing.outbound.suppressed/3 of the last 30d.');
  });

  it('lists what happened to the same message before', async () => {
    const { lines } = await explain(['ann', '--message', 'm2', '--since', '7d'], {
      records: [recordOf({ ...decision, decidedAt: stoppedAt - HOUR }), recordOf(decision)],
    });
    const before = lines.indexOf('Before that');
    expect(lines[before + 1]).toMatch(
      /^Tue 10 Mar, 09:00 {2}email “spring” \(m2\): Stopped by rule “weekly”/,
    );
  });

  it('answers from Redis where Kafka does not, says so, and ends with 6', async () => {
    const failing = new TactError('kafka-unreachable', 'no broker of 127.0.0.1:1 answered');
    const { code, lines } = await explain(['ann', '--message', 'm2'], { failing });
    expect(code).toBe(EXIT.unreachable);
    expect(lines[0]).toBe(
      'Tue 10 Mar, 10:00  email “spring” (m2): Stopped by rule “weekly”: the customer already had as many messages as this limit allows. Possible again on Thu 12 Mar, 13:00 (in 2 d).',
    );
    expect(lines.at(-1)).toBe('The topic of decisions could not be read: no broker of 127.0.0.1:1 answered');
  });
});

describe('tact explain', () => {
  const story: Partial<CustomerState> = {
    optOuts: [
      {
        scope: { channel: ['sms'] },
        at: now - 9 * DAY,
        cause: 'opt-out',
        takenBack: [{ scope: {}, at: now - 8 * DAY }],
      },
      { scope: {}, at: now - 20 * DAY, until: now + DAY, cause: 'complaint' },
    ],
    consents: [
      {
        channel: 'email',
        purpose: 'news',
        status: 'granted',
        at: now - 30 * DAY,
        source: 'crm',
        terms: 'v2',
      },
      { status: 'pending', at: now - 31 * DAY, source: 'shop' },
    ],
    events: [
      {
        type: 'purchased',
        at: now - 2 * DAY,
        channel: 'email',
        campaignId: 'spring',
        categories: ['shoes'],
        products: ['4711'],
        labels: {},
      },
    ],
    preferences: {
      limits: { value: [{ scope: { channel: ['push'] }, limit: 2, window: 7 * DAY }], at: now - 3 * DAY },
      declinedTopics: { value: ['sale'], at: now - 4 * DAY },
      wantedTopics: { value: [], at: now - 4 * DAY },
      days: { value: [1, 5], at: now - 6 * DAY },
      hours: { value: [{ from: 540, to: 720 }], at: now - 7 * DAY },
      pauses: [{ scope: {}, until: now + DAY, at: now - DAY }],
    },
  };

  it('tells the customer’s story as sentences, the latest first', async () => {
    const { lines } = await explain(['ann'], {
      state: { ...state, ...story },
      records: [recordOf(decision)],
    });
    expect(lines).toEqual([
      'Customer ann, the latest first',
      'Tue 10 Mar, 10:00  email “spring” (m2): Stopped by rule “weekly”: 2 of 2 in the last 7 days already used. Possible again on Thu 12 Mar, 13:00 (in 2 d).',
      'Tue 10 Mar, 09:00  email (b): Cleared.',
      'Mon 9 Mar, 13:00  The customer asked for a pause of everything until Wed 11 Mar, 13:00.',
      'Sun 8 Mar, 13:00  “purchased” happened (email, campaign spring, shoes, 4711).',
      'Sat 7 Mar, 13:00  The customer asked for at most 2 in 7 days of channel push.',
      'Fri 6 Mar, 13:00  The customer asked for nothing about sale.',
      'Thu 5 Mar, 13:00  email (a): Cleared. The customer answered it.',
      'Wed 4 Mar, 13:00  The customer asked for messages on Monday, Friday only.',
      'Tue 3 Mar, 13:00  The customer asked for messages at 09:00–12:00 only.',
      'Mon 2 Mar, 13:00  The customer opted in again to everything.',
      'Sun 1 Mar, 13:00  The customer opted out; this covers channel sms.',
      'Wed 18 Feb, 13:00  The customer complained; this covers everything until Wed 11 Mar, 13:00.',
      'Sun 8 Feb, 13:00  Consent for email, purpose news was given (source crm, terms v2).',
      'Sat 7 Feb, 13:00  Consent for every channel was asked for (source shop).',
      'Known since Thu 29 Jan, 13:00.',
      '',
      'Times are those of Europe/Berlin, the customer’s zone.',
      'Looked at: what Redis remembers (shard 3, up to changelog offset 1234), and 1 record of marketing.outbound.suppressed/3 from Tue 10 Mar, 10:00 on.',
    ]);
  });

  it('shows so many entries, and says how to see the rest', async () => {
    const { lines } = await explain(['ann', '-n', '1'], { records: [recordOf(decision)] });
    expect(lines.slice(0, 4)).toEqual([
      'Customer ann, the latest first',
      expect.stringContaining('(m2): Stopped'),
      '… and 2 more; -n 3 shows all.',
      'Known since Thu 29 Jan, 13:00.',
    ]);
  });

  it('tells decisions that are no longer remembered, where it is told to look for them', async () => {
    const old = { ...decision, decidedAt: now - 20 * DAY };
    const { lines } = await explain(['ann', '--since', '30d'], {
      records: [recordOf(old), recordOf(decision)],
    });
    expect(lines[4]).toMatch(/^Wed 18 Feb, 13:00 {2}email “spring” \(m2\): Stopped/);
  });

  it('gives the same as one value', async () => {
    const { out } = await explain(['ann', '--json'], {
      state: { ...state, ...story },
      records: [recordOf(decision)],
    });
    const { story: entries, known } = JSON.parse(out);
    expect(known).toBe(true);
    expect(entries).toHaveLength(14);
    expect(entries[0]).toMatchObject({ what: 'stopped', messageId: 'm2', decision: { rule: 'weekly' } });
  });

  it('says of an unknown customer what that means, and ends with 0', async () => {
    const { code, lines, scans } = await explain(['eve'], { state: undefined });
    expect(code).toBe(EXIT.ok);
    expect(scans).toMatchObject([{ since: now - 7 * DAY }]);
    expect(lines[0]).toBe('Nothing is remembered of customer eve.');
    expect(lines[1]).toContain('Ids are compared letter by letter');
    expect(lines).toContain(
      'Times are those of Europe/Berlin, the policy’s zone, the customer’s being unknown.',
    );
    const empty = await explain(['eve'], { state: undefined, watermark: 0 });
    expect(empty.lines[1]).toContain('Redis holds nothing of shard 3 at all');
  });

  it('refuses a duration that is none', async () => {
    const { code, said } = await explain(['ann', '--since', 'yesterday']);
    expect(code).toBe(EXIT.usage);
    expect(said).toContain('Must be a duration such as 30d');
  });
});
