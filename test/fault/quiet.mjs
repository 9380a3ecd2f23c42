import { connectTo } from '../checker/redis.mjs';
import { Cluster } from '../checker/wire/cluster.mjs';
import { waitUntil } from '../stack/children.mjs';
import { shardFields, waiting } from './shard-fields.mjs';

/**
 * Resolves when every committed record of the topics lies before the position that the shards keep in Redis, and no message
 * waits any more, unless `mayWait`.
 * @param {{ kafka: string, redis: string, topics: string[], keyPrefix: string, shards: number, timeoutMs: number, mayWait?: boolean }} options
 */
export async function untilQuiet({ kafka, redis, topics, keyPrefix, shards, timeoutMs, mayWait = false }) {
  const cluster = new Cluster(kafka);
  const client = connectTo(redis);
  let waitsFor = 'nothing was seen yet';
  try {
    const probe = async () => {
      try {
        waitsFor =
          (await firstAhead(cluster, topics, await positions(client, keyPrefix, shards))) ??
          (mayWait ? undefined : await firstWaiting(client, keyPrefix, shards));
      } catch (error) {
        waitsFor = error.message;
      }
      return waitsFor === undefined;
    };
    await waitUntil(probe, { what: 'the end of the lag', timeoutMs });
  } catch (error) {
    throw new Error(`${error.message}: ${waitsFor}`);
  } finally {
    cluster.close();
    client.disconnect();
  }
}

/** The same; and once more, when everybody who has opted out has been offered something last. */
export async function untilTheEnd({ producers, traffic, ...watched }) {
  await untilQuiet(watched);
  await producers.sendAll([...traffic.lastMessages()]);
  await untilQuiet(watched);
}

/** Next offset by `topic/partition`, over all shards. */
export async function positions(client, keyPrefix, shards) {
  const next = new Map();
  for (const packed of await shardFields(client, keyPrefix, shards, 'position')) {
    for (const [place, offset] of Object.entries(packed ? JSON.parse(packed).next : {}))
      next.set(place, offset);
  }
  return next;
}

/** What waits still, as the shards count it. */
async function firstWaiting(client, keyPrefix, shards) {
  const counts = await waiting(client, keyPrefix, shards);
  const shard = counts.findIndex((count) => count > 0);
  return shard < 0 ? undefined : `${counts[shard]} messages wait in shard ${shard}`;
}

/**
 * The first record found at or after the positions; undefined when there is none. What follows a position may be markers and
 * aborted records, for ever.
 */
async function firstAhead(cluster, topics, next) {
  for (const topic of topics) {
    for (const partition of await cluster.partitions(topic)) {
      const from = next.get(`${topic}/${partition}`) ?? 0;
      for await (const { offset } of cluster.read(topic, partition, { from })) {
        return `${topic}/${partition}/${offset} is ahead of the position ${from}`;
      }
    }
  }
  return undefined;
}
