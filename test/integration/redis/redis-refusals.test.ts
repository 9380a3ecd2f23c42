import { readFile } from 'node:fs/promises';
import { inspect } from 'node:util';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { RedisProcessBoard } from '../../../src/redis/process-board.ts';
import { RedisStateStore } from '../../../src/redis/redis-state-store.ts';
import { type RunningRedis, startRedis } from '../../stack/stack.mjs';
import { change, eventually, refused, settingsFor, unreachable } from './redis-scene.ts';
import { startTcpProxy } from './tcp-proxy.ts';

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

  it('grants exactly the permissions that are shipped serves everything', async () => {
    const users = await readFile(new URL('../../../deploy/redis/users.acl', import.meta.url), 'utf8');
    const [, user, rules] = /^user (tact) (.+)$/m.exec(users) ?? [];
    await admin.call('ACL', ['SETUSER', user ?? '', ...(rules ?? '').split(' ')]);
    const governed = new RedisStateStore({
      ...settingsFor(server.url),
      username: 'tact',
      password: 'change-this-password',
    });
    closing.push(() => governed.close());
    await governed.apply(0, change(0, 5));
    await governed.apply(0, { ...change(5, 6), entries: new Map([['a', null]]) });
    await governed.apply(0, { ...change(6, 7), due: new Map([['a', 1]]) });
    const question = { until: 1, limit: 1, bytesMax: 1 };
    expect(await governed.due(0, question)).toMatchObject({ waiting: 1, isWhole: true });
    await governed.apply(0, { ...change(7, 8), due: new Map([['a', null]]) });
    expect(await governed.load(0, ['a'])).toEqual({ watermark: 8, values: [Buffer.from('x')] });
    expect((await governed.view(0)).log).toBe('log-1');
    for await (const [field] of governed.entries(0)) expect(field).toBe('a');
    expect((await governed.checkServer()).warnings).toEqual([]);
    await governed.clear(0);
    expect((await governed.view(0)).watermark).toBe(0);
    const board = new RedisProcessBoard({
      ...settingsFor(server.url),
      username: 'tact',
      password: 'change-this-password',
    });
    closing.push(() => board.close());
    await board.publish('one', 'well', 60_000);
    expect(await board.read()).toEqual(['well']);
    await board.withdraw('one');
    expect(await board.read()).toEqual([]);
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
