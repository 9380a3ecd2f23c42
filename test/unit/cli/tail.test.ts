import { describe, expect, it } from 'vitest';
import type { TailOptions } from '../../../src/cli/abilities.ts';
import { EXIT } from '../../../src/cli/exit-codes.ts';
import { HOUR } from '../../../src/kernel/time.ts';
import type { Decision } from '../../../src/model/decision.ts';
import type { OutboundMessage } from '../../../src/model/message.ts';
import type { LogRecord, OutputRecord } from '../../../src/model/record.ts';
import { inputSchema } from '../../../src/records/input.ts';
import { clearedRecord, deadLetterRecord, decisionRecord } from '../../../src/records/output-records.ts';
import { createRecordReader } from '../../../src/records/record-reader.ts';
import { createSchemaSource } from '../../../src/records/schema-source.ts';
import { cli, fakeTerminal } from './fakes.ts';

const noon = Date.UTC(2026, 2, 10, 12);
const source = { topic: 'in', partition: 1, offset: 5 };
const record: LogRecord = {
  ...source,
  timestamp: noon - 1_000,
  key: Buffer.from('k'),
  value: Buffer.from('{"customerId":"ann","channel":"e-mail","messageId":"m1","campaignId":"spring"}'),
  headers: [],
};
const message: OutboundMessage = {
  messageId: 'm1',
  customerId: 'ann',
  channel: 'e-mail',
  campaignId: 'spring',
  categories: [],
  products: [],
  topics: [],
  createdAt: noon,
  labels: {},
  sourceTopic: 'in',
};
const decision: Decision = {
  outcome: 'suppressed',
  verdict: 'suppressed',
  reason: 'cap-reached',
  rule: 'weekly',
  nextEligibleAt: noon + HOUR,
  decidedAt: noon,
  channel: 'email',
  class: 'marketing',
  findings: [
    {
      rule: 'weekly',
      kind: 'cap',
      verdict: 'blocks',
      reason: 'cap-reached',
      count: 3,
      limit: 3,
      windowStart: 0,
      window: '7d',
      nextEligibleAt: noon + HOUR,
    },
  ],
};
const decided = {
  record,
  source,
  decision,
  decisionId: 'id',
  policy: { name: 'acme', digest: '0123456789ab' },
};
const sentence =
  'Tue 10 Mar, 12:00  ann  email  spring: Stopped by rule “weekly”: 3 of 3 in the last 7 days already used. Possible again at 13:00 (in 1 h).';

async function tail(args: readonly string[], output: OutputRecord, more: { stopAfter?: number } = {}) {
  const asked: TailOptions[] = [];
  const terminal = fakeTerminal({ environment: { TACT_CUSTOMER_KEY_INSECURE_DEVELOPMENT_KEY: 'true' } });
  async function* records(_config: unknown, options: TailOptions): AsyncGenerator<LogRecord> {
    asked.push(options);
    for (let offset = 0; !options.signal.aborted; offset += 1) {
      if (offset === more.stopAfter) terminal.stop();
      yield { ...output, topic: 'out', partition: 0, offset };
    }
  }
  const inputs = [inputSchema.parse({ topic: 'in', kind: 'outbound' })];
  const createReader = () =>
    createRecordReader({ inputs, schemaSource: createSchemaSource(), reroutedTopics: [] });
  const result = await cli(['tail', ...args], { tail: records, createReader }, terminal);
  return { ...result, asked, lines: result.out.trimEnd().split('\n') };
}

describe('tact tail', () => {
  it('tells a suppressed decision in a sentence, whatever its format', async () => {
    for (const format of ['json', 'single-object'] as const) {
      const { code, lines } = await tail(
        ['suppressed', '-n', '1'],
        decisionRecord({ ...decided, message, format }),
      );
      expect(code).toBe(EXIT.ok);
      expect(lines).toEqual([sentence]);
    }
  });

  it('gives the decision decoded with --json', async () => {
    const output = decisionRecord({ ...decided, message, format: 'single-object' });
    const { lines } = await tail(['suppressed', '-n', '2', '--json'], output);
    expect(lines).toHaveLength(2);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      topic: 'out',
      key: 'k',
      headers: { 'tact-policy': 'acme@0123456789ab' },
      decision: { reason: 'cap-reached', rule: 'weekly', message: { customerId: 'ann' } },
    });
  });

  it('reads a cleared record by the input that it came in by', async () => {
    const cleared = clearedRecord({
      ...decided,
      decision: { ...decision, outcome: 'cleared', verdict: 'cleared', reason: 'cleared' },
    });
    const { lines } = await tail(['cleared', '-n', '1'], cleared);
    expect(lines).toEqual(['Tue 10 Mar, 11:59  ann  e-mail  spring: cleared from in/1/5']);
  });

  it('marks what was cleared only because nothing is enforced', async () => {
    const { lines } = await tail(
      ['cleared', '-n', '1'],
      clearedRecord({ ...decided, decision: { ...decision, outcome: 'cleared' } }),
    );
    expect(lines[0]).toContain('cleared (would: cap-reached) from in/1/5');
  });

  it('tells of a dead letter its reason, place and size, not its value', async () => {
    const letter = deadLetterRecord({
      record: { ...record, value: Buffer.from('secret') },
      source,
      failure: { reason: 'malformed', stage: 'VALUE_CONVERTER', message: 'value is no JSON' },
      service: { name: 'tact', shard: 1 },
      now: noon,
    });
    const { lines } = await tail(['dead-letter', '-n', '1'], letter);
    expect(lines).toEqual(['Tue 10 Mar, 11:59  malformed in/1/5: value is no JSON (6 bytes)']);
  });

  it('shows a value that is none of ours as so many bytes', async () => {
    const { lines } = await tail(['suppressed', '-n', '1'], {
      key: null,
      value: Buffer.from('{}'),
      headers: [],
      timestamp: noon,
    });
    expect(lines[0]).toContain('2 bytes');
  });

  it('begins where it is told to and ends when it is stopped', async () => {
    const output = decisionRecord({ ...decided, message, format: 'json' });
    const { asked, code } = await tail(['suppressed', '--from-beginning'], output, { stopAfter: 3 });
    expect(code).toBe(EXIT.ok);
    expect(asked[0]).toMatchObject({ topics: ['marketing.outbound.suppressed'], from: 'beginning' });
    expect((await tail(['suppressed', '-n', '1'], output)).asked[0]?.from).toBe('end');
  });

  it('says how decisions come to be published', async () => {
    const { code, said } = await tail(['decided'], decisionRecord({ ...decided, message, format: 'json' }));
    expect(code).toBe(EXIT.usage);
    expect(said).toContain('set outputs.decided.mode to all');
  });
});
