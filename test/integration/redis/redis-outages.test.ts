import { Redis } from 'ioredis';
import { afterEach, describe, expect, it } from 'vitest';
import { RedisStateStore } from '../../../src/redis/redis-state-store.ts';
import { type RunningRedis, startRedis } from '../../stack/stack.mjs';
import { change, eventually, refused, settingsFor, timed, unreachable } from './redis-scene.ts';
import { startTcpProxy } from './tcp-proxy.ts';

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
    const store = new RedisStateStore({ ...settingsFor(server.url), commandTimeoutMs: 20_000 });
    closing.push(() => store.close());
    await store.load(0, []);
    server.signal('SIGSTOP');
    const failing = expect(store.apply(0, change(0, 5))).rejects.toMatchObject(unreachable);
    server.signal('SIGKILL');
    expect(await timed(failing)).toBeLessThan(5_000);
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

  it('falls silent without closing the connection is reached by a new one', async () => {
    const proxy = await startTcpProxy((await start()).port);
    closing.push(() => proxy.close());
    const store = new RedisStateStore(settingsFor(`redis://127.0.0.1:${proxy.port}`));
    closing.push(() => store.close());
    await store.load(0, []);
    proxy.swallow();
    await expect(store.load(0, [])).rejects.toMatchObject(unreachable);
    expect((await eventually(() => store.load(0, []))).watermark).toBe(0);
  });

  it('moves to another primary behind the same address is found there', async () => {
    const [old, primary] = [await start(), await start()];
    const proxy = await startTcpProxy(old.port);
    closing.push(() => proxy.close());
    const store = new RedisStateStore(settingsFor(`redis://127.0.0.1:${proxy.port}`));
    closing.push(() => store.close());
    await store.apply(0, change(0, 5));
    const admin = new Redis(old.url);
    closing.push(async () => admin.disconnect());
    await admin.replicaof('127.0.0.1', 1);
    proxy.leadTo(primary.port);
    await expect(store.apply(0, change(5, 9))).rejects.toMatchObject(refused('READONLY'));
    expect(await eventually(() => store.apply(0, change(5, 9)))).toEqual({ applied: false, watermark: 0 });
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
