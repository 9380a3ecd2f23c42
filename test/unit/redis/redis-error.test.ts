import { ReplyError } from 'ioredis';
import { describe, expect, it } from 'vitest';
import { TactError } from '../../../src/kernel/errors.ts';
import { redisError } from '../../../src/redis/redis-error.ts';

describe('redisError', () => {
  it.each([
    'READONLY',
    'OOM',
    'WRONGTYPE',
    'NOSCRIPT',
    'LOADING',
    'MOVED',
    'TRYAGAIN',
    'CLUSTERDOWN',
    'NOAUTH',
    'NOPERM',
    'BUSY',
    'MASTERDOWN',
    'MISCONF',
    'NOREPLICAS',
  ])('makes an error reply that begins with %s a refusal', (word) => {
    expect(redisError('load of shard 3', new ReplyError(`${word} something or other`))).toMatchObject({
      code: 'redis-refused',
      retryable: true,
      message: expect.stringMatching(new RegExp(`^redis refused load of shard 3 \\(${word}\\): \\S+`)),
    });
  });

  it('reports a reply that it does not know by its text, without what was sent', () => {
    const reply = new ReplyError(
      "ERR unknown command 'HMGET', with args beginning with: 'tact:{0}' 'canary' ",
    );
    expect(redisError('load', reply).message).toBe("redis refused load (ERR): ERR unknown command 'HMGET'");
  });

  it('makes anything else an unreachable Redis', () => {
    for (const error of [new Error('Command timed out'), 'text', undefined]) {
      expect(redisError('load', error)).toMatchObject({ code: 'redis-unreachable', retryable: true });
    }
  });

  it('keeps no cause, since the client attaches the arguments to it', () => {
    expect(redisError('load', new ReplyError('OOM x')).cause).toBeUndefined();
  });

  it('leaves an operating error as it is', () => {
    const error = new TactError('redis-refused', 'as it was');
    expect(redisError('load', error)).toBe(error);
  });
});
