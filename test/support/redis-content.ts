import type { Redis } from 'ioredis';

/** Every key with its fields or members, and every value, that begins with the prefix. */
export async function redisContent(
  redis: Redis,
  prefix: string,
): Promise<{ names: Buffer[]; values: Buffer[] }> {
  const names: Buffer[] = [];
  const values: Buffer[] = [];
  for (const key of await redis.keys(`${prefix}*`)) {
    names.push(Buffer.from(key));
    const type = await redis.type(key);
    if (type === 'string') values.push((await redis.getBuffer(key)) as Buffer);
    else if (type === 'zset') names.push(...(await redis.zrangeBuffer(key, '0', '-1')));
    else {
      names.push(...(await redis.hkeys(key)).map((field) => Buffer.from(field)));
      values.push(...(await redis.hvalsBuffer(key)));
    }
  }
  return { names, values };
}
