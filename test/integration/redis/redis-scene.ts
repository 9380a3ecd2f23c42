import { expect } from 'vitest';
import type { RedisSettings } from '../../../src/redis/settings.ts';
import type { StateChange } from '../../../src/shard/state-store.ts';

/** Impatient ones. */
export const settingsFor = (url: string): RedisSettings => ({
  url,
  keyPrefix: 'tact',
  commandTimeoutMs: 500,
  connectionTimeoutMs: 500,
});
export const change = (expected: number, next: number, value = 'x'): StateChange => ({
  expected,
  next,
  log: 'log-1',
  at: 1,
  entries: new Map([['a', Buffer.from(value)]]),
  due: new Map(),
});
export const refused = (word: string) => ({
  code: 'redis-refused',
  message: expect.stringContaining(`(${word})`),
});
export const unreachable = { code: 'redis-unreachable', retryable: true };

/** Runs until it does not throw, with a deadline. */
export async function eventually<T>(attempt: () => Promise<T>, withinMs = 10_000): Promise<T> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

export async function timed<T>(work: Promise<T>): Promise<number> {
  const started = performance.now();
  await work;
  return performance.now() - started;
}
