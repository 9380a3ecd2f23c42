import { describe, expect, it } from 'vitest';
import {
  addressesOf,
  clientOptions,
  clusterOptions,
  sentinelOptions,
} from '../../../src/redis/client-options.ts';

const settings = { keyPrefix: 'tact', commandTimeoutMs: 1_000, connectionTimeoutMs: 5_000 };

describe('clientOptions', () => {
  it('reads host, port, database, user and password from the address', () => {
    expect(clientOptions({ ...settings, url: 'redis://us%40er:p%3Ass@[::1]:7000/3' })).toMatchObject({
      host: '::1',
      port: 7_000,
      db: 3,
      username: 'us@er',
      password: 'p:ss',
    });
  });

  it('takes port 6379, database 0 and the default user where the address says nothing', () => {
    const options = clientOptions({ ...settings, url: 'redis://cache.example' });
    expect(options).toMatchObject({ host: 'cache.example', port: 6_379, db: 0 });
    expect(Object.keys(options)).not.toEqual(expect.arrayContaining(['username']));
    expect(options.tls).toBeUndefined();
  });

  it('takes user and password of the settings', () => {
    const options = clientOptions({ ...settings, url: 'redis://h', username: 'tact', password: 'secret' });
    expect(options).toMatchObject({ username: 'tact', password: 'secret' });
  });

  it('checks certificate and name with rediss, and uses the given authority', () => {
    expect(clientOptions({ ...settings, url: 'rediss://h' }).tls).toEqual({
      servername: 'h',
      rejectUnauthorized: true,
    });
    expect(clientOptions({ ...settings, url: 'rediss://10.0.0.1' }).tls).toEqual({
      rejectUnauthorized: true,
    });
    const tls = { ca: 'CA', cert: 'CERT', key: 'KEY', serverName: 'redis.internal' };
    expect(clientOptions({ ...settings, url: 'rediss://10.0.0.1', tls }).tls).toEqual({
      servername: 'redis.internal',
      rejectUnauthorized: true,
      ca: 'CA',
      cert: 'CERT',
      key: 'KEY',
    });
  });

  it('refuses another address without repeating it', () => {
    for (const url of ['http://user:secret@h', 'not an address: secret']) {
      expect(() => clientOptions({ ...settings, url })).toThrow(/redis:\/\/host:port/);
      expect(() => clientOptions({ ...settings, url })).not.toThrow(/secret/);
    }
  });

  it('lets nothing wait in a queue and nothing be sent again unasked', () => {
    expect(clientOptions({ ...settings, url: 'redis://h' })).toMatchObject({
      enableOfflineQueue: false,
      autoResendUnfulfilledCommands: false,
      maxRetriesPerRequest: 0,
      commandTimeout: 1_000,
    });
  });

  it('tries again after 1.05 s at most', () => {
    const { retryStrategy } = clientOptions({ ...settings, url: 'redis://h' });
    for (const attempt of [1, 5, 100, 5_000]) {
      expect(retryStrategy?.(attempt)).toBeGreaterThanOrEqual(100);
      expect(retryStrategy?.(attempt)).toBeLessThanOrEqual(1_050);
    }
  });
});

describe('sentinelOptions', () => {
  const sentinel = { name: 'main', username: 'watcher', password: 'of sentinels' };
  const nodes = ['b.example:26380', '[::1]:26381'];

  it('asks every sentinel for the primary, each with its own user', () => {
    const url = 'redis://tact:secret@a.example:26379/2';
    expect(sentinelOptions({ ...settings, url, nodes }, sentinel)).toMatchObject({
      sentinels: [
        { host: 'a.example', port: 26_379 },
        { host: 'b.example', port: 26_380 },
        { host: '::1', port: 26_381 },
      ],
      ...{ name: 'main', sentinelUsername: 'watcher', sentinelPassword: 'of sentinels' },
      ...{ username: 'tact', password: 'secret', db: 2, enableOfflineQueue: false },
    });
  });

  it('speaks TLS to the sentinels and to the primary, and checks both', () => {
    const tls = { ca: 'CA' };
    const options = sentinelOptions({ ...settings, url: 'rediss://a.example', nodes, tls }, sentinel);
    expect(options).toMatchObject({ enableTLSForSentinelMode: true });
    for (const each of [options.tls, options.sentinelTLS])
      expect(each).toEqual({ rejectUnauthorized: true, ca: 'CA' });
    const plain = sentinelOptions({ ...settings, url: 'redis://a.example' }, sentinel);
    expect([plain.tls, plain.sentinelTLS]).toEqual([undefined, undefined]);
  });
});

describe('clusterOptions', () => {
  it('asks every node for the slots, and sends nothing twice but what was redirected', () => {
    const { nodes, options } = clusterOptions({
      ...settings,
      url: 'rediss://a:1',
      nodes: ['b:2'],
      cluster: true,
    });
    expect(nodes).toEqual([
      { host: 'a', port: 1 },
      { host: 'b', port: 2 },
    ]);
    expect(options).toMatchObject({ retryDelayOnFailover: 0, retryDelayOnClusterDown: 0 });
    expect(options.redisOptions).toMatchObject({
      tls: { rejectUnauthorized: true },
      maxRetriesPerRequest: 0,
    });
  });
});

describe('addressesOf', () => {
  it('names every address, and no user or password', () => {
    const url = 'redis://tact:secret@[::1]:7000';
    expect(addressesOf({ ...settings, url, nodes: ['b:2'] })).toEqual(['[::1]:7000', 'b:2']);
  });
});
