import { inspect } from 'node:util';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { RedisStateStore } from '../../../src/redis/redis-state-store.ts';
import type { RedisSettings } from '../../../src/redis/settings.ts';
import type { StateChange } from '../../../src/shard/state-store.ts';
import { type RunningRedis, startRedis } from '../../stack/stack.mjs';
import { startTcpProxy } from './tcp-proxy.ts';

const settingsFor = (url: string): RedisSettings => ({
  url,
  keyPrefix: 'tact',
  commandTimeoutMs: 500,
  connectionTimeoutMs: 500,
});
const change = (expected: number, next: number, value = 'x'): StateChange => ({
  expected,
  next,
  log: 'log-1',
  at: 1,
  entries: new Map([['a', Buffer.from(value)]]),
});
const refused = (word: string) => ({ code: 'redis-refused', message: expect.stringContaining(`(${word})`) });
const unreachable = { code: 'redis-unreachable', retryable: true };

/** Runs until it does not throw, with a deadline. */
async function eventually<T>(attempt: () => Promise<T>, withinMs = 10_000): Promise<T> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

async function timed<T>(work: Promise<T>): Promise<number> {
  const started = performance.now();
  await work;
  return performance.now() - started;
}

describe('a state store over a Redis that', () => {
  let server: RunningRedis;
  let admin: Redis;
  let store: RedisStateStore;
  const closing: (() => Promise<unknown>)[] = [];
  beforeAll(async () => {
    server = await startRedis();
    admin = new Redis(server.url);
    store = new RedisStateStore(settingsFor(server.url));
  });
  afterEach(async () => {
    for (const close of closing.splice(0)) await close();
    await admin.flushall();
  });
  afterAll(async () => {
    await store.close();
    admin.disconnect();
    await server.stop();
  });

  it('is out of memory refuses, and has written nothing', async () => {
    await store.apply(0, change(0, 5, 'kept'));
    await admin.config('SET', 'maxmemory', '1');
    closing.push(() => admin.config('SET', 'maxmemory', '0'));
    await expect(store.apply(0, change(5, 9, 'lost'))).rejects.toMatchObject(refused('OOM'));
    expect(await store.load(0, ['a'])).toEqual({ watermark: 5, values: [Buffer.from('kept')] });
  });

  it('holds something else under the key refuses, and leaves it alone', async () => {
    await admin.set('tact:{0}', 'theirs');
    await expect(store.load(0, ['a'])).rejects.toMatchObject(refused('WRONGTYPE'));
    await expect(store.apply(0, change(0, 5))).rejects.toMatchObject(refused('WRONGTYPE'));
    expect(await admin.get('tact:{0}')).toBe('theirs');
  });

  it('has forgotten the script gets it again', async () => {
    await store.apply(0, change(0, 5));
    await admin.script('FLUSH');
    expect(await store.apply(0, change(5, 9))).toEqual({ applied: true });
  });

  it('has become a replica refuses until a primary is there', async () => {
    await store.apply(0, change(0, 5));
    await admin.replicaof('127.0.0.1', 1);
    closing.push(() => admin.replicaof('NO', 'ONE'));
    await expect(store.apply(0, change(5, 9))).rejects.toMatchObject(refused('READONLY'));
    const { warnings } = await eventually(() => store.checkServer());
    expect(warnings).toEqual([expect.stringContaining('replica')]);
    await admin.replicaof('NO', 'ONE');
    expect(await eventually(() => store.apply(0, change(5, 9)))).toEqual({ applied: true });
  });

  it('is busy with a script refuses', async () => {
    await admin.config('SET', 'busy-reply-threshold', '50');
    const runner = new Redis(server.url);
    const endless = runner.eval('while true do end', 0).catch(() => {});
    closing.push(async () => runner.disconnect());
    const busy = () =>
      store.load(0, []).then(
        () => Promise.reject(new Error('answered')),
        (error: unknown) => expect(error).toMatchObject(refused('BUSY')),
      );
    await eventually(busy);
    await admin.script('KILL');
    await endless;
    expect((await eventually(() => store.load(0, []))).watermark).toBe(0);
  });

  it('withholds a permission refuses, and says what is missing where', async () => {
    await admin.acl('SETUSER', 'reader', 'on', '>secret', '~tact:*', '-@all', '+hmget', '+info');
    const reader = new RedisStateStore({
      ...settingsFor(server.url),
      username: 'reader',
      password: 'secret',
    });
    closing.push(() => reader.close());
    expect(await reader.load(0, ['a'])).toEqual({ watermark: 0, values: [null] });
    await expect(reader.apply(0, change(0, 5))).rejects.toMatchObject(refused('NOPERM'));
  });

  it('grants exactly the documented permissions serves everything', async () => {
    const commands = [
      '+hmget',
      '+hget',
      '+hset',
      '+hdel',
      '+hscan',
      '+unlink',
      '+eval',
      '+evalsha',
      '+info',
      '+client|setname',
    ];
    await admin.acl('SETUSER', 'tact', 'on', '>secret', '~tact:*', '-@all', ...commands);
    const governed = new RedisStateStore({
      ...settingsFor(server.url),
      username: 'tact',
      password: 'secret',
    });
    closing.push(() => governed.close());
    await governed.apply(0, change(0, 5));
    await governed.apply(0, { ...change(5, 6), entries: new Map([['a', null]]) });
    await governed.apply(0, change(6, 7));
    expect(await governed.load(0, ['a'])).toEqual({ watermark: 7, values: [Buffer.from('x')] });
    expect((await governed.view(0)).log).toBe('log-1');
    for await (const [field] of governed.entries(0)) expect(field).toBe('a');
    expect((await governed.checkServer()).warnings).toEqual([]);
    await governed.clear(0);
    expect((await governed.view(0)).watermark).toBe(0);
  });

  it('does not know the password refuses, and says so', async () => {
    const stranger = new RedisStateStore({ ...settingsFor(server.url), username: 'tact', password: 'wrong' });
    closing.push(() => stranger.close());
    await expect(stranger.load(0, [])).rejects.toMatchObject(refused('WRONGPASS'));
  });

  it('loses the reply of an apply takes the same apply again', async () => {
    const proxy = await startTcpProxy(server.port);
    const behind = new RedisStateStore(settingsFor(`redis://127.0.0.1:${proxy.port}`));
    closing.push(
      () => behind.close(),
      () => proxy.close(),
    );
    await behind.apply(0, change(0, 5, 'old'));
    proxy.dropNextReply();
    await expect(behind.apply(0, change(5, 9, 'new'))).rejects.toMatchObject(unreachable);
    expect(proxy.dropped()).toBe(1);
    expect((await store.load(0, [])).watermark).toBe(9);
    expect(await eventually(() => behind.apply(0, change(5, 9, 'new')))).toEqual({ applied: true });
    expect(await behind.load(0, ['a'])).toEqual({ watermark: 9, values: [Buffer.from('new')] });
  });

  it('names no customer and no state in an error', async () => {
    const secret = { ...change(0, 5), entries: new Map([['canary-field', Buffer.from('canary-value')]]) };
    await admin.set('tact:{0}', 'theirs');
    const errors: unknown[] = [];
    await store.apply(0, secret).catch((error: unknown) => errors.push(error));
    await store.load(0, ['canary-field']).catch((error: unknown) => errors.push(error));
    await admin.acl('SETUSER', 'nobody', 'on', '>secret', '-@all');
    const nobody = new RedisStateStore({
      ...settingsFor(server.url),
      username: 'nobody',
      password: 'secret',
    });
    closing.push(() => nobody.close());
    await nobody.load(0, ['canary-field']).catch((error: unknown) => errors.push(error));
    expect(errors).toHaveLength(3);
    expect(inspect(errors, { depth: 9, showHidden: true })).not.toContain('canary');
  });

  it('evicts is reported, and works', async () => {
    await admin.config('SET', 'maxmemory-policy', 'allkeys-lru');
    closing.push(() => admin.config('SET', 'maxmemory-policy', 'noeviction'));
    const { version, warnings } = await store.checkServer();
    expect(version).toMatch(/^\d+\.\d+\.\d+$/);
    expect(warnings).toEqual([expect.stringContaining('allkeys-lru')]);
    expect(await store.apply(0, change(0, 5))).toEqual({ applied: true });
  });

  it('answers is timed, and whether it answered well', async () => {
    const seen: [string, boolean][] = [];
    const timedStore = new RedisStateStore(settingsFor(server.url), {
      onCommand: (command, seconds, ok) => {
        expect(seconds).toBeGreaterThan(0);
        expect(seconds).toBeLessThan(5);
        seen.push([command, ok]);
      },
    });
    closing.push(() => timedStore.close());
    await timedStore.apply(0, change(0, 5));
    await timedStore.load(0, []);
    await admin.set('tact:{1}', 'theirs');
    await expect(timedStore.load(1, [])).rejects.toThrow();
    expect(seen).toEqual([
      ['apply', true],
      ['load', true],
      ['load', false],
    ]);
  });
});

