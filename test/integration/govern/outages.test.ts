import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Governing } from '../../../src/cli/abilities.ts';
import { shardOf } from '../../../src/kernel/shard-of.ts';
import { avroText } from '../../fixtures/records/records.ts';
import { type RunningRedis, startRedis } from '../../stack/stack.mjs';
import { FakeRegistry, framed } from '../../support/fake-registry.ts';
import {
  GOVERN_SHARDS,
  GovernWorld,
  message,
  metricOf,
  shardsOf,
  until,
} from '../../support/govern-world.ts';
import { policyText } from '../../support/policies.ts';

const POLICY = policyText(['{ id: once-a-day, cap: { limit: 1, window: 24h } }']);
const CUSTOMERS = Array.from({ length: 20 }, (_, i) => `canary-${i}`);
const DRAIN_DEADLINE = 4_000;
const allHold = (cause: string) => Array.from({ length: GOVERN_SHARDS }, () => `holding ${cause}`);
const allRun = Array.from({ length: GOVERN_SHARDS }, () => 'running');

function come(waitedFor: string, governing: Governing, states: readonly string[]): Promise<void> {
  return until(waitedFor, async () => (await shardsOf(governing)).join() === states.join());
}

describe('while Redis is away', () => {
  let redis: RunningRedis;
  let world: GovernWorld;
  let governing: Governing;
  let counted: string[];
  const everything: string[] = [];

  beforeAll(async () => {
    redis = await startRedis();
    const config = { shutdown: { deadlineMs: DRAIN_DEADLINE } };
    world = await GovernWorld.create({ policy: POLICY, redis: redis.url, config });
    governing = await world.govern();
    counted = await world.request(CUSTOMERS.map((customer) => message(customer)));
    everything.push(...counted);
    const outcomes = await world.decided(counted);
    expect([...outcomes.values()].flat()).toEqual(counted.map(() => 'cleared'));
  });

  afterAll(async () => {
    await world?.close();
    await redis?.stop();
  });

  it('shards hold and say so, nothing is decided, and an empty one that comes back knows every message', async () => {
    redis.signal('SIGKILL');
    await redis.ended;
    const waiting = await produceAndHold('killed');
    redis = await startRedis({ port: redis.port });
    await goesOn(waiting);
    expect(await metricOf(governing, 'tact_view_rebuilds_total')).toBeGreaterThan(0);
  });

  it('the same when it stands still', async () => {
    redis.signal('SIGSTOP');
    const waiting = await produceAndHold('stopped');
    redis.signal('SIGCONT');
    await goesOn(waiting);
  });

  it('a process ends in time though Redis stands still', async () => {
    redis.signal('SIGSTOP');
    await world.request(CUSTOMERS.map((customer) => message(customer)));
    await come('all hold for redis', governing, allHold('redis'));
    const from = performance.now();
    await governing.stop();
    expect(performance.now() - from).toBeLessThan(DRAIN_DEADLINE + 1_000);
    await governing.stopped;
    redis.signal('SIGCONT');
  });

  it('and no customer is named in what was logged about it', () => {
    expect(world.log.lines('shard-acquired').length).toBeGreaterThan(GOVERN_SHARDS);
    expect(world.log.text).not.toContain('canary');
  });

  /** One that must not pass, and one of a new customer that may, for each customer. */
  async function produceAndHold(name: string): Promise<{ again: string[]; fresh: string[] }> {
    const holdsBefore = await metricOf(governing, 'tact_holds_total{cause="redis"}');
    const again = await world.request(CUSTOMERS.map((customer) => message(customer)));
    const fresh = await world.request(CUSTOMERS.map((customer) => message(`${name}-${customer}`)));
    everything.push(...again, ...fresh);
    await come(`all hold for redis (${name})`, governing, allHold('redis'));
    expect(await metricOf(governing, 'tact_shard_holding{cause="redis"}')).toBe(GOVERN_SHARDS);
    expect(await metricOf(governing, 'tact_shards{state="holding"}')).toBe(GOVERN_SHARDS);
    expect(await metricOf(governing, 'tact_holds_total{cause="redis"}')).toBe(
      (holdsBefore ?? 0) + GOVERN_SHARDS,
    );
    const failedOnce = await metricOf(governing, 'tact_redis_errors_total{kind="unreachable"}');
    await until('it was tried again', async () => {
      const failed = await metricOf(governing, 'tact_redis_errors_total{kind="unreachable"}');
      return (failed ?? 0) >= (failedOnce ?? 0) + 2;
    });
    const outcomes = await world.outcomes();
    expect([...again, ...fresh].filter((source) => outcomes.has(source))).toEqual([]);
    expect((await fetch(`${governing.address}/livez`)).status).toBe(200);
    expect(world.log.lines('shard-holds').concat(world.log.lines('shard-lost'))).toContainEqual(
      expect.objectContaining({ cause: 'redis', level: 'warn' }),
    );
    return { again, fresh };
  }

  async function goesOn({ again, fresh }: { again: string[]; fresh: string[] }): Promise<void> {
    const outcomes = await world.decided([...again, ...fresh]);
    await come('all run again', governing, allRun);
    expect(again.map((source) => outcomes.get(source))).toEqual(again.map(() => ['suppressed']));
    expect(fresh.map((source) => outcomes.get(source))).toEqual(fresh.map(() => ['cleared']));
    expect([...outcomes.keys()].sort()).toEqual([...everything].sort());
    expect(await metricOf(governing, 'tact_shard_holding{cause="redis"}')).toBe(0);
  }
});

