import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { TactError } from '../../../src/kernel/errors.ts';
import { RedisProcessBoard } from '../../../src/redis/process-board.ts';
import { RedisStateStore } from '../../../src/redis/redis-state-store.ts';
import type { RedisSettings } from '../../../src/redis/settings.ts';
import { freePort } from '../../stack/children.mjs';
import { startRedis } from '../../stack/redis.mjs';
import { PRIMARY_NAME, startRedisCluster, startSentinels } from '../../stack/redis-topologies.mjs';
import type { RunningRedisCluster, RunningSentinels } from '../../stack/stack.d.mts';

const FAILOVER_MS = 90_000;
const SHARDS = 12;
const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

function settingsOf(nodes: readonly string[], more: Partial<RedisSettings>): RedisSettings {
  const [first, ...others] = nodes;
  return {
    ...{ url: `redis://${first}`, nodes: others, keyPrefix: `failover-${randomUUID()}` },
    ...{ commandTimeoutMs: 1_000, connectionTimeoutMs: 1_000 },
    ...more,
  };
}

function storeOf(settings: RedisSettings): RedisStateStore {
  const store = new RedisStateStore(settings);
  closing.push(() => store.close());
  return store;
}

const change = (expected: number, next: number) => ({
  ...{ expected, next, log: 'log-1', at: 1 },
  entries: new Map([['customer', Buffer.from(String(next))]]),
  due: new Map(),
});

/** What the call gives once Redis answers again; every error until then is one that a shard waits for. */
async function onceAnswered<T>(call: () => Promise<T>): Promise<{ answer: T; errors: number }> {
  for (let errors = 0; ; errors++) {
    try {
      return { answer: await call(), errors };
    } catch (error) {
      expect(error).toBeInstanceOf(TactError);
      expect((error as TactError).code).toMatch(/^redis-(unreachable|refused)$/);
      // A refusal may come at once, without anything having been sent.
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

describe('a Redis with sentinels', () => {
  let redis: RunningSentinels;
  beforeAll(async () => {
    redis = await startSentinels();
  }, FAILOVER_MS);
  afterAll(() => redis?.stop());

  test('is written through its primary, and through the next one when that is killed', {
    timeout: FAILOVER_MS,
  }, async () => {
    const store = storeOf(settingsOf(redis.nodes, { sentinel: { name: PRIMARY_NAME } }));
    expect((await store.checkServer()).warnings).toEqual([]);
    expect(await store.apply(0, change(0, 5))).toEqual({ applied: true });
    const [primary] = redis.servers;
    primary?.signal('SIGKILL');
    await primary?.ended;
    const { answer, errors } = await onceAnswered(() => store.load(0, ['customer']));
    expect(errors).toBeGreaterThan(0);
    // What the replica had not heard of is lost, and the watermark with it.
    expect(answer).toEqual(
      answer.watermark === 5
        ? { watermark: 5, values: [Buffer.from('5')] }
        : { watermark: 0, values: [null] },
    );
    const written = await onceAnswered(() => store.apply(0, change(answer.watermark, 9)));
    expect(written.answer).toEqual({ applied: true });
    expect((await store.checkServer()).warnings).toEqual([]);
  });
});

test.each([
  ['one server', {}],
  ['sentinels', { sentinel: { name: PRIMARY_NAME } }],
  ['a cluster', { cluster: true }],
])('what nobody answers for can be given up at once: %s', async (_, more) => {
  const nobody = `127.0.0.1:${await freePort()}`;
  await new RedisStateStore(settingsOf([nobody], more)).close();
  const store = storeOf(settingsOf([nobody], more));
  await expect(store.load(0, [])).rejects.toMatchObject({
    code: 'redis-unreachable',
    message: expect.stringContaining(nobody),
  });
});

describe('a Redis Cluster', () => {
  let redis: RunningRedisCluster;
  beforeAll(async () => {
    redis = await startRedisCluster({ replicas: 1 });
  }, FAILOVER_MS);
  afterAll(() => redis?.stop());

  test('takes the user that is shipped', async () => {
    const users = readFileSync(new URL('../../../deploy/redis/users.acl', import.meta.url), 'utf8');
    const [, ...rules] = /^user tact (.*)$/m.exec(users)?.[1]?.split(' ') ?? [];
    for (const { port } of redis.servers) {
      const admin = new Redis({ port, host: '127.0.0.1' });
      const given = rules.map((rule) => rule.replace(/^>.*/, '>secret'));
      await admin.call('ACL', 'SETUSER', 'tact', 'reset', 'on', ...given);
      admin.disconnect();
    }
    const shipped = { cluster: true, keyPrefix: 'tact', username: 'tact', password: 'secret' };
    const store = storeOf(settingsOf(redis.nodes, shipped));
    expect((await store.checkServer()).warnings).toEqual([]);
    for (let shard = 0; shard < SHARDS; shard++) {
      expect(await store.apply(shard, change(0, 5))).toEqual({ applied: true });
      expect(await store.load(shard, ['customer'])).toMatchObject({ watermark: 5 });
    }
  });

  test('keeps shards on all of its primaries, and those of one that is killed come back on its replica', {
    timeout: FAILOVER_MS,
  }, async () => {
    const settings = settingsOf(redis.nodes, { cluster: true });
    const store = storeOf(settings);
    expect((await store.checkServer()).warnings).toEqual([]);
    const shards = Array.from({ length: SHARDS }, (_, shard) => shard);
    for (const shard of shards) expect(await store.apply(shard, change(0, 5))).toEqual({ applied: true });
    const board = new RedisProcessBoard(settings);
    closing.push(() => board.close());
    await board.publish('one', 'well', 60_000);
    expect(await board.read()).toEqual(['well']);

    const [primary] = redis.servers;
    primary?.signal('SIGKILL');
    await primary?.ended;
    const answers = await Promise.all(shards.map((shard) => onceAnswered(() => store.load(shard, []))));
    // Some were there, and others were not.
    expect(answers.some(({ errors }) => errors === 0)).toBe(true);
    expect(answers.some(({ errors }) => errors > 0)).toBe(true);
    for (const [shard, { answer }] of answers.entries()) {
      const written = await onceAnswered(() => store.apply(shard, change(answer.watermark, 9)));
      expect(written.answer).toEqual({ applied: true });
    }
  });

  test('is not taken for one that it is not, and says so', async () => {
    const alone = await startRedis();
    closing.push(() => alone.stop());
    const store = storeOf(settingsOf([`127.0.0.1:${alone.port}`], { cluster: true }));
    await expect(store.load(0, [])).rejects.toMatchObject({
      message: expect.stringContaining('cluster support disabled'),
    });
  });

  test('is said to be one where it is not known', async () => {
    const store = storeOf(settingsOf(redis.nodes.slice(1, 2), {}));
    expect((await store.checkServer()).warnings.join()).toContain('redis.cluster: true');
    const answers = await Promise.allSettled(
      Array.from({ length: SHARDS }, (_, shard) => store.load(shard, [])),
    );
    expect(
      answers
        .filter(({ status }) => status === 'rejected')
        .map((each) => `${(each as PromiseRejectedResult).reason}`)
        .join(),
    ).toContain('redis.cluster: true');
  });
});
