import { afterEach, describe, expect, it, vi } from 'vitest';
import { Fetcher } from '../../../src/kafka/fetcher.ts';
import { at, Broker, holds, LIMITS, placesOf, recordSet, response, signal } from './fake-broker.ts';

const one = (partition: number, offset = 0) =>
  response(holds(partition, { recordSet: recordSet(offset, 1) }));

/** Partition 0 is led by `near`, partition 1 by `far`. */
function twoBrokers() {
  const broker = new Broker();
  broker.leaders = { 0: 'near', 1: 'far' };
  const fetcher = new Fetcher(broker, LIMITS);
  const fetch = (offset0: number, offset1: number, maxWaitMs = 5_000) =>
    fetcher.fetch([at(0, offset0), at(1, offset1)], { maxWaitMs, signal });
  const asks = (node: string) => broker.asks.filter((each) => each.node === node);
  const asked = async (node: string, count: number) => {
    await vi.waitFor(() => expect(asks(node)).toHaveLength(count), { timeout: 5_000, interval: 1 });
    return asks(node)[count - 1] as Broker['asks'][number];
  };
  return { fetch, asks, asked };
}

describe('a fetch from several brokers', () => {
  it('does not wait for the slower one, and gives what that one brings late to the next call', async () => {
    const { fetch, asked, asks } = twoBrokers();
    const first = fetch(0, 0);
    const far = await asked('far', 1);
    (await asked('near', 1)).answer(one(0));
    expect(await first).toMatchObject([{ partition: 0, nextOffset: 1 }]);
    far.answer(one(1));
    await new Promise((resolve) => setImmediate(resolve));
    const second = await fetch(1, 0);
    expect(second).toMatchObject([{ partition: 1, nextOffset: 1, records: [{ offset: 0 }] }]);
    expect(asks('far')).toHaveLength(1);
    expect(placesOf((await asked('near', 2)).ask)).toEqual(['0@1']);
  });

  it('says of a late answer how long before the call it was asked for, and of no other', async () => {
    const { fetch, asked } = twoBrokers();
    const first = fetch(0, 0);
    const far = await asked('far', 1);
    (await asked('near', 1)).answer(one(0));
    expect((await first)[0]).not.toHaveProperty('askedBefore');
    far.answer(one(1));
    const sentBy = performance.now();
    await vi.waitFor(() => expect(performance.now() - sentBy).toBeGreaterThan(20));
    const [late] = await fetch(1, 0);
    expect(late).toMatchObject({ partition: 1, askedBefore: expect.any(Number) });
    expect((late as { askedBefore: number }).askedBefore).toBeGreaterThan(20);
  });

  it('gives a late answer to the call that waits for it, although it was asked for by the one before', async () => {
    const { fetch, asked, asks } = twoBrokers();
    const first = fetch(0, 0);
    const far = await asked('far', 1);
    (await asked('near', 1)).answer(one(0));
    await first;
    const second = fetch(1, 0);
    await asked('near', 2);
    far.answer(one(1));
    expect(await second).toMatchObject([{ partition: 1, nextOffset: 1, askedBefore: expect.any(Number) }]);
    expect(asks('far')).toHaveLength(1);
  });

  it('tells the end of a slower partition that has nothing new, so that it counts as seen', async () => {
    const { fetch, asked } = twoBrokers();
    const first = fetch(0, 0);
    const far = await asked('far', 1);
    (await asked('near', 1)).answer(one(0));
    await first;
    far.answer(response(holds(1, { highWatermark: 0 })));
    await new Promise((resolve) => setImmediate(resolve));
    const second = fetch(1, 0);
    expect(placesOf((await asked('far', 2)).ask)).toEqual(['1@0']);
    (await asked('near', 2)).answer(one(0, 1));
    expect(await second).toMatchObject([
      { partition: 0, nextOffset: 2 },
      { partition: 1, records: [], highWatermark: 0, askedBefore: expect.any(Number) },
    ]);
  });

  it('forgets a late answer when the partition is asked for from elsewhere', async () => {
    const { fetch, asked } = twoBrokers();
    const first = fetch(0, 0);
    const far = await asked('far', 1);
    (await asked('near', 1)).answer(one(0));
    await first;
    far.answer(one(1));
    await new Promise((resolve) => setImmediate(resolve));
    const elsewhere = fetch(1, 5);
    const again = await asked('far', 2);
    expect(placesOf(again.ask)).toEqual(['1@5']);
    again.answer(one(1, 5));
    expect(await elsewhere).toMatchObject([{ partition: 1, from: 5, nextOffset: 6 }]);
    const back = fetch(1, 0);
    expect(placesOf((await asked('far', 3)).ask)).toEqual(['1@0']);
    (await asked('far', 3)).answer(one(1));
    await back;
  });

  it('reads both sides under load, the slower one at its own pace', async () => {
    const { fetch, asks } = twoBrokers();
    const read = [0, 0];
    const answered = { near: 0, far: 0 };
    const answer = (node: 'near' | 'far') => {
      const next = asks(node)[answered[node]];
      if (!next) return;
      answered[node] += 1;
      const [{ partition, offset } = { partition: 0, offset: 0 }] = next.ask.targets;
      next.answer(one(partition, offset));
    };
    for (let turn = 0; turn < 40; turn++) {
      const call = fetch(read[0] as number, read[1] as number);
      await new Promise((resolve) => setImmediate(resolve));
      answer('near');
      for (const each of await call) {
        if (each.kind === 'records') read[each.partition] = each.nextOffset;
      }
      answer('far'); // always when the call is over
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(Math.min(...read)).toBeGreaterThan(10);
  });
});

describe('a fetch while the clock is set back', () => {
  afterEach(() => vi.useRealTimers());

  it('ends in time', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const broker = new Broker();
    const call = new Fetcher(broker, LIMITS).fetch([at(0)], { maxWaitMs: 20, signal });
    const { answer } = await broker.asked(1);
    vi.setSystemTime(Date.now() - 3_600_000);
    answer(response(holds(0)));
    const again = await broker.asked(2);
    expect(again.ask.maxWaitMs).toBeLessThanOrEqual(20);
    again.answer(response(holds(0)));
    const later = new Promise((resolve) => setTimeout(() => resolve('hangs'), 2_000));
    const answering = setInterval(() => broker.asks.at(-1)?.answer(response(holds(0))), 5);
    expect(await Promise.race([call, later])).toMatchObject([{ records: [] }]);
    clearInterval(answering);
  });
});
