import { describe, expect, it } from 'vitest';
import type {
  Adoption,
  Governing,
  GovernStart,
  NewTopic,
  SentRecord,
  TopicFacts,
} from '../../../src/cli/abilities.ts';
import { EXIT } from '../../../src/cli/exit-codes.ts';
import { TactError } from '../../../src/kernel/errors.ts';
import { cli, fakeTerminal } from './fakes.ts';

// Every command that connects: what it asks for, what it prints, what it ends with.
const environment = {
  TACT_CUSTOMER_KEY_INSECURE_DEVELOPMENT_KEY: 'true',
  TACT_POLICY_FILE: 'deploy/policies/retail-eu.yaml',
};
const run = (
  args: readonly string[],
  some: Parameters<typeof cli>[1] = {},
  terminal = fakeTerminal({ environment }),
) => cli(args, some, terminal);

const down = async () => {
  throw new TactError('kafka-unreachable', 'no broker of 127.0.0.1:9092 answered within 60s; is it up?');
};

describe('tact status', () => {
  const report = { shards: [{ shard: 0 }], processes: [], control: { version: 0, stops: [] } };

  it('prints rows, and warnings about what needs a look', async () => {
    const { code, out } = await run(['status'], { readStatus: async () => report });
    expect(code).toBe(EXIT.ok);
    expect(out).toContain('shard  state');
    expect(out).toContain('! shard 0 without an owner');
  });

  it('prints the same as one object', async () => {
    const { out } = await run(['status', '--json'], { readStatus: async () => report });
    expect(JSON.parse(out)).toEqual({
      ...report,
      warnings: [expect.stringContaining('shard 0'), expect.any(String)],
    });
  });

  it('ends with 6 and the address when Kafka does not answer', async () => {
    const { code, said, out } = await run(['status'], { readStatus: down });
    expect(code).toBe(EXIT.unreachable);
    expect(said).toContain('error: no broker of 127.0.0.1:9092 answered');
    expect(out).toBe('');
  });
});

describe('tact status without Redis', () => {
  it.each(['status', 'shard list'])('ends with 6 and says who else can be asked: %s', async (line) => {
    const readStatus = async () => {
      throw new TactError('redis-unreachable', 'redis did not answer at 127.0.0.1:6379');
    };
    const { code, said } = await run(line.split(' '), { readStatus });
    expect(code).toBe(EXIT.unreachable);
    expect(said).toMatch(/127\.0\.0\.1:6379; .*\/api\/v1\/status/);
  });
});

describe('tact topics', () => {
  const facts: TopicFacts = {
    partitions: 12,
    replicationFactor: 3,
    settings: { 'min.insync.replicas': '2' },
  };
  const described = (names: readonly string[]) => async (_config: unknown, topics: readonly string[]) =>
    new Map(topics.filter((topic) => names.includes(topic)).map((topic) => [topic, facts]));

  it('checks: ends with 5 and names the fix when something is wrong', async () => {
    const { code, out } = await run(['topics', 'check'], { describeTopics: described([]) });
    expect(code).toBe(EXIT.differences);
    expect(out).toContain('kafka-topics.sh --bootstrap-server 127.0.0.1:9092 --create --topic tact.state');
  });

  it('creates only what is missing, and nothing with --dry-run', async () => {
    const created: NewTopic[] = [];
    const able = {
      describeTopics: described(['customer.interaction.recorded', 'tact.state']),
      createTopics: async (_config: unknown, topics: readonly NewTopic[]) => void created.push(...topics),
    };
    const dry = await run(['topics', 'create', '--dry-run'], able);
    expect(created).toEqual([]);
    expect(dry.out).toContain('--create --topic marketing.outbound.cleared');
    const { code, out, said } = await run(['topics', 'create'], able);
    expect(code).toBe(EXIT.ok);
    expect(created.map(({ topic }) => topic)).toEqual(out.trimEnd().split('\n'));
    expect(created.map(({ topic }) => topic)).not.toContain('tact.state');
    expect(said).toContain('7 topics created, 2 existed already.');
  });
});

