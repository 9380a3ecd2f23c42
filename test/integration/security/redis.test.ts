import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { RedisStateStore } from '../../../src/redis/redis-state-store.ts';
import type { RedisTls } from '../../../src/redis/settings.ts';
import { createAuthority } from '../../support/certificates.mjs';
import { PASSWORD } from './secure-kafka.ts';
import { type SecureRedis, startSecureRedis } from './secure-redis.ts';

const DAY = 86_400_000;
const authority = createAuthority();
let redis: SecureRedis;
const closing: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  redis = await startSecureRedis(authority.issue(), authority.certificate);
}, 60_000);
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});
afterAll(() => redis?.stop());

const trusting: RedisTls = { ca: authority.certificate };

function storeAt(
  url: string,
  { tls, password = PASSWORD }: { tls?: RedisTls; password?: string } = {},
): RedisStateStore {
  const store = new RedisStateStore({
    url,
    username: 'tact',
    password,
    keyPrefix: 'tact',
    commandTimeoutMs: 1_500,
    connectionTimeoutMs: 1_000,
    ...(tls && { tls }),
  });
  closing.push(() => store.close());
  return store;
}

const change = {
  expected: 0,
  next: 5,
  log: 'log-1',
  at: 1,
  entries: new Map([['a', Buffer.from('x')]]),
  due: new Map(),
};

describe('a Redis that wants TLS and a user', () => {
  it('is read and written', async () => {
    const store = storeAt(`rediss://localhost:${redis.port}`, { tls: trusting });
    expect((await store.checkServer()).warnings).toEqual([]);
    expect(await store.apply(0, change)).toEqual({ applied: true });
    expect(await store.load(0, ['a'])).toEqual({ watermark: 5, values: [Buffer.from('x')] });
  });

  it('refuses a wrong password, which is in no message', async () => {
    const store = storeAt(`rediss://localhost:${redis.port}`, { tls: trusting, password: 'not-it-at-all' });
    const error = await store.load(0, ['a']).catch((each) => each);
    expect(error).toMatchObject({
      code: 'redis-refused',
      message: expect.stringContaining('password are wrong'),
    });
    expect(`${error.stack} ${JSON.stringify(error)}`).not.toContain('not-it-at-all');
  });

  it('is not used when nobody vouches for it, when it has another name, or in the clear', async () => {
    const stranger = createAuthority('a stranger');
    const unreachable = { code: 'redis-unreachable' };
    const named = `rediss://localhost:${redis.port}`;
    await expect(storeAt(named, { tls: { ca: stranger.certificate } }).load(0, [])).rejects.toMatchObject(
      unreachable,
    );
    await expect(storeAt(named).load(0, [])).rejects.toMatchObject(unreachable);
    const byAddress = `rediss://127.0.0.1:${redis.port}`;
    await expect(storeAt(byAddress, { tls: trusting }).load(0, [])).rejects.toMatchObject(unreachable);
    await expect(storeAt(`redis://localhost:${redis.port}`).load(0, [])).rejects.toMatchObject(unreachable);
    const inTheClear = `rediss://localhost:${redis.plainPort}`;
    await expect(storeAt(inTheClear, { tls: trusting }).load(0, [])).rejects.toMatchObject(unreachable);
  });

  it('is not used when its certificate has expired', async () => {
    const expired = await startSecureRedis(
      authority.issue({ from: -10 * DAY, until: -DAY }),
      authority.certificate,
    );
    closing.push(() => expired.stop());
    const store = storeAt(`rediss://localhost:${expired.port}`, { tls: trusting });
    await expect(store.load(0, [])).rejects.toMatchObject({ code: 'redis-unreachable' });
  });

  it('lets the user that is shipped do nothing that it need not do', async () => {
    const tls = { ca: authority.certificate, servername: 'localhost' };
    const client = new Redis({
      host: 'localhost',
      port: redis.port,
      username: 'tact',
      password: PASSWORD,
      tls,
      lazyConnect: true,
    });
    closing.push(async () => client.disconnect());
    await client.connect();
    const forbidden = [
      ['FLUSHALL'],
      ['KEYS', '*'],
      ['SCAN', '0'],
      ['CONFIG', 'GET', '*'],
      ['ACL', 'LIST'],
      ['MONITOR'],
      ['SHUTDOWN'],
      ['REPLICAOF', 'NO', 'ONE'],
      ['GET', 'other:key'],
      ['HGET', 'other', 'field'],
      ['EVAL', "return redis.call('GET', 'other:key')", '1', 'other:key'],
    ];
    for (const [command = '', ...args] of forbidden)
      await expect(client.call(command, args), command).rejects.toThrow(/NOPERM|permission/i);
    const nobody = new Redis({
      host: 'localhost',
      port: redis.port,
      tls,
      lazyConnect: true,
      maxRetriesPerRequest: 0,
      retryStrategy: () => null,
    });
    nobody.on('error', () => undefined);
    closing.push(async () => nobody.disconnect());
    await expect(nobody.connect().then(() => nobody.get('tact:1'))).rejects.toThrow(/NOAUTH|closed/);
  });
});
