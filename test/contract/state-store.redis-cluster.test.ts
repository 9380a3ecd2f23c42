import { randomUUID } from 'node:crypto';
import { Cluster } from 'ioredis';
import { RedisStateStore } from '../../src/redis/redis-state-store.ts';
import type { RedisSettings } from '../../src/redis/settings.ts';
import { dueKey } from '../../src/redis/shard-key.ts';
import { startRedisCluster } from '../stack/redis-topologies.mjs';
import { stateStoreContract } from './state-store-contract.ts';

stateStoreContract('over a Redis Cluster', async () => {
  const cluster = await startRedisCluster();
  const [first = '', ...others] = cluster.nodes;
  const settings: RedisSettings = {
    ...{ url: `redis://${first}`, nodes: others, cluster: true, keyPrefix: `contract-${randomUUID()}` },
    ...{ commandTimeoutMs: 5_000, connectionTimeoutMs: 5_000 },
  };
  const store = new RedisStateStore(settings);
  const other = new RedisStateStore(settings);
  const admin = new Cluster([{ host: '127.0.0.1', port: Number(first.split(':')[1]) }]);
  return {
    store,
    other,
    loseIndex: async (shard) => void (await admin.unlink(dueKey(settings.keyPrefix, shard))),
    close: async () => {
      await Promise.all([store.close(), other.close()]);
      admin.disconnect();
      await cluster.stop();
    },
  };
});
