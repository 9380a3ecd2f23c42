import { describe, expect, it } from 'vitest';
import type { ProcessStatus, SentRecord } from '../../../src/cli/abilities.ts';
import { EXIT } from '../../../src/cli/exit-codes.ts';
import type { Control, Stop } from '../../../src/model/stop.ts';
import { readStop } from '../../../src/records/control-codec.ts';
import { cli, fakeTerminal } from './fakes.ts';

const environment = { TACT_POLICY_FILE: 'deploy/policies/retail-eu.yaml' };

/** A control topic of its own, and processes that know its version, or an older one. */
function world(...before: readonly Stop[]) {
  const sent: SentRecord[] = [];
  const stops = new Map(before.map((stop) => [JSON.stringify(stop.scope), stop]));
  const control = (): Control => ({ version: before.length + sent.length, stops: [...stops.values()] });
  const processes: (ProcessStatus & { lags?: boolean })[] = [{ id: 'one' }, { id: 'two' }];
  const some = {
    readControl: async () => control(),
    readProcesses: async () =>
      processes.map(({ lags, ...each }) => ({ ...each, control: control().version - (lags ? 1 : 0) })),
    openSender: async () => ({
      async send(records: readonly SentRecord[]) {
        for (const record of records) {
          sent.push(record);
          const read = readStop(record as never);
          if (typeof read !== 'object') throw new Error('a stop was to be written');
          const scope = read.key.slice('stop:'.length);
          if (read.stop === null) stops.delete(scope);
          else stops.set(scope, read.stop);
        }
      },
      close: async () => undefined,
    }),
  };
  const run = (...args: readonly string[]) => cli(args, some as never, fakeTerminal({ environment }));
  return { sent, stops, processes, run };
}

describe('tact stop', () => {
  it('writes what is stopped, waits for every process, and shows all that is stopped', async () => {
    const { run, sent, stops } = world();
    const { code, out } = await run(
      'stop',
      '--campaign',
      'spring',
      '--because',
      'wrong price',
      '--by',
      'eve',
    );
    expect(code).toBe(EXIT.ok);
    expect(sent).toEqual([expect.objectContaining({ topic: 'tact.control' })]);
    expect([...stops.values()]).toEqual([
      expect.objectContaining({
        scope: { campaign: ['spring'] },
        mode: 'suppress',
        by: 'eve',
        because: 'wrong price',
      }),
    ]);
    expect(out).toContain('Stopped: campaign=spring.');
    expect(out).toMatch(/In force in every process \(2\) after \d/);
    expect(out).toMatch(/campaign=spring +suppressed +.* eve +wrong price/);
  });

  it('holds with --hold, and takes several of a field and several fields', async () => {
    const { run, stops } = world();
    await run('stop', '--channel', 'push', 'email', '--class', 'marketing', '--hold');
    expect([...stops.values()]).toEqual([
      expect.objectContaining({ scope: { channel: ['email', 'push'], class: ['marketing'] }, mode: 'hold' }),
    ]);
  });

  it('names the process that does not say that it knows, and ends with 6', async () => {
    const { run, processes } = world();
    processes[1] = { id: 'two', lags: true };
    const { code, out } = await run('stop', '--everything', '--wait', '0');
    expect(code).toBe(EXIT.unreachable);
    expect(out).toMatch(/not in force in two: look at its log/);
  });

  it.each([
    [['stop'], 'say what is meant: --everything, or any of --channel'],
    [['stop', '--everything', '--channel', 'push'], '--everything and channel=push cannot both be meant'],
    [['stop', '--channel', 'psuh'], 'the policy has no channel "psuh"; did you mean push?'],
    [['stop', '--class', 'nothing'], 'the policy has no class "nothing"'],
    [['stop', '--everything', '--because', 'x'.repeat(201)], '--because has 201 characters'],
    [['resume', '--channel', 'push'], 'there is no such stop; stopped: nothing'],
    [['resume', '--all'], 'nothing is stopped'],
  ])('writes nothing for %j', async (args, says) => {
    const { run, sent } = world();
    const { code, said } = await run(...args);
    expect(code).toBe(EXIT.usage);
    expect(said).toContain(says);
    expect(sent).toEqual([]);
  });
});

describe('what is stopped', () => {
  const push: Stop = { scope: { channel: ['push'] }, mode: 'hold', at: 1 };
  const spring: Stop = { scope: { campaign: ['spring'] }, mode: 'suppress', at: 2 };

  it('is shown by tact stop --list, which changes nothing', async () => {
    const { run, sent } = world(push);
    expect((await run('stop', '--list')).out).toMatch(/channel=push +held/);
    expect(JSON.parse((await run('stop', '--list', '--json')).out)).toEqual({ version: 1, stops: [push] });
    expect((await world().run('stop', '--list')).out).toContain('Nothing is stopped.');
    expect(sent).toEqual([]);
  });

  it('is ended by tact resume with the same options, or by --all', async () => {
    const one = world(push, spring);
    expect((await one.run('resume', '--channel', 'push')).out).toContain('Resumed: channel=push.');
    expect([...one.stops.values()]).toEqual([spring]);
    const all = world(push, spring);
    expect((await all.run('resume', '--all')).out).toContain('Nothing is stopped.');
    expect(all.sent.map(({ value }) => value)).toEqual([null, null]);
  });

  it('is named where nothing of what is asked for was stopped', async () => {
    const { said } = await world(push).run('resume', '--channel', 'email');
    expect(said).toContain('there is no such stop; stopped: channel=push');
  });
});
