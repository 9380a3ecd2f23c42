import Redis from 'ioredis';
import { Cluster } from '../checker/wire/cluster.mjs';
import { waitUntil } from '../stack/children.mjs';

/**
 * Resolves when every committed record of the topics lies before the position that the shards keep in Redis.
 * @param {{ kafka: string, redis: string, topics: string[], keyPrefix: string, shards: number, timeoutMs: number, child?: object }} options
 */
export async function untilQuiet({ kafka, redis, topics, keyPrefix, shards, timeoutMs }) {
  const cluster = new Cluster(kafka);
  const client = new Redis(redis);
  try {
    const probe = async () => {
      const next = await positions(client, keyPrefix, shards);
      for (const topic of topics) if (await hasMore(cluster, topic, next)) return false;
      return true;
    };
    await waitUntil(probe, { what: 'the end of the lag', timeoutMs });
  } finally {
    cluster.close();
    client.disconnect();
  }
}

/** Next offset by `topic/partition`, over all shards. */
export async function positions(client, keyPrefix, shards) {
  const next = new Map();
  for (let shard = 0; shard < shards; shard++) {
    const packed = await client.hget(`${keyPrefix}:{${shard}}`, 'position');
    for (const [place, offset] of Object.entries(packed ? JSON.parse(packed).next : {}))
      next.set(place, offset);
  }
  return next;
}

/** Whether a record lies at or after the position. What follows it may be markers and aborted records, for ever. */
async function hasMore(cluster, topic, next) {
  for (const partition of await cluster.partitions(topic)) {
    const from = next.get(`${topic}/${partition}`) ?? 0;
    for await (const record of cluster.read(topic, partition, { from })) return record !== undefined;
  }
  return false;
}
