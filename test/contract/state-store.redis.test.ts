import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { RedisStateStore } from '../../src/redis/redis-state-store.ts';
import type { RedisSettings } from '../../src/redis/settings.ts';
import { dueKey } from '../../src/redis/shard-key.ts';
import { redisAddress } from '../support/addresses.ts';
import { stateStoreContract } from './state-store-contract.ts';

stateStoreContract('over Redis', async () => {
  const settings: RedisSettings = {
    url: redisAddress(),
    keyPrefix: `contract-${randomUUID()}`,
    commandTimeoutMs: 5_000,
    connectionTimeoutMs: 5_000,
  };
  const store = new RedisStateStore(settings);
  const other = new RedisStateStore(settings);
  const admin = new Redis(settings.url);
  return {
    store,
    other,
    loseIndex: async (shard) => void (await admin.unlink(dueKey(settings.keyPrefix, shard))),
    close: async () => {
      for (let shard = 0; shard < 50; shard += 1) await store.clear(shard);
      await Promise.all([store.close(), other.close()]);
      admin.disconnect();
    },
  };
});
