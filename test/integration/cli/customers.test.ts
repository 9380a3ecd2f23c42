import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../../../src/cli/cli.ts';
import { EXIT } from '../../../src/cli/exit-codes.ts';
import { abilities } from '../../../src/compose.ts';
import { DAY } from '../../../src/kernel/time.ts';
import { kafkaAddress, redisAddress } from '../../support/addresses.ts';
import { until } from '../../support/govern-world.ts';
import { type FakeTerminal, fakeTerminal } from '../../unit/cli/fakes.ts';

// What a marketer and an operator ask about one customer, from an import to the answer, on a real Kafka and Redis.
const name = `customers-${process.pid}-${Date.now()}`;
const folder = mkdtempSync(join(tmpdir(), 'tact-customers-'));
const config = join(folder, 'tact.yaml');

const policyText = `apiVersion: tact/v1
name: ask
enforce: true
timezone: Europe/Berlin
channels: { email: {}, push: {} }
classes: { marketing: { default: true } }
rules:
  - { id: consent, consent: { require: opt-in } }
  - { id: weekly, for: { channel: email }, cap: { limit: 3, window: 7d } }
  - { id: rest, for: { channel: push }, gap: 4h, onBlock: defer }
`;
const configText = (kafka = kafkaAddress()) => `
applicationId: ${name}
kafka: { brokers: ["${kafka}"], connectionTimeoutMs: 2000 }
redis: { url: "${redisAddress()}", keyPrefix: "${name}" }
shards: 2
policy: { file: ${join(folder, 'policy.yaml')} }
customerKey: { insecureDevelopmentKey: true }
http: { port: 0 }
inputs:
  - { topic: ${name}.outbound, kind: outbound }
  - { topic: ${name}.interactions, kind: interaction }
  - { topic: ${name}.history, kind: interaction, governed: false }
outputs:
  cleared: { topic: ${name}.cleared }
  suppressed: { topic: ${name}.suppressed }
  deadLetter: { topic: ${name}.dead-letter }
topics:
  changelog: ${name}.state
  reroutedInteractions: ${name}.rerouted-interactions
  reroutedOutbound: ${name}.rerouted-outbound
  control: ${name}.control
`;

async function tact(args: readonly string[], terminal: FakeTerminal = fakeTerminal({ now: Date.now })) {
  const code = await runCli([...args, '--config', config], terminal, async () => abilities);
  return {
    code,
    out: terminal.out,
    said: terminal.said.join('\n'),
    lines: terminal.out.trimEnd().split('\n'),
  };
}

const json = async (...args: string[]) => JSON.parse((await tact([...args, '--json'])).out);

/** Waits until everything that is on the inputs has been decided or folded. */
async function settled(): Promise<void> {
  await until('everything read', async () => {
    const { shards } = await json('status');
    return shards.every(
      (shard: { lagRecords: number; state: string }) => shard.lagRecords === 0 && shard.state === 'running',
    );
  });
}

function fileOf(file: string, text: string): string {
  writeFileSync(join(folder, file), text);
  return join(folder, file);
}

const ago = (days: number) => new Date(Date.now() - days * DAY).toISOString();
const ask = (messageId: string, customerId = 'ann') =>
  JSON.stringify({ type: 'message', customerId, channel: 'email', messageId, campaignId: 'spring' });