describe('while the schema registry is away', () => {
  const registry = new FakeRegistry();
  const schema = {
    type: 'record',
    name: 'Sent',
    fields: [
      { name: 'customerId', type: 'string' },
      { name: 'channel', type: 'string' },
    ],
  };
  const customerOf = (shard: number, name: string) => {
    for (let i = 0; ; i++) if (shardOf(`${name}-${i}`, GOVERN_SHARDS) === shard) return `${name}-${i}`;
  };
  const written = (schemaId: number, customer: string) => ({
    value: framed(schemaId, Buffer.concat([avroText(customer), avroText('email')])),
  });
  let world: GovernWorld;

  beforeAll(async () => {
    registry.schemas.set(1, schema).set(2, schema);
    await registry.start();
    world = await GovernWorld.create({ policy: POLICY, config: { registry: { url: registry.url } } });
  });
  afterEach(() => registry.stop());
  afterAll(() => world?.close());

  it('the shard that needs it holds, the others go on, and it goes on when the registry is back', async () => {
    const governing = await world.govern();
    const ask = (shard: number, id: number, name: string) =>
      world.append('requested', shard, [written(id, customerOf(shard, name))]);
    const known = [...(await ask(0, 1, 'before')), ...(await ask(1, 1, 'before'))];
    await world.decided(known);

    await registry.stop();
    const unknown = await ask(0, 2, 'needs-it');
    const behind = await ask(0, 1, 'behind-it');
    await come('the first holds', governing, ['holding registry', 'running']);
    const elsewhere = await ask(1, 1, 'meanwhile');
    const meanwhile = await world.decided(elsewhere);
    expect(elsewhere.map((source) => meanwhile.get(source))).toEqual([['cleared']]);
    expect([...unknown, ...behind].filter((source) => meanwhile.has(source))).toEqual([]);
    await come('the first holds still', governing, ['holding registry', 'running']);
    await expect.poll(() => metricOf(governing, 'tact_shard_holding{cause="registry"}')).toBe(1);

    await registry.start();
    const outcomes = await world.decided([...unknown, ...behind]);
    await come('both run', governing, allRun);
    expect([...outcomes.values()]).toEqual([...outcomes.keys()].map(() => ['cleared']));
    expect(outcomes.size).toBe(5);
    expect(await world.read('dead-letter')).toEqual([]);
  });
});
