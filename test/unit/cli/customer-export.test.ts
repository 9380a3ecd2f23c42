import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Abilities, OutputScan, ScannedRecords } from '../../../src/cli/abilities.ts';
import { EXIT } from '../../../src/cli/exit-codes.ts';
import { decide } from '../../../src/decide/decide.ts';
import { TactError } from '../../../src/kernel/errors.ts';
import { HOUR } from '../../../src/kernel/time.ts';
import type { LogRecord } from '../../../src/model/record.ts';
import { decisionRecord } from '../../../src/records/output-records.ts';
import { FULL_STATE } from '../../fixtures/records/full-state.ts';
import { message, policyOf, send, stateWith } from '../decide/build.ts';
import { cli, fakeTerminal } from './fakes.ts';

const folder = mkdtempSync(join(tmpdir(), 'tact-export-'));
afterAll(() => rmSync(folder, { recursive: true }));

// The clock stands where all that FULL_STATE holds is remembered still.
const now = 1_700_000_000_100;
const policyText = `apiVersion: tact/v1
name: acme
enforce: true
timezone: UTC
channels: { email: {}, sms: {} }
classes: { marketing: { default: true } }
rules: [{ id: weekly, for: { channel: email }, cap: { limit: 1, window: 7d } }]
`;
const policyFile = join(folder, 'policy.yaml');
writeFileSync(policyFile, policyText);

const stopped = decisionOutput('ann');
const waiting: LogRecord = {
  ...{ topic: 'crm', partition: 0, offset: 7, timestamp: 1_700_000_000_009 },
  key: Buffer.from('k'),
  value: Buffer.from('{"customerId":"ann","payload":"Dear Ann"}'),
  headers: [{ name: 'x-crm', value: null }],
};

/** What the shard published of a message that the weekly limit stopped. */
function decisionOutput(customerId: string): LogRecord {
  const policy = policyOf(policyText);
  const asked = message({ customerId, messageId: 'm-9', campaignId: 'spring', createdAt: now - HOUR });
  const { decision } = decide(policy, stateWith({ sends: [send(now - 2 * HOUR)] }), asked, now - HOUR);
  const source = { topic: 'crm', partition: 1, offset: 5 };
  const output = decisionRecord({
    ...{ source, decision, message: asked, format: 'json', decisionId: `d-${customerId}` },
    record: { ...source, timestamp: 0, key: null, value: null, headers: [] },
    policy: { name: policy.name, digest: policy.digest },
  });
  return { ...output, topic: 'out', partition: 3, offset: 7 };
}

interface World extends Partial<Abilities> {
  readonly all?: boolean;
  readonly left?: number;
}

async function exported(args: readonly string[], { all, left = 0, ...abilities }: World = {}) {
  const scans: OutputScan[] = [];
  async function* scanOutputs(_config: unknown, scan: OutputScan): AsyncGenerator<ScannedRecords> {
    scans.push(scan);
    yield { topic: scan.topic, partition: 3, records: [decisionOutput('bob'), stopped], left };
  }
  const result = await cli(
    ['customer', 'export', 'ann', ...args],
    {
      readCustomer: async () => ({ shard: 3, watermark: 1234, state: FULL_STATE }),
      readWaiting: async () => [waiting],
      scanOutputs,
      ...abilities,
    },
    fakeTerminal({
      now: () => now,
      environment: {
        TACT_CUSTOMER_KEY_INSECURE_DEVELOPMENT_KEY: 'true',
        TACT_POLICY_FILE: policyFile,
        ...(all && { TACT_OUTPUTS_DECIDED_MODE: 'all' }),
      },
    }),
  );
  return { ...result, scans };
}

/** Compares with the file that is committed. With UPDATE_DOCS=1 the file is written instead. */
function expectGolden(name: string, text: string, read = (written: string) => written): void {
  const path = new URL(`../../fixtures/customer/${name}`, import.meta.url);
  // The digest tells of the code that read the policy, too.
  const stable = text.replaceAll(/acme@[0-9a-f]{12}/g, 'acme@digest');
  if (process.env.UPDATE_DOCS !== undefined) writeFileSync(path, stable);
  expect(stable).toBe(read(readFileSync(path, 'utf8')));
}

/** However it is laid out; the order of fields counts. */
const indented = (text: string) => `${JSON.stringify(JSON.parse(text), null, 2)}\n`;

describe('tact customer export', () => {
  it('hands over everything, in a form for machines that changes only with its version', async () => {
    const { code, out } = await exported(['--json']);
    expect(code).toBe(EXIT.ok);
    expectGolden('export.v1.json', indented(out), indented);
  });

  it('hands over the same to be read', async () => {
    const { code, out } = await exported([]);
    expect(code).toBe(EXIT.ok);
    expectGolden('export.txt', out);
  });

  it('leaves nothing of the state out, whatever will be added to it', async () => {
    const { out } = await exported(['--json']);
    const names = new Set([...out.matchAll(/"(\w+)":/g)].map(([, name]) => name));
    const { busyUntil: _, busyAt: __, timezoneAt: ___, attributeTimes: ____, ...others } = FULL_STATE;
    expect(Object.keys(others).filter((name) => !names.has(name))).toEqual([]);
  });

  it('reads both topics where all decisions are published, from their beginning, and tells each decision once', async () => {
    const { out, scans } = await exported(['--json'], { all: true });
    expect(scans.map(({ topic, since, shard }) => ({ topic, since, shard }))).toEqual([
      { topic: 'marketing.outbound.suppressed', since: 0, shard: 3 },
      { topic: 'marketing.outbound.decided', since: 0, shard: 3 },
    ]);
    expect(JSON.parse(out).decisions).toMatchObject([{ decisionId: 'd-ann', reason: 'cap-reached' }]);
  });

  it('says of somebody unknown that nothing is remembered', async () => {
    const { code, out } = await exported(['--json'], {
      readCustomer: async () => ({ shard: 3, watermark: 1234, state: undefined }),
    });
    expect(code).toBe(EXIT.ok);
    expect(JSON.parse(out)).toMatchObject({ known: false, decisions: [{ decisionId: 'd-ann' }] });
    expect(JSON.parse(out)).not.toHaveProperty('sends');
  });

  it('hands over what it has and ends with 6 where a topic is not readable to its end', async () => {
    const away = new TactError('kafka-unreachable', 'no broker at 127.0.0.1:1');
    const failing: Abilities['scanOutputs'] = () => {
      throw away;
    };
    const unreachable = await exported(['--json'], { scanOutputs: failing });
    expect(unreachable.code).toBe(EXIT.unreachable);
    expect(JSON.parse(unreachable.out)).toMatchObject({ incomplete: [away.message], customerId: 'ann' });
    const behind = await exported([], { left: 4 });
    expect(behind.code).toBe(EXIT.unreachable);
    expect(behind.out).toContain('marketing.outbound.suppressed/3: 4 offsets before its end were not read');
  });

  it('writes a file that nobody else may read, and overwrites none', async () => {
    const file = join(folder, 'ann.json');
    const { code, out, terminal } = await exported(['--json', '--out', file]);
    expect({ code, out, said: terminal.said.at(-1) }).toEqual({
      code: EXIT.ok,
      out: '',
      said: `Wrote ${file}.`,
    });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ version: 1 });
    const again = await exported(['--out', file]);
    expect(again).toMatchObject({ code: EXIT.usage, said: expect.stringContaining('it exists') });
    expect(existsSync(file)).toBe(true);
  });
});
