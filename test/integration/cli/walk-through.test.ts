import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../../../src/cli/cli.ts';
import { EXIT } from '../../../src/cli/exit-codes.ts';
import { abilities } from '../../../src/compose.ts';
import { kafkaAddress, redisAddress } from '../../support/addresses.ts';
import { until } from '../../support/govern-world.ts';
import { type FakeTerminal, fakeTerminal } from '../../unit/cli/fakes.ts';

// A newcomer's first minutes, command by command, on a real Kafka and a real Redis.
const name = `walk-${process.pid}-${Date.now()}`;
const folder = mkdtempSync(join(tmpdir(), 'tact-walk-'));
const config = join(folder, 'tact.yaml');
const configText = (kafka: string, redis: string) => `
applicationId: ${name}
kafka: { brokers: ["${kafka}"], connectionTimeoutMs: 2000 }
redis: { url: "${redis}", keyPrefix: "${name}" }
shards: 2
policy: { file: policy.yaml }
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
  decided: { mode: all, topic: ${name}.decided }
topics:
  changelog: ${name}.state
  reroutedInteractions: ${name}.rerouted-interactions
  reroutedOutbound: ${name}.rerouted-outbound
  control: ${name}.control
`;

async function tact(args: readonly string[], terminal: FakeTerminal = fakeTerminal({ now: Date.now })) {
  const code = await runCli([...args, '--config', config], terminal, async () => abilities);
  return { code, out: terminal.out, said: terminal.said.join('\n') };
}

const json = async (...args: string[]) => JSON.parse((await tact([...args, '--json'])).out);

/** The policy to start from, enforced: it decides alike at any time of the day. */
const firstWeek = readFileSync('deploy/policies/first-week.yaml', 'utf8');

beforeAll(() => {
  writeFileSync(join(folder, 'policy.yaml'), firstWeek.replace('\nenforce: false', '\nenforce: true'));
  writeFileSync(config, configText(kafkaAddress(), redisAddress()));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('the commands on real parts', () => {
  it('lead from nothing to a decision and back', async () => {
    expect((await tact(['topics', 'check'])).code).toBe(EXIT.differences);
    expect((await tact(['topics', 'create'])).said).toContain('11 topics created, 0 existed already.');
    expect((await tact(['topics', 'check'])).code).toBe(EXIT.ok);

    const running = fakeTerminal({ now: Date.now });
    const governing = tact(['run'], running);
    await until('governing', () => running.said.some((line) => line.startsWith('Governing')));

    const { sent, byTopic } = await json('produce', '--generate', '600');
    expect(sent).toBe(600);
    await until('everything read', async () => {
      const { shards } = await json('status');
      return shards.every(
        (shard: { lagRecords: number; state: string }) => shard.lagRecords === 0 && shard.state === 'running',
      );
    });
    const status = await json('status');
    expect(status.warnings).toEqual([]);
    expect(status.processes[0].policy).toMatch(/^first-week@[0-9a-f]{12}$/);

    const messages = byTopic[`${name}.outbound`];
    const decided = await tact(['tail', 'decided', '--from-beginning', '-n', String(messages), '--json']);
    const decisions = decided.out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).decision);
    const outcomes = (outcome: string) => decisions.filter((each) => each.outcome === outcome).length;
    expect(outcomes('cleared') + outcomes('suppressed')).toBe(messages);
    const { out: cleared } = await tact([
      'tail',
      'cleared',
      '--from-beginning',
      '-n',
      String(outcomes('cleared')),
    ]);
    expect(cleared).toMatch(/c-\d{6} {2}push {2}\S+: cleared from walk-/);
    const { out: suppressed } = await tact(['tail', 'suppressed', '--from-beginning', '-n', '5']);
    expect(suppressed).toMatch(/Stopped by rule “[a-z-]+”: /);

    running.stop();
    expect(await governing).toMatchObject({ code: EXIT.ok });
    expect(running.said.at(-1)).toBe('Stopped.');
    const compared = await json('shard', 'rebuild', '--compare');
    expect(compared).toMatchObject({ same: true });
    expect(
      compared.shards.reduce((sum: number, each: { customers: number }) => sum + each.customers, 0),
    ).toBeGreaterThan(40);
  });

  it('end with 6 and the address where nothing listens', async () => {
    writeFileSync(config, configText('127.0.0.1:1', redisAddress()));
    const kafka = await tact(['topics', 'check']);
    expect(kafka.code).toBe(EXIT.unreachable);
    expect(kafka.said).toContain('127.0.0.1:1');
    writeFileSync(config, configText(kafkaAddress(), 'redis://127.0.0.1:1'));
    for (const args of [['status'], ['run', '--start-within', '1']]) {
      const redis = await tact(args);
      expect(redis.code).toBe(EXIT.unreachable);
      expect(redis.said).toContain('127.0.0.1:1');
    }
  });
});
