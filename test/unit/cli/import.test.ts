import { mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { SentRecord } from '../../../src/cli/abilities.ts';
import { EXIT } from '../../../src/cli/exit-codes.ts';
import { TactError } from '../../../src/kernel/errors.ts';
import { DAY, HOUR } from '../../../src/kernel/time.ts';
import { cli, fakeTerminal } from './fakes.ts';

// The terminal's clock stands at Tue 10 Mar 2026, 12:00 UTC.
const now = Date.UTC(2026, 2, 10, 12);
const folder = mkdtempSync(join(tmpdir(), 'tact-import-'));
afterAll(() => rmSync(folder, { recursive: true }));
let files = 0;

function fileOf(text: string | Buffer, ending = 'csv'): string {
  files += 1;
  const file = join(folder, `${files}.${ending}`);
  writeFileSync(file, text);
  return file;
}

const INPUTS = `
inputs:
  - { topic: asks, kind: outbound }
  - { topic: facts, kind: interaction }
  - { topic: history, kind: interaction, governed: false, source: old-crm }
`;

interface Run {
  readonly inputs?: string;
  readonly input?: string;
  readonly failing?: TactError;
}

async function run(args: readonly string[], { inputs = INPUTS, input, failing }: Run = {}) {
  const sent: SentRecord[] = [];
  const config = fileOf(
    `policy: { file: ${join(process.cwd(), 'deploy/policies/retail-eu.yaml')} }\n${inputs}`,
    'yaml',
  );
  const openSender = async () => ({
    send: async (records: readonly SentRecord[]) => {
      if (failing) throw failing;
      sent.push(...records);
    },
    close: async () => undefined,
  });
  const terminal = fakeTerminal(input === undefined ? {} : { input });
  const result = await cli(['import', ...args, '-c', config], { openSender }, terminal);
  const values = sent.map(({ value }) => JSON.parse(value?.toString() ?? ''));
  return { ...result, sent, values };
}

const importFile = (text: string | Buffer, kind: string, ...args: string[]) =>
  run([fileOf(text), '--kind', kind, ...args]);

describe('tact import --kind sends', () => {
  const sends = `Customer ID,Sent At,Channel,Campaign,Categories,Opened
ann,2026-03-01T09:00:00Z,email,spring,shoes/running;sale,yes
bob,2026-03-02 10:00:00+01:00,sms,,,no
`;

  it('makes a send at its own time of each row, on the input that is not governed', async () => {
    const { code, sent, values, said } = await importFile(sends, 'sends');
    expect(code).toBe(EXIT.ok);
    expect(sent.map(({ topic, key, timestamp }) => [topic, key?.toString(), timestamp])).toEqual([
      ['history', 'ann', now],
      ['history', 'bob', now],
    ]);
    expect(values).toEqual([
      {
        interactionId: expect.stringMatching(/^import-/),
        messageId: values[0].interactionId,
        type: 'sent',
        customerId: 'ann',
        occurredAt: Date.UTC(2026, 2, 1, 9),
        channel: 'email',
        campaignId: 'spring',
        categories: ['shoes/running', 'sale'],
      },
      expect.objectContaining({ customerId: 'bob', occurredAt: Date.UTC(2026, 2, 2, 9), channel: 'sms' }),
    ]);
    expect(values[1]).not.toHaveProperty('campaignId');
    expect(said).toContain('2 of 2 rows went onto history: 2 sent.');
  });

  it('says what it read, and what it did not', async () => {
    const { said } = await importFile(sends, 'sends');
    expect(said).toContain('A csv file, onto history. What is read:');
    expect(said).toMatch(/customerId +column Customer ID\n/);
    expect(said).toMatch(/source +old-crm, the input’s own; --source names another/);
    expect(said).toContain('Not read: Opened');
  });

  it('gives the same row the same ids, and another row others', async () => {
    const [once, twice] = [await importFile(sends, 'sends'), await importFile(sends, 'sends')];
    expect(once.values).toEqual(twice.values);
    const other = await importFile(sends.replace('09:00:00Z', '09:00:01Z'), 'sends');
    expect(other.values[0].messageId).not.toBe(once.values[0].messageId);
    expect(other.values[1]).toEqual(once.values[1]);
  });

  it('keeps the ids that the file has, and takes names and constants that it is told', async () => {
    const { values } = await importFile(
      'id,who,when\n17,ann,1772355600\n',
      'sends',
      ...[
        '--map',
        'customerId=who',
        'occurredAt=when',
        '--constant',
        'channel=push',
        'labels.brand=x',
        '--source',
        'crm',
      ],
    );
    expect(values).toEqual([
      expect.objectContaining({
        messageId: '17',
        customerId: 'ann',
        occurredAt: 1_772_355_600_000,
        channel: 'push',
        labels: { brand: 'x' },
        source: 'crm',
      }),
    ]);
  });

  it('leaves out sends that no limit looks back to, and counts them', async () => {
    const { sent, said, code } = await importFile(
      `email,sent_at,channel\na@b.c,${now - 35 * DAY},email\na@b.c,${now - 35 * DAY + 1},email\n`,
      'sends',
    );
    expect(sent).toHaveLength(1);
    expect(said).toContain('1 send skipped: older than 35 days');
    expect(code).toBe(EXIT.ok);
  });

  it('needs an input that is not governed, and says which line is missing', async () => {
    const inputs = 'inputs: [{ topic: asks, kind: outbound }, { topic: facts, kind: interaction }]';
    const { code, said, sent } = await run([fileOf(sends), '--kind', 'sends'], { inputs });
    expect(code).toBe(EXIT.invalid);
    expect(said).toContain('facts is governed, so past sends would take no slot there');
    expect(said).toContain(
      '- { topic: customer.history.imported, kind: interaction, format: json, governed: false }',
    );
    expect(sent).toEqual([]);
    const named = await run([fileOf(sends), '--kind', 'sends', '--topic', 'facts']);
    expect([named.code, named.said]).toEqual([EXIT.invalid, expect.stringContaining('facts is governed')]);
    const nowhere = await run([fileOf(sends), '--kind', 'sends', '--topic', 'nowhere']);
    expect(nowhere.said).toContain('- { topic: nowhere, kind: interaction, format: json, governed: false }');
  });

  it.each([
    ['map: { customerId: id, type: t }', 'has a map of its own'],
    ['format: confluent-avro', 'takes confluent-avro, and imported records are JSON'],
  ])('cannot use an input with %s', async (more, why) => {
    const inputs = `inputs: [{ topic: history, kind: interaction, governed: false, ${more} }]\nregistry: { url: "http://127.0.0.1:1" }`;
    const { code, said } = await run([fileOf(sends), '--kind', 'sends'], { inputs });
    expect(code).toBe(EXIT.invalid);
    expect(said).toContain(why);
    expect(said).toContain('give imports an input of their own');
  });

  it('warns of channels that the policy does not know', async () => {
    const { said } = await importFile(sends.replace('sms', 'fax'), 'sends');
    expect(said).toContain('! 1 row on the channel fax, which the policy does not know');
    expect(said).not.toContain('the channel email');
  });

  it('reads times without a zone as it is told, and says so', async () => {
    const local = 'customer,sent_at,channel\nann,2026-03-01 09:00,email\nann,01.03.2026 10:00:30,email\n';
    const { values, said } = await importFile(local, 'sends', '--timezone', 'Europe/Berlin');
    expect(values.map(({ occurredAt }) => occurredAt)).toEqual([
      Date.UTC(2026, 2, 1, 8),
      Date.UTC(2026, 2, 1, 9, 0, 30),
    ]);
    expect(said).toContain('2 rows with times that name no zone, read as Europe/Berlin');
    expect((await importFile(local, 'sends')).values[0].occurredAt).toBe(Date.UTC(2026, 2, 1, 9));
    expect((await importFile(local, 'sends', '--timezone', 'Mars')).code).toBe(EXIT.usage);
  });
});

describe('tact import --kind consents', () => {
  it('understands the words that people use', async () => {
    const { values, sent } = await importFile(
      `user_id;status;updated_at;channel;purpose;terms
ann;Subscribed;2026-02-01T00:00:00Z;email;news;v2
bob;opt-out;2026-02-01T00:00:00Z;email;news;
eve;unconfirmed;2026-02-01T00:00:00Z;email;news;
joe;consent-granted;2026-02-01T00:00:00Z;email;news;
`,
      'consents',
    );
    expect(values.map(({ type }) => type)).toEqual([
      'consent-granted',
      'consent-withdrawn',
      'consent-pending',
      'consent-granted',
    ]);
    expect(values[0]).toMatchObject({ channel: 'email', purpose: 'news', terms: 'v2' });
    expect(values[0]).not.toHaveProperty('messageId');
    expect(sent.every(({ topic }) => topic === 'facts')).toBe(true);
  });

  it('takes no consent for granted, and none without its time', async () => {
    const noType = await importFile('email,updated_at\na@b.c,2026-02-01\n', 'consents');
    expect(noType.code).toBe(EXIT.usage);
    expect(noType.said).toContain('no column says type, which consents need; say --map type=COLUMN');
    const noTime = await importFile('email,status\na@b.c,yes\n', 'consents');
    expect(noTime.said).toContain('no column says occurredAt');
    expect([noType.sent, noTime.sent]).toEqual([[], []]);
  });
});

describe('tact import of what Excel wrote', () => {
  it('reads a file whose first line says how it separates', async () => {
    const { values } = await importFile(
      '\uFEFFsep=;\r\nKundennummer;Einwilligung;Datum\r\n4711;ja;10.02.2026 09:00\r\n4712;nein;10.02.2026\r\n',
      'consents',
      ...['--map', 'customerId=Kundennummer', 'type=Einwilligung', 'occurredAt=Datum'],
    );
    expect(values).toMatchObject([
      { customerId: '4711', type: 'consent-granted', occurredAt: Date.UTC(2026, 1, 10, 9) },
      { customerId: '4712', type: 'consent-withdrawn', occurredAt: Date.UTC(2026, 1, 10) },
    ]);
  });

  it('says which words a type may be where it is none of them', async () => {
    const { said } = await importFile('customer,status,date\n1,perhaps,2026-02-10\n', 'consents');
    expect(said).toContain(
      'line 2 has a type that consents do not have: write granted, pending or withdrawn',
    );
  });
});

describe('tact import of addresses', () => {
  const text = 'email\na@example.org\n';
  const doubt = 'email is taken for the customer';

  it('doubts that a customer is an address', async () => {
    expect((await importFile(text, 'suppressions')).said).toContain(doubt);
  });

  it('takes it where it is said', async () => {
    expect((await importFile(text, 'suppressions', '--map', 'customerId=email')).said).not.toContain(doubt);
  });
});

describe('tact import --kind suppressions', () => {
  it('covers the channel of the list, by the time of the file where no column says one', async () => {
    const file = fileOf('Email,Reason,Channel\na@b.c,Spam Complaint,email\nd@e.f,hard_bounce,\ng@h.i,,sms\n');
    utimesSync(file, new Date(now - DAY), new Date(now - DAY));
    const { values } = await run([file, '--kind', 'suppressions']);
    expect(values).toEqual([
      expect.objectContaining({ type: 'complained', customerId: 'a@b.c', scope: { channel: ['email'] } }),
      expect.objectContaining({ type: 'bounced', customerId: 'd@e.f' }),
      expect.objectContaining({ type: 'opted-out', customerId: 'g@h.i', scope: { channel: ['sms'] } }),
    ]);
    expect(values.every(({ occurredAt }) => occurredAt === now - DAY)).toBe(true);
    expect(values[1]).not.toHaveProperty('scope');
  });

  it('asks for a time where there is no file', async () => {
    const { code, said } = await run(['-', '--kind', 'suppressions'], { input: 'email\na@b.c\n' });
    expect(code).toBe(EXIT.usage);
    expect(said).toContain('or --constant occurredAt=');
  });
});

describe('tact import --kind profiles', () => {
  it('makes attributes of the columns that it knows, and of those that it is told', async () => {
    const { values, said } = await importFile(
      'id,created_at,Country,tz,loyalty\nann,2020-01-01T00:00:00Z,DE,Europe/Berlin,gold\n',
      'profiles',
      ...['--map', 'attributes.level=loyalty'],
    );
    expect(values[0]).toMatchObject({
      type: 'profile-updated',
      customerId: 'ann',
      occurredAt: Date.UTC(2020, 0, 1),
      timezone: 'Europe/Berlin',
      attributes: { level: 'gold', country: 'DE' },
    });
    expect(said).not.toContain('Not read');
  });
});

describe('tact import --kind interactions', () => {
  it('takes objects with our own names, or those that a path leads to', async () => {
    const lines = [
      {
        type: 'purchased',
        customerId: 'ann',
        occurredAt: now - HOUR,
        products: ['a'],
        attributes: { x: 'y' },
      },
      { type: 'x-visited-shop', customerId: 42, occurredAt: now - HOUR, place: { name: 'Mitte' } },
    ];
    const { values, sent, code } = await run(
      ['-', '--kind', 'interactions', '--map', 'labels.place=place.name'],
      { input: lines.map((line) => JSON.stringify(line)).join('\n') },
    );
    expect(code).toBe(EXIT.ok);
    expect(values).toMatchObject([
      { type: 'purchased', products: ['a'], attributes: { x: 'y' } },
      { type: 'x-visited-shop', customerId: 42, labels: { place: 'Mitte' } },
    ]);
    expect(sent[1]?.key?.toString()).toBe('42');
  });

  it('warns that past sends take no slot on a governed input', async () => {
    const { said } = await importFile(
      'type,customer,at,channel\nsent,ann,2026-03-01T00:00:00Z,email\n',
      'interactions',
    );
    expect(said).toContain('! facts is governed, so past sends take no slot there');
  });
});

describe('tact import with bad rows', () => {
  const bad = `customer,sent_at,channel,campaign
ann,2026-03-01T09:00:00Z,email,"spring, early"
,2026-03-01T09:00:00Z,email,a
ann,3/10/2026,email,b
ann,2026-03-01T09:00:00Z,,c
ann,2026-03-11T09:00:00Z,email,d
ann,2026-03-01T09:00:00Z,email
ann,2026-03-01T09:00:00Z,email,${'x'.repeat(600)}
bob,2026-03-01T09:00:00Z,email,e
`;

  it('names each with its line, shows none of it, and lets the good ones through', async () => {
    const { code, values, said } = await importFile(bad, 'sends');
    expect(code).toBe(EXIT.differences);
    expect(values.map(({ customerId, campaignId }) => [customerId, campaignId])).toEqual([
      ['ann', 'spring, early'],
      ['bob', 'e'],
    ]);
    expect(said.split('\n').filter((line) => line.startsWith('! line'))).toEqual([
      '! line 3 names no customer',
      '! line 4 has a time in occurredAt that cannot be told: write 2026-03-10T09:00:00Z',
      '! line 5 names no channel',
      '! line 6 says that it happened in the future',
      '! line 7 has 3 columns where the header has 4',
      '! line 8 cannot be read: campaignId has 600 characters, at most 512 are read',
    ]);
    expect(said).toContain('2 of 8 rows went onto history: 2 sent.');
    expect(said).toContain('6 rows rejected.');
  });

  it('writes them to a file that can be corrected and imported again', async () => {
    const rejected = join(folder, 'rejected.csv');
    await importFile(bad, 'sends', '--rejected', rejected);
    const text = readFileSync(rejected, 'utf8');
    expect(text.split('\n')[0]).toBe('customer,sent_at,channel,campaign,rejected_line,rejected_because');
    expect(text.split('\n')[1]).toBe(',2026-03-01T09:00:00Z,email,a,3,names no customer');
    const corrected = await run([fileOf(text.replaceAll('3/10/2026', '2026-03-10')), '--kind', 'sends']);
    expect(corrected.values.map(({ campaignId }) => campaignId)).toEqual(['b', undefined]);
  });

  it('does the same with objects', async () => {
    const rejected = join(folder, 'rejected.ndjson');
    const input =
      '{"customerId":"ann","type":"danced","occurredAt":1}\n{oops\n\n{"customerId":"ann","type":"clicked","occurredAt":1772355600000}\n';
    const { values, said, code } = await run(['-', '--kind', 'interactions', '--rejected', rejected], {
      input,
    });
    expect(code).toBe(EXIT.differences);
    expect(values).toHaveLength(1);
    expect(said).toContain('! line 1 has a type that interactions do not have');
    expect(said).toContain('! line 2 is not a JSON object');
    expect(
      readFileSync(rejected, 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual([
      {
        customerId: 'ann',
        type: 'danced',
        occurredAt: 1,
        rejected_line: 1,
        rejected_because: expect.any(String),
      },
      { text: '{oops', rejected_line: 2, rejected_because: 'is not a JSON object' },
    ]);
  });

  it.each([
    ['customer,sent_at,channel\nann,"2026', 'line 2: a quote is opened and never closed'],
    ['', 'the file is empty'],
    ['[{"customerId":"ann"}]', 'write an object on each line'],
    ['a,b,a\n1,2,3\n', 'the header names the column a twice'],
    [
      'customer,sent_at\nann,2026-03-01\n',
      'no column says channel, which sends need; say --map channel=COLUMN, or --constant channel=email',
    ],
  ])('says what is wrong with the whole file: %j', async (text, says) => {
    const { code, said, sent } = await importFile(text, 'sends');
    expect(code).toBe(EXIT.usage);
    expect(said).toContain(says);
    expect(sent).toEqual([]);
  });

  it.each([
    [['--map', 'chanel=x'], 'chanel is no field of an interaction; did you mean channel?'],
    [['--map', 'channel=medum'], '--map channel=medum: there is no such column; did you mean medium?'],
    [['--map', 'channel'], 'Must be field=column'],
  ])('says what is wrong with %j', async (args, says) => {
    const { code, said } = await importFile(
      'customer,sent_at,medium\nann,2026-03-01,email\n',
      'sends',
      ...args,
    );
    expect(code).toBe(EXIT.usage);
    expect(said).toContain(says);
  });

  it('names a file that is not there', async () => {
    const { code, said } = await run([join(folder, 'nowhere.csv'), '--kind', 'sends']);
    expect(code).toBe(EXIT.usage);
    expect(said).toContain('there is no such file');
  });

  it('says that it may be done again where Kafka goes away', async () => {
    const failing = new TactError('kafka-unreachable', 'no broker of 127.0.0.1:1 answered');
    const text = 'customer,sent_at,channel\nann,2026-03-01,email\n';
    const { code, said } = await run([fileOf(text), '--kind', 'sends'], { failing });
    expect(code).toBe(EXIT.unreachable);
    expect(said).toContain('127.0.0.1:1');
  });
});

describe('tact import --dry-run', () => {
  const text = `customer,sent_at,channel\n${Array.from({ length: 7 }, (_, i) => `c${i},2026-03-01,email\n`).join('')}`;

  it('connects to nothing and prints the first rows as interactions', async () => {
    const { code, out, said, sent } = await importFile(text, 'sends', '--dry-run');
    expect(code).toBe(EXIT.ok);
    expect(sent).toEqual([]);
    const values = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(values.map(({ customerId }) => customerId)).toEqual(['c0', 'c1', 'c2', 'c3', 'c4']);
    expect(said).toContain('7 of 7 rows would go onto history: 7 sent.');
  });

  it('gives counts, columns and the first rows as one value', async () => {
    const { out } = await importFile(text, 'sends', '--dry-run', '--json');
    expect(JSON.parse(out)).toMatchObject({
      kind: 'sends',
      topic: 'history',
      dryRun: true,
      rows: 7,
      imported: 7,
      rejected: 0,
      tooOld: 0,
      byType: { sent: 7 },
      fields: { customerId: { column: 'customer' }, occurredAt: { column: 'sent_at' } },
      unused: [],
    });
    expect(JSON.parse(out).sample).toHaveLength(5);
  });
});

describe('a file of another country or age', () => {
  const german =
    'Kundennummer;Einwilligung;Geändert am;Kanal;Zweck\n4711;ja;2026-03-01T09:00:00Z;email;Möbel\n';

  it('is understood by the names that its columns have there', async () => {
    const { code, values } = await importFile(german, 'consents', '--constant', 'type=consent-granted');
    expect(code).toBe(EXIT.ok);
    expect(values).toMatchObject([{ customerId: '4711', channel: 'email', purpose: 'Möbel' }]);
  });

  it('is refused where its bytes are no UTF-8, with what to say, and then read as it is written', async () => {
    const bytes = Buffer.from(german, 'latin1');
    const refused = await importFile(bytes, 'consents', '--constant', 'type=consent-granted');
    expect(refused.code).toBe(EXIT.usage);
    expect(refused.said).toContain('the file is no utf-8 text');
    expect(refused.said).toContain('--encoding windows-1252');
    expect(refused.sent).toEqual([]);
    const more = ['--constant', 'type=consent-granted', '--encoding', 'windows-1252'];
    const { values } = await importFile(bytes, 'consents', ...more);
    expect(values).toMatchObject([{ customerId: '4711', purpose: 'Möbel' }]);
  });

  it('may be one that Excel wrote as Unicode text', async () => {
    const bytes = Buffer.from(`\ufeff${german}`, 'utf16le');
    const more = ['--constant', 'type=consent-granted', '--encoding', 'utf-16le'];
    const { values } = await importFile(bytes, 'consents', ...more);
    expect(values).toMatchObject([{ customerId: '4711', purpose: 'Möbel' }]);
  });
});
