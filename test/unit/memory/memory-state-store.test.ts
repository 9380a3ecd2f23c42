import { describe, expect, it } from 'vitest';
import { MemoryStateStore } from '../../../src/memory/memory-state-store.ts';
import type { StateChange } from '../../../src/shard/state-store.ts';

const change = (expected: number, next: number, value: string): StateChange => ({
  expected,
  next,
  log: 'log-1',
  at: 1_000,
  entries: new Map([['customer', Buffer.from(value)]]),
  due: new Map(),
});

describe('MemoryStateStore', () => {
  it('goes back, watermark and states together, when a snapshot is restored', async () => {
    const store = new MemoryStateStore();
    await store.apply(0, change(0, 5, 'old'));
    const snapshot = store.snapshot();
    await store.apply(0, change(5, 9, 'new'));
    store.restore(snapshot);
    expect(await store.load(0, ['customer'])).toEqual({
      watermark: 5,
      values: [Buffer.from('old')],
    });
    await store.apply(0, change(5, 7, 'other'));
    store.restore(snapshot);
    expect((await store.load(0, [])).watermark).toBe(5);
  });

  it('forgets every shard at once', async () => {
    const store = new MemoryStateStore();
    await store.apply(0, change(0, 5, 'x'));
    await store.apply(1, change(0, 6, 'y'));
    store.clearAll();
    expect((await store.load(0, [])).watermark + (await store.load(1, [])).watermark).toBe(0);
  });

  it('applies although the reply is lost, not when the request is', async () => {
    const store = new MemoryStateStore();
    store.failNext('apply', 'lost-request');
    await expect(store.apply(0, change(0, 5, 'x'))).rejects.toMatchObject({
      code: 'redis-unreachable',
    });
    expect((await store.load(0, [])).watermark).toBe(0);
    store.failNext('apply', 'lost-reply');
    await expect(store.apply(0, change(0, 5, 'x'))).rejects.toMatchObject({
      code: 'redis-unreachable',
    });
    expect((await store.load(0, [])).watermark).toBe(5);
  });

  it('checks the watermark of a late apply when it arrives', async () => {
    const store = new MemoryStateStore();
    store.failNext('apply', 'late');
    await expect(store.apply(0, change(0, 5, 'late'))).rejects.toMatchObject({
      code: 'redis-unreachable',
    });
    await store.apply(0, change(0, 9, 'in time'));
    expect(store.deliverLate()).toBe(1);
    expect(await store.load(0, ['customer'])).toEqual({
      watermark: 9,
      values: [Buffer.from('in time')],
    });
  });
});
