import { describe, expect, it } from 'vitest';
import { EXIT } from '../../../src/cli/exit-codes.ts';
import { cli, fakeTerminal } from './fakes.ts';

const consent = { type: 'consent-granted', at: '2026-03-01T09:00:00Z', customerId: 'ann', channel: 'push' };
const push = (at: string, messageId: string, more: object = {}) => ({
  type: 'message',
  at,
  customerId: 'ann',
  channel: 'push',
  messageId,
  ...more,
});
const first = push('2026-03-10T09:00:00Z', 'm1');
const second = push('2026-03-10T10:00:00Z', 'm2');
const third = push('2026-03-10T13:00:00Z', 'm3');

async function replay(events: readonly (object | string)[], ...args: string[]) {
  const input = events.map((event) => (typeof event === 'string' ? event : JSON.stringify(event))).join('\n');
  const terminal = fakeTerminal({ input });
  const result = await cli(['replay', '--policy', 'deploy/policies/retail-eu.yaml', ...args], {}, terminal);
  const decisions = args.includes('--text')
    ? []
    : result.out.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)]));
  return { ...result, decisions };
}

describe('tact replay', () => {
  it('decides each message at its own time and prints a line for each', async () => {
    const { code, decisions, said } = await replay([consent, first, second, third]);
    expect(code).toBe(EXIT.ok);
    expect(
      decisions.map(({ line, outcome, reason, decidedAt }) => ({ line, outcome, reason, decidedAt })),
    ).toEqual([
      { line: 2, outcome: 'cleared', reason: 'cleared', decidedAt: Date.UTC(2026, 2, 10, 9) },
      { line: 3, outcome: 'suppressed', reason: 'too-soon', decidedAt: Date.UTC(2026, 2, 10, 10) },
      { line: 4, outcome: 'cleared', reason: 'cleared', decidedAt: Date.UTC(2026, 2, 10, 13) },
    ]);
    expect(decisions[1].nextEligibleAt).toBe(Date.UTC(2026, 2, 10, 13));
    expect(said).toContain('3 messages of 1 customer: 2 cleared (66.7 %), 1 suppressed.');
    expect(said).toContain('Not cleared: 1 too-soon.');
  });

  it('decides a deferred message again when it is due, also after the last event', async () => {
    const night = { channel: 'email', campaignId: 'spring' };
    const mails = { ...consent, channel: 'email' };
    const events = [
      mails,
      push('2026-03-10T22:00:00Z', 'm1', night),
      push('2026-03-11T12:00:00Z', 'm2', night),
    ];
    const { decisions, said } = await replay(events);
    expect(decisions.map(({ line, outcome, waitingSince }) => [line, outcome, waitingSince])).toEqual([
      [2, 'deferred', Date.UTC(2026, 2, 10, 22)],
      [2, 'cleared', Date.UTC(2026, 2, 10, 22)],
      [3, 'suppressed', undefined],
    ]);
    expect(decisions[1].decidedAt).toBe(decisions[0].dueAt);
    expect(said).toContain('1 message waited first.');
    expect(said).not.toContain('0 quiet-hours');
    const alone = await replay(events.slice(0, 2));
    expect(alone.decisions.map(({ outcome }) => outcome)).toEqual(['deferred', 'cleared']);
  });

  it('tells sentences with --text, in the zone of the customer', async () => {
    const { out } = await replay([{ ...consent, timezone: 'Asia/Tokyo' }, first, second], '--text');
    expect(out.split('\n')[1]).toBe(
      'Tue 10 Mar, 19:00  ann  push  m2: Stopped by rule “push-breathing-room”: the last message went out less than 4 hours ago. The rule alone would allow it again at 22:00 (in 3 h), but this message would not get out in time.',
    );
  });

  it('names the lines that it cannot read and goes on', async () => {
    const { code, decisions, said } = await replay([
      consent,
      'broken {',
      { type: 'message', customerId: 'ann', channel: 'push' },
      { type: 'message', at: 0, channel: 'push' },
      { type: 'danced', at: '2026-03-10T08:00:00Z', customerId: 'ann' },
      first,
    ]);
    expect(code).toBe(EXIT.ok);
    expect(decisions).toHaveLength(1);
    expect(said).toContain('line 2 is not a JSON object');
    expect(said).toContain('line 3 has no "at"');
    expect(said).toMatch(/line 4 .*customer/);
    expect(said).toContain('line 5 is an interaction of an unknown type');
    expect(said).toContain('3 lines could not be read.');
  });

  it('stops at the first of them with --strict', async () => {
    const { code, decisions, said } = await replay([consent, first, 'broken', second], '--strict');
    expect(code).toBe(EXIT.usage);
    expect(decisions).toHaveLength(1);
    expect(said).toContain('error: line 3 is not a JSON object');
  });

  it('gives the clock of the line before to a line that goes back in time, and says so', async () => {
    const { decisions, said } = await replay([consent, second, first]);
    expect(decisions[1].decidedAt).toBe(decisions[0].decidedAt);
    expect(said).toContain('1 line went back in time');
  });

  it('takes a slot for what an ungoverned source sent', async () => {
    const sent = {
      type: 'sent',
      at: '2026-03-10T08:00:00Z',
      customerId: 'ann',
      channel: 'push',
      messageId: 'x',
    };
    const count = async (governed: boolean) =>
      (await replay([consent, { ...sent, governed }, first])).decisions;
    expect((await count(true))[0].outcome).toBe('cleared');
    expect((await count(false))[0]).toMatchObject({ outcome: 'suppressed', reason: 'too-soon' });
  });

  it('believes a class by the topic that the line names', async () => {
    const code = (topic: string) => push('2026-03-10T09:30:00Z', 'code', { class: 'security', topic });
    const of = async (topic: string) => (await replay([consent, first, code(topic)])).decisions[1];
    expect(await of('shop.outbound.requested')).toMatchObject({ outcome: 'cleared', class: 'security' });
    expect(await of('crm.outbound.requested')).toMatchObject({ outcome: 'suppressed', class: 'marketing' });
  });

  it('reads what tact produce prints, the same each time', async () => {
    const { out: events } = await cli(['produce', '--generate', '2000', '--dry-run']);
    const run = async () => replay(events.trimEnd().split('\n'));
    const { decisions, code } = await run();
    expect(code).toBe(EXIT.ok);
    expect(decisions.length).toBeGreaterThan(400);
    expect(decisions.some(({ reason }) => reason === 'cap-reached')).toBe(true);
    expect((await run()).decisions).toEqual(decisions);
  });

  it('does not wait for somebody to type', async () => {
    const { code, said } = await cli(['replay', '--policy', 'deploy/policies/retail-eu.yaml']);
    expect(code).toBe(EXIT.usage);
    expect(said).toContain('nothing comes in on standard input');
  });

  it('names a file that is not there', async () => {
    const { code, said } = await cli(['replay', '--policy', 'deploy/policies/retail-eu.yaml', 'none.ndjson']);
    expect(code).toBe(EXIT.usage);
    expect(said).toContain('cannot read none.ndjson: there is no such file');
  });
});
