import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { APPLY_SCRIPT } from '../../../src/redis/apply-script.ts';
import { redisAddress } from '../../support/addresses.ts';

const KEY = 'apply-script-test:{0}';

describe('the apply script', () => {
  let redis: Redis;
  beforeAll(() => {
    redis = new Redis(redisAddress());
  });
  beforeEach(() => redis.del(KEY));
  afterAll(async () => {
    await redis.del(KEY);
    redis.disconnect();
  });
  const run = (...args: string[]) => redis.eval(APPLY_SCRIPT, 1, KEY, ...args);

  it('takes its arguments and replies as its header says', async () => {
    expect(await run('0', '7', 'log-1', '1000', '2', 'a', '1', 'b', '2')).toBe('7');
    expect(await redis.hgetall(KEY)).toEqual({ a: '1', b: '2', watermark: '7', log: 'log-1', at: '1000' });
    expect(await run('7', '9', 'log-1', '2000', '1', 'c', '3', 'a', 'b')).toBe('9');
    expect(await redis.hgetall(KEY)).toEqual({ c: '3', watermark: '9', log: 'log-1', at: '2000' });
  });

  it('replies the watermark found when it is neither the expected nor the next one', async () => {
    await run('0', '7', 'log-1', '1000', '1', 'a', '1');
    expect(await run('6', '8', 'log-1', '2000', '1', 'a', '2')).toBe('7');
    expect(await redis.hgetall(KEY)).toEqual({ a: '1', watermark: '7', log: 'log-1', at: '1000' });
  });

  it('replies 0 and writes nothing when the hash is of another incarnation of the changelog', async () => {
    await run('0', '7', 'log-1', '1000', '1', 'a', '1');
    expect(await run('7', '8', 'log-2', '2000', '1', 'a', '2')).toBe('0');
    expect(await redis.hgetall(KEY)).toEqual({ a: '1', watermark: '7', log: 'log-1', at: '1000' });
  });

  it('replies the next watermark to a copy of a call, and writes nothing again', async () => {
    await run('0', '7', 'log-1', '1000', '1', 'a', '1');
    await redis.hset(KEY, 'a', 'untouched');
    expect(await run('0', '7', 'log-1', '1000', '1', 'a', '1')).toBe('7');
    expect(await redis.hget(KEY, 'a')).toBe('untouched');
  });

  it('writes nothing when arguments are missing', async () => {
    await expect(run('0', '7', 'log-1', '1000', '2', 'a', '1', 'b')).rejects.toThrow('arguments are missing');
    await expect(run('0', '7', 'log-1', '1000')).rejects.toThrow();
    await expect(run('0', '7', 'log-1', '1000', 'many', 'a', '1')).rejects.toThrow();
    expect(await redis.exists(KEY)).toBe(0);
  });

  it('works at and around its slices', async () => {
    for (const count of [999, 1_000, 1_001, 2_000]) {
      await redis.del(KEY);
      const fields = Array.from({ length: count }, (_, n) => `f${n}`);
      await run('0', '1', 'log-1', '1000', String(count), ...fields.flatMap((field) => [field, field]));
      expect(await redis.hlen(KEY)).toBe(count + 3);
      await run('1', '2', 'log-1', '1000', '0', ...fields, ...fields);
      expect(await redis.hkeys(KEY)).toEqual(expect.arrayContaining(['watermark', 'log', 'at']));
      expect(await redis.hlen(KEY)).toBe(3);
    }
  });
});