describe('what is asked about a customer', () => {
  const running = fakeTerminal({ now: Date.now });
  let governing: Promise<unknown>;
  const sends = fileOf(
    'sends.csv',
    `customer_id,sent_at,channel\nann,${ago(2)},email\nann,${ago(1)},email\nann,${ago(40)},email\n`,
  );
  const consents = fileOf(
    'consents.csv',
    `customer_id,status,updated_at,channel\nann,yes,${ago(30)},email\nbob,yes,${ago(30)},email\n`,
  );

  beforeAll(async () => {
    writeFileSync(join(folder, 'policy.yaml'), policyText);
    writeFileSync(config, configText());
    expect((await tact(['topics', 'create'])).code).toBe(EXIT.ok);
    governing = tact(['run'], running);
    await until('governing', () => running.said.some((line) => line.startsWith('Governing')));
  }, 90_000);
  afterAll(async () => {
    running.stop();
    await governing;
    rmSync(folder, { recursive: true });
  });

  it('is nothing of somebody unknown, and that is no error', async () => {
    await settled();
    const { code, lines } = await tact(['explain', 'eve']);
    expect(code).toBe(EXIT.ok);
    expect(lines[0]).toBe('Nothing is remembered of customer eve.');
    expect(lines.at(-1)).toContain(`0 records of ${name}.suppressed/`);
    expect(await json('customer', 'show', 'eve')).toMatchObject({ known: false, counts: expect.any(Array) });
  });

  it('is what was imported, once however often it was', async () => {
    const first = await json('import', sends, '--kind', 'sends');
    expect(first).toMatchObject({ imported: 2, tooOld: 1, rejected: 0, topic: `${name}.history` });
    expect(await json('import', consents, '--kind', 'consents')).toMatchObject({ imported: 2 });
    await settled();
    const before = await json('customer', 'show', 'ann');
    expect(before.state.sends).toHaveLength(2);
    const weekly = { rule: 'weekly', count: 2, limit: 3, free: true };
    expect(before.counts).toContainEqual(expect.objectContaining(weekly));
    await json('import', sends, '--kind', 'sends');
    await json('import', consents, '--kind', 'consents');
    await settled();
    const { watermark: _, counts: __, now: ___, ...after } = await json('customer', 'show', 'ann');
    expect(before).toMatchObject(after);
  });

  it('is why a message did not go out, with the whole decision from the topic', async () => {
    const events = fileOf('ask.ndjson', [ask('m1'), ask('m2'), ask('m1', 'bob')].join('\n'));
    await tact(['produce', events]);
    await settled();
    const { code, lines } = await tact(['explain', 'ann', '--message', 'm2']);
    expect(code).toBe(EXIT.ok);
    expect(lines[0]).toMatch(
      /email “spring” \(m2\): Stopped by rule “weekly”: 3 of 3 in the last 7 days already used\. Possible again on /,
    );
    expect(lines).toContain('What decided');
    expect(lines.find((line) => line.startsWith('consent'))).toMatch(/consent {2}consent {2}yes/);
    const detail = await json('explain', 'ann', '--message', 'm2');
    expect(detail).toMatchObject({ decision: { policy: expect.stringMatching(/^ask@/), rule: 'weekly' } });
    expect(detail.lookedAt.since).toBe(detail.decision.decidedAt);
    expect(detail.lookedAt.records).toBe(1);
    expect(await json('explain', 'ann', '--message', 'm1')).toMatchObject({
      remembered: { kind: 'cleared' },
    });
  });

  it('is the story, and everything that is remembered', async () => {
    const { lines } = await tact(['explain', 'ann']);
    expect(lines[1]).toContain('email “spring” (m2): Stopped by rule “weekly”');
    expect(lines[2]).toContain('email “spring” (m1): Cleared.');
    expect(lines.join('\n')).toContain('Consent for email was given');
    const shown = (await tact(['customer', 'show', 'ann'])).lines;
    expect(shown).toContain('Consents');
    expect(shown.find((line) => line.startsWith('email') && line.includes('weekly'))).toMatch(/ 3 +3 {2}/);
  });

  it('is everything that is known, handed over with the content of what waits', async () => {
    const push = (messageId: string) =>
      JSON.stringify({ ...JSON.parse(ask(messageId, 'lea')), channel: 'push' });
    const consents = ['push', 'email'].map((channel) =>
      JSON.stringify({ type: 'consent-granted', customerId: 'lea', channel }),
    );
    const asked = [push('p1'), push('p2'), ...['e1', 'e2', 'e3', 'e4'].map((each) => ask(each, 'lea'))];
    await tact(['produce', fileOf('lea.ndjson', [...consents, ...asked].join('\n'))]);
    await settled();
    const exported = await json('customer', 'export', 'lea');
    expect(exported).toMatchObject({
      ...{ format: 'tact-customer-export', version: 1, customerId: 'lea', known: true },
      consents: [{ channel: 'push' }, { channel: 'email' }],
      sends: ['p1', 'e1', 'e2', 'e3'].map((messageId) => ({ messageId })),
      waiting: [{ messageId: 'p2', rule: 'rest', record: { headers: [] } }],
      decisions: [{ message: { messageId: 'e4' }, rule: 'weekly', reason: 'cap-reached' }],
      lookedAt: { topics: [{ topic: `${name}.suppressed` }] },
    });
    const [{ record }] = exported.waiting;
    expect(JSON.parse(Buffer.from(record.valueBase64, 'base64').toString())).toMatchObject({
      messageId: 'p2',
    });
    const file = join(folder, 'lea.txt');
    expect((await tact(['customer', 'export', 'lea', '--out', file])).code).toBe(EXIT.ok);
    expect(readFileSync(file, 'utf8')).toContain('e4): Stopped by rule “weekly”: 3 of 3 in the last 7 days');
  });

  it('is nothing any more of somebody who was erased, after a rebuild from the log neither', async () => {
    const consent = JSON.stringify({ type: 'consent-granted', customerId: 'kim', channel: 'email' });
    await tact(['produce', fileOf('kim.ndjson', [consent, ask('b1', 'kim'), ask('b2', 'kim')].join('\n'))]);
    await settled();
    const { state: before } = await json('customer', 'show', 'kim');
    expect(before.sends).toHaveLength(2);
    expect(before.consents).not.toEqual([]);
    expect(await json('customer', 'erase', 'kim', '--yes')).toMatchObject({ customer: 'kim', erased: true });
    const gone = { sends: [], consents: [], stops: [], waiting: [], optOuts: [{ cause: 'erasure' }] };
    expect((await json('customer', 'show', 'kim')).state).toMatchObject(gone);
    expect((await tact(['shard', 'rebuild'])).code).toBe(EXIT.ok);
    expect((await json('customer', 'show', 'kim')).state).toMatchObject(gone);
    // Imported again, with the consent of then: who was erased stays so.
    const old = JSON.stringify({
      type: 'consent-granted',
      customerId: 'kim',
      channel: 'email',
      occurredAt: ago(30),
    });
    await tact(['produce', fileOf('again.ndjson', [old, ask('b3', 'kim')].join('\n'))]);
    await settled();
    const { lines } = await tact(['explain', 'kim', '--message', 'b3']);
    expect(lines[0]).toContain('the customer asked to be forgotten');
    expect((await json('customer', 'show', 'kim')).state).toMatchObject({ stops: [], sends: [] });
  });

  it('is refused under another customer key, under which everybody would look unknown', async () => {
    const other = 'customerKey: { secret: another-key-that-is-thirty-two-bytes-long }';
    writeFileSync(config, configText().replace(/^customerKey: .*$/m, other));
    const { code, said } = await tact(['customer', 'show', 'ann']);
    writeFileSync(config, configText());
    expect(code).toBe(EXIT.invalid);
    expect(said).toContain('another customer key');
  });

  it('is answered from Redis where Kafka is away', async () => {
    writeFileSync(config, configText('127.0.0.1:1'));
    const { code, lines } = await tact(['explain', 'ann', '--message', 'm2']);
    writeFileSync(config, configText());
    expect(code).toBe(EXIT.unreachable);
    expect(lines[0]).toContain('Stopped by rule “weekly”');
    expect(lines.at(-1)).toContain('127.0.0.1:1');
  });
});
