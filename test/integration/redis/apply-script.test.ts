import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { APPLY_SCRIPT } from '../../../src/redis/apply-script.ts';
import { DUE_SCRIPT } from '../../../src/redis/due-script.ts';
import { redisAddress } from '../../support/addresses.ts';

const KEY = 'apply-script-test:{0}';
const INDEX = `${KEY}:due`;

describe('the apply script', () => {
  let redis: Redis;
  beforeAll(() => {
    redis = new Redis(redisAddress());
  });
  beforeEach(() => redis.del(KEY, INDEX));
  afterAll(async () => {
    await redis.del(KEY, INDEX);
    redis.disconnect();
  });
  const run = (...args: string[]) => redis.eval(APPLY_SCRIPT, 2, KEY, INDEX, ...args);
  const due = (...args: string[]) => redis.eval(DUE_SCRIPT, 2, KEY, INDEX, ...args);
  /** A first change that sets one field. */
  const setA = () => run('0', '7', 'log-1', '1000', '1', '0', '0', 'a', '1');

  it('takes its arguments and replies as its header says', async () => {
    expect(await run('0', '7', 'log-1', '1000', '2', '0', '0', 'a', '1', 'b', '2')).toBe('7');
    expect(await redis.hgetall(KEY)).toEqual({ a: '1', b: '2', watermark: '7', log: 'log-1', at: '1000' });
    expect(await run('7', '9', 'log-1', '2000', '1', '2', '0', 'c', '3', 'a', 'b')).toBe('9');
    expect(await redis.hgetall(KEY)).toEqual({ c: '3', watermark: '9', log: 'log-1', at: '2000' });
    expect(await redis.exists(INDEX)).toBe(0);
  });

  it('keeps the index of what waits, and in the hash how many that are', async () => {
    const waits = ['50', 'd:x', '40', 'd:y'];
    expect(await run('0', '7', 'log-1', '1000', '1', '0', '2', 'd:x', '1', ...waits)).toBe('7');
    expect(await redis.zrange(INDEX, '0', '-1', 'WITHSCORES')).toEqual(['d:y', '40', 'd:x', '50']);
    expect(await redis.hget(KEY, 'due')).toBe('2');
    expect(await run('7', '9', 'log-1', '1000', '0', '1', '1', 'd:y', '60', 'd:x', 'd:y', 'd:z')).toBe('9');
    expect(await redis.zrange(INDEX, '0', '-1', 'WITHSCORES')).toEqual(['d:x', '60']);
    expect(await redis.hget(KEY, 'due')).toBe('1');
    expect(await due('60', '10', '100')).toEqual(['9', '1', 1, '', 'd:x', '1']);
  });

  it('counts on after the index was lost, so that the loss stays visible', async () => {
    await run('0', '7', 'log-1', '1000', '0', '0', '2', '50', 'd:x', '40', 'd:y');
    await redis.del(INDEX);
    await run('7', '9', 'log-1', '1000', '0', '0', '1', '60', 'd:z', 'd:x');
    expect(await due('0', '0', '0')).toEqual(['9', '3', 1, '60']);
  });

  it('writes nothing at all when the index is of another type', async () => {
    await setA();
    await redis.set(INDEX, 'theirs');
    const change = run('7', '9', 'log-1', '1000', '1', '0', '1', 'a', '2', '50', 'd:x');
    await expect(change).rejects.toThrow('WRONGTYPE');
    expect(await redis.hgetall(KEY)).toEqual({ a: '1', watermark: '7', log: 'log-1', at: '1000' });
  });

  it('replies the watermark found when it is neither the expected nor the next one', async () => {
    await setA();
    expect(await run('6', '8', 'log-1', '2000', '1', '0', '0', 'a', '2')).toBe('7');
    expect(await redis.hgetall(KEY)).toEqual({ a: '1', watermark: '7', log: 'log-1', at: '1000' });
  });

  it('replies 0 and writes nothing when the hash is of another incarnation of the changelog', async () => {
    await setA();
    expect(await run('7', '8', 'log-2', '2000', '1', '0', '0', 'a', '2')).toBe('0');
    expect(await redis.hgetall(KEY)).toEqual({ a: '1', watermark: '7', log: 'log-1', at: '1000' });
  });

  it('replies the next watermark to a copy of a call, and writes nothing again', async () => {
    await setA();
    await redis.hset(KEY, 'a', 'untouched');
    expect(await setA()).toBe('7');
    expect(await redis.hget(KEY, 'a')).toBe('untouched');
  });

  it('writes nothing when arguments are missing', async () => {
    const missing = [
      ['2', '0', '0', 'a', '1', 'b'],
      ['1', '1', '0', 'a', '1'],
      ['1', '0', '1', 'a', '1', '50'],
    ];
    for (const args of missing) {
      await expect(run('0', '7', 'log-1', '1000', ...args)).rejects.toThrow('arguments are missing');
    }
    await expect(run('0', '7', 'log-1', '1000')).rejects.toThrow();
    await expect(run('0', '7', 'log-1', '1000', 'many', '0', '0', 'a', '1')).rejects.toThrow();
    expect(await redis.exists(KEY, INDEX)).toBe(0);
  });

  it('works at and around its slices', async () => {
    for (const count of [999, 1_000, 1_001, 2_000]) {
      await redis.del(KEY, INDEX);
      const fields = Array.from({ length: count }, (_, n) => `f${n}`);
      const pairs = fields.flatMap((field, n) => [String(n), field]);
      const sets = fields.flatMap((field) => [field, field]);
      await run('0', '1', 'log-1', '1000', `${count}`, '0', `${count}`, ...sets, ...pairs);
      expect(await redis.hlen(KEY)).toBe(count + 4);
      expect(await redis.zcard(INDEX)).toBe(count);
      await run('1', '2', 'log-1', '1000', '0', `${2 * count}`, '0', ...fields, ...fields, ...fields);
      expect(await redis.hgetall(KEY)).toEqual({ watermark: '2', log: 'log-1', at: '1000', due: '0' });
      expect(await redis.zcard(INDEX)).toBe(0);
    }
  });
});