describe('tact produce', () => {
  const collect = () => {
    const sent: SentRecord[] = [];
    let closed = false;
    const sender = {
      send: async (records: readonly SentRecord[]) => void sent.push(...records),
      close: async () => {
        closed = true;
      },
    };
    return { sent, isClosed: () => closed, openSender: async () => sender };
  };

  it('sends generated records onto the configured inputs, at the present', async () => {
    const { sent, isClosed, openSender } = collect();
    const { code, out } = await run(['produce', '--generate', '700', '--json'], { openSender });
    expect(code).toBe(EXIT.ok);
    expect(new Set(sent.map(({ topic }) => topic))).toEqual(
      new Set(['marketing.outbound.requested', 'customer.interaction.recorded']),
    );
    expect(JSON.parse(out).sent).toBe(sent.length);
    expect(isClosed()).toBe(true);
    const noon = Date.UTC(2026, 2, 10, 12);
    expect(sent.every(({ timestamp }) => timestamp <= noon)).toBe(true);
  });

  it('sends the lines of standard input: events to their input, records as they are', async () => {
    const { sent, openSender } = collect();
    const input = [
      '{"type":"message","customerId":"ann","channel":"email"}',
      'broken',
      '{"type":"opened","at":7,"customerId":"ann","topic":"own.topic","key":null}',
      '{"topic":"any","key":"k","value":"not json","headers":{"h":"v"},"timestamp":5}',
    ].join('\n');
    const { code, said } = await run(['produce', '-'], { openSender }, fakeTerminal({ environment, input }));
    expect(code).toBe(EXIT.ok);
    expect(said).toContain('line 2 is not a JSON object');
    const shown = sent.map(({ topic, key, value, timestamp }) => [
      topic,
      key?.toString(),
      value?.toString(),
      timestamp,
    ]);
    const noon = Date.UTC(2026, 2, 10, 12);
    expect(shown).toEqual([
      [
        'marketing.outbound.requested',
        'ann',
        `{"createdAt":${noon},"customerId":"ann","channel":"email"}`,
        noon,
      ],
      ['own.topic', undefined, '{"occurredAt":7,"type":"opened","customerId":"ann"}', 7],
      ['any', 'k', 'not json', 5],
    ]);
    expect(sent[2]?.headers).toEqual([{ name: 'h', value: Buffer.from('v') }]);
  });

  it('names --generate when there is nothing to send', async () => {
    const { openSender } = collect();
    const { code, said } = await run(['produce'], { openSender });
    expect(code).toBe(EXIT.usage);
    expect(said).toContain('--generate');
  });

  it('stops when asked to, and closes', async () => {
    const { sent, isClosed, openSender } = collect();
    const terminal = fakeTerminal({ environment });
    terminal.stop();
    await run(['produce', '--generate', '5000'], { openSender }, terminal);
    expect(sent).toEqual([]);
    expect(isClosed()).toBe(true);
  });
});

describe('tact run', () => {
  const governing = (more: Partial<Governing> = {}) => {
    const calls: string[] = [];
    const given: GovernStart[] = [];
    const govern = async (_config: unknown, start: GovernStart): Promise<Governing> => {
      given.push(start);
      calls.push('govern');
      return {
        address: 'http://127.0.0.1:9464',
        stopped: new Promise(() => {}),
        stop: async () => void calls.push('stop'),
        ...more,
      };
    };
    return { calls, given, govern };
  };

  it('says where the probes are, and drains when told to stop', async () => {
    const { calls, given, govern } = governing();
    const terminal = fakeTerminal({ environment });
    const done = run(['run', '--start-within', '5'], { govern }, terminal);
    while (!terminal.said.some((line) => line.startsWith('Governing'))) await new Promise(setImmediate);
    expect(terminal.said.join('\n')).toContain('http://127.0.0.1:9464');
    expect(calls).toEqual(['govern']);
    terminal.stop();
    expect((await done).code).toBe(EXIT.ok);
    expect(calls).toEqual(['govern', 'stop']);
    expect(given[0]?.within).toBe(5_000);
  });

  it('ends with 6 when Kafka cannot be reached at the start', async () => {
    const { code, said } = await run(['run'], { govern: down });
    expect(code).toBe(EXIT.unreachable);
    expect(said).toContain('127.0.0.1:9092');
  });

  it('names the port and the variable when the port is taken', async () => {
    const govern = async () => {
      throw Object.assign(new Error('listen EADDRINUSE'), { code: 'EADDRINUSE' });
    };
    const { code, said } = await run(['run'], { govern });
    expect(code).toBe(EXIT.invalid);
    expect(said).toMatch(/port 9464 of 127\.0\.0\.1 is taken.*TACT_HTTP_PORT/);
    expect(said).not.toContain(' at ');
  });

  it('names the variable when the policy is not there', async () => {
    const terminal = fakeTerminal({ environment: { ...environment, TACT_POLICY_FILE: 'none.yaml' } });
    const { code, said } = await run(['run'], {}, terminal);
    expect(code).toBe(EXIT.invalid);
    expect(said).toMatch(/none\.yaml: there is no such file; .*TACT_POLICY_FILE/);
  });

  it('ends with 0 when it is stopped before Kafka answered', async () => {
    const terminal = fakeTerminal({ environment });
    terminal.stop();
    const { code, said } = await run(['run'], { govern: down }, terminal);
    expect(code).toBe(EXIT.ok);
    expect(said).toContain('Stopped before it began.');
  });

  it('ends with 1 when it cannot go on', async () => {
    const { govern } = governing({ stopped: Promise.reject(new Error('the consumer crashed')) });
    const { code, said } = await run(['run'], { govern });
    expect(code).toBe(EXIT.unexpected);
    expect(said).toContain('the consumer crashed');
  });

  it('connects to nothing when the policy is wrong', async () => {
    const wrong = fakeTerminal({
      environment: { ...environment, TACT_POLICY_FILE: 'test/unit/cli/broken-policy.yaml' },
    });
    const { code, said } = await run(['run'], {}, wrong);
    expect(code).toBe(EXIT.invalid);
    expect(said).toContain('broken-policy.yaml:4:11 error');
  });
});

