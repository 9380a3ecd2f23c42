import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readStatus } from '../../../src/compose/status.ts';
import { build, mainOf } from '../../fault/build-copy.mjs';
import { kafkaAddress, redisAddress } from '../../support/addresses.ts';
import {
  GOVERN_SHARDS,
  GovernWorld,
  headerOf,
  message,
  metricOf,
  until,
} from '../../support/govern-world.ts';
import { policyText } from '../../support/policies.ts';

const GAP_MS = 4_000;
const CUSTOMERS = Array.from({ length: 40 }, (_, i) => `customer-${i}`);

let world: GovernWorld;
beforeEach(async () => {
  world = await GovernWorld.create({
    policy: policyText(['{ id: room, gap: 4s, onBlock: defer }']),
    config: {
      kafka: { brokers: [kafkaAddress()], heartbeatIntervalMs: 300, sessionTimeoutMs: 6_000 },
      shutdown: { deadlineMs: 5_000 },
    },
  });
});
afterEach(() => world.close());

const askAll = (round: string) =>
  world.request(CUSTOMERS.map((id) => message(id, { messageId: `${round}-${id}` })));

async function waiting(): Promise<number> {
  const { shards } = await readStatus(world.config);
  return shards.reduce((sum, shard) => sum + (shard.waiting ?? 0), 0);
}

/** One outcome of every input, all of them cleared, and the gap between any two of one customer. */
async function expectPromisesKept(sources: readonly string[]): Promise<void> {
  const outcomes = await world.outcomes();
  for (const source of sources) expect([source, outcomes.get(source)]).toEqual([source, ['cleared']]);
  const times = new Map<string, number[]>();
  for (const record of await world.read('cleared')) {
    const { customerId } = JSON.parse(String(record.value));
    const at = Date.parse(headerOf(record, 'tact-decided-at'));
    times.set(
      customerId,
      [...(times.get(customerId) ?? []), at].sort((a, b) => a - b),
    );
  }
  for (const each of times.values()) {
    for (const [i, at] of each.entries())
      if (i > 0) expect(at - (each[i - 1] ?? 0)).toBeGreaterThanOrEqual(GAP_MS);
  }
}

async function keysInRedis(): Promise<string[]> {
  const redis = new Redis(redisAddress());
  const keys = await redis.keys(`${world.id}:*`);
  redis.disconnect();
  return keys.filter((key) => key.endsWith(':due'));
}

describe('a deferred message on real parts', () => {
  it('waits, is seen to wait, and is cleared when it is due', async () => {
    const governing = await world.govern();
    const first = await askAll('first');
    await world.decided(first);
    const second = await askAll('second');
    await until('all of the second wait', async () => (await waiting()) === CUSTOMERS.length);
    expect((await keysInRedis()).length).toBeGreaterThan(0);
    const outcomes = await world.outcomes();
    for (const source of second) expect(outcomes.has(source)).toBe(false);
    const gauges = async () => {
      let sum = 0;
      for (let shard = 0; shard < GOVERN_SHARDS; shard++)
        sum += (await metricOf(governing, `tact_deferred_messages{shard="${shard}"}`)) ?? 0;
      return sum;
    };
    await until('the metrics say so', async () => (await gauges()) === CUSTOMERS.length);
    await world.decided(second);
    await expectPromisesKept([...first, ...second]);
    await until('nothing waits', async () => (await waiting()) === 0);
    expect(await keysInRedis()).toEqual([]);
    const waited = await metricOf(governing, 'tact_deferred_wait_seconds_count{outcome="cleared"}');
    expect(waited).toBe(CUSTOMERS.length);
  });

  it('is released by the process that comes after the one that deferred it', async () => {
    const before = await world.govern();
    const first = await askAll('first');
    await world.decided(first);
    const second = await askAll('second');
    await until('all of the second wait', async () => (await waiting()) === CUSTOMERS.length);
    await before.stop();
    await world.govern();
    await world.decided(second);
    await expectPromisesKept([...first, ...second]);
  });
});

describe('a process that is killed while it releases', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tact-deferral-'));
  let child: ChildProcess | undefined;
  afterEach(() => {
    child?.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });

  it('leaves nothing undecided and nothing decided twice', async () => {
    build(folder);
    const args = [mainOf(folder), 'run', '--config', join(world.folder, 'tact.yaml')];
    child = spawn(process.execPath, args, { stdio: 'ignore', cwd: folder });
    const first = await askAll('first');
    await world.decided(first);
    const [second, third] = [await askAll('second'), await askAll('third')];
    await until('all of them wait', async () => (await waiting()) === 2 * CUSTOMERS.length);
    await until('some are released', async () => (await world.outcomes()).size > first.length);
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
    await world.govern();
    await world.decided([...second, ...third]);
    await expectPromisesKept([...first, ...second, ...third]);
    await until('nothing waits', async () => (await waiting()) === 0);
  });
});