describe('a state store whose Redis', () => {
  const closing: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
  });
  const start = async (options: { port?: number; args?: string[] } = {}): Promise<RunningRedis> => {
    const server = await startRedis(options);
    closing.push(() => server.stop());
    return server;
  };
  const open = (server: RunningRedis): RedisStateStore => {
    const store = new RedisStateStore(settingsFor(server.url));
    closing.push(() => store.close());
    return store;
  };

  it('is killed fails soon, every time, and goes on when it is back', async () => {
    const server = await start();
    const store = open(server);
    await store.apply(0, change(0, 5));
    server.signal('SIGKILL');
    await server.ended;
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const failures = Array.from({ length: 30 }, (_, shard) =>
        expect(store.load(shard, [])).rejects.toMatchObject(unreachable),
      );
      expect(await timed(Promise.all(failures))).toBeLessThan(2_000);
    }
    await start({ port: server.port });
    expect((await eventually(() => store.load(0, []))).watermark).toBe(0);
    expect(await store.apply(0, change(5, 9))).toEqual({ applied: false, watermark: 0 });
  });

  it('is killed with a command under way fails that command at once', async () => {
    const server = await start();
    const store = open(server);
    await store.load(0, []);
    server.signal('SIGSTOP');
    const failing = expect(store.apply(0, change(0, 5))).rejects.toMatchObject(unreachable);
    server.signal('SIGKILL');
    expect(await timed(failing)).toBeLessThan(450);
  });

  it('hangs fails when the time is up, and goes on when it wakes', async () => {
    const server = await start();
    const store = open(server);
    await store.load(0, []);
    server.signal('SIGSTOP');
    const took = await timed(expect(store.apply(0, change(0, 5))).rejects.toMatchObject(unreachable));
    expect(took).toBeGreaterThan(400);
    expect(took).toBeLessThan(2_000);
    server.signal('SIGCONT');
    expect(await eventually(() => store.apply(0, change(0, 5)))).toEqual({ applied: true });
  });

  it('was never there fails soon', async () => {
    const server = await start();
    await server.stop();
    const store = open(server);
    const took = await timed(expect(store.load(0, [])).rejects.toMatchObject(unreachable));
    expect(took).toBeLessThan(2_000);
  });

  it('belongs to a cluster that does not serve the slot refuses', async () => {
    const server = await start({ args: ['--cluster-enabled', 'yes'] });
    const store = open(server);
    await expect(store.load(0, [])).rejects.toMatchObject(refused('CLUSTERDOWN'));
    expect((await store.checkServer()).warnings).toEqual([expect.stringContaining('cluster')]);
  });

  it('was left fails, and can be left twice', async () => {
    const store = open(await start());
    await store.close();
    await store.close();
    await expect(store.load(0, [])).rejects.toMatchObject(unreachable);
  });
});