describe('tact check', () => {
  it('tells what is right', async () => {
    const { code, out } = await run(['check']);
    expect(code).toBe(EXIT.ok);
    expect(out).toContain('✓ configuration from environment and defaults: 12 shards');
    expect(out).toMatch(/✓ policy .*deploy\/policies\/retail-eu\.yaml: retail-eu@[0-9a-f]{12}, enforced/);
    expect(out).toContain('email-weekly (cap)');
  });

  it('tells every problem of both at once, with 3', async () => {
    const bad = fakeTerminal({ environment: { ...environment, TACT_SHARDS: 'many', TACT_HTTP_PORT: '-1' } });
    const { code, out } = await run(['check', '--policy', 'test/unit/cli/broken-policy.yaml'], {}, bad);
    expect(code).toBe(EXIT.invalid);
    expect(out).toContain('TACT_SHARDS');
    expect(out).toContain('TACT_HTTP_PORT');
    expect(out).toContain('broken-policy.yaml:4:11 error timezone');
    expect(out).toContain('broken-policy.yaml:8:33 error rules[0].cap.limit');
  });

  it('tells the same as one object', async () => {
    const { code, out } = await run(['check', '--json', '--policy', 'test/unit/cli/broken-policy.yaml']);
    expect(code).toBe(EXIT.invalid);
    const result = JSON.parse(out);
    expect(result).toMatchObject({
      ok: false,
      configuration: { ok: true, shards: 12 },
      policy: { ok: false },
    });
    expect(result.policy.problems[0]).toMatchObject({ line: 4, column: 11 });
  });

  it('tells of a policy that is not there', async () => {
    const { code, out } = await run(['check', '--policy', 'none.yaml']);
    expect(code).toBe(EXIT.invalid);
    expect(out).toContain('cannot read the policy none.yaml: there is no such file');
  });
});

describe('tact shard', () => {
  const report = (shard: number, different: string[] = []) => ({
    shard,
    customers: 10,
    changelogRecords: 20,
    different,
    watermark: 30,
  });

  it('compares every shard, and ends with 5 when one differs', async () => {
    const asked: string[] = [];
    const rebuildShard = async (_config: unknown, shard: number, mode: string) => {
      asked.push(`${mode} ${shard}`);
      return report(shard, shard === 3 ? ['hash'] : []);
    };
    const { code, said } = await run(['shard', 'rebuild', '--compare'], { rebuildShard });
    expect(code).toBe(EXIT.differences);
    expect(asked).toHaveLength(12);
    expect(asked[11]).toBe('compare 11');
    expect(said).toContain('Redis differs');
  });

  it('rebuilds one', async () => {
    const rebuildShard = async (_config: unknown, shard: number, mode: string) => {
      expect(mode).toBe('replace');
      return report(shard);
    };
    const { code, out } = await run(['shard', 'rebuild', '3', '--json'], { rebuildShard });
    expect(code).toBe(EXIT.ok);
    expect(JSON.parse(out)).toEqual({ same: true, shards: [report(3)] });
  });

  it('refuses a shard that does not exist', async () => {
    const { code, said } = await run(['shard', 'rebuild', '12']);
    expect(code).toBe(EXIT.usage);
    expect(said).toContain('there is no shard 12; the shards run from 0 to 11');
  });

  it('adopts from where the operator says, or shows it', async () => {
    const asked: Adoption[] = [];
    const adoptShard = async (_config: unknown, _shard: number, adoption: Adoption) => {
      asked.push(adoption);
      return [{ topic: 't', partition: 3, offset: 42 }];
    };
    const { out, said } = await run(['shard', 'adopt', '3', '--from', 'group-offsets', '--dry-run'], {
      adoptShard,
    });
    expect(asked).toEqual([{ from: 'group-offsets', dryRun: true }]);
    expect(out).toMatch(/t +3 +42/);
    expect(said).toContain('Nothing was written.');
  });
});
