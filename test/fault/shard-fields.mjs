/**
 * One field of every shard's hash, in order; null where it is not there.
 * @param {import('ioredis').RedisCommander} client
 * @param {string} keyPrefix
 * @param {number} shards
 * @param {string} field
 * @returns {Promise<(string | null)[]>}
 */
export async function shardFields(client, keyPrefix, shards, field) {
  const values = [];
  for (let shard = 0; shard < shards; shard++)
    values.push(await client.hget(`${keyPrefix}:{${shard}}`, field));
  return values;
}

/** The watermark of every shard; 0 where there is none. */
export async function watermarks(client, keyPrefix, shards) {
  return (await shardFields(client, keyPrefix, shards, 'watermark')).map((watermark) =>
    Number(watermark ?? 0),
  );
}

/** How many messages wait in every shard. */
export async function waiting(client, keyPrefix, shards) {
  return (await shardFields(client, keyPrefix, shards, 'due')).map((due) => Number(due ?? 0));
}
