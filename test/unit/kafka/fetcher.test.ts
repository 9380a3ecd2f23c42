import { describe, expect, it } from 'vitest';
import { Fetcher } from '../../../src/kafka/fetcher.ts';
import { at, Broker, holds, LIMITS, placesOf, recordSet, response, signal } from './fake-broker.ts';

describe('the fetcher', () => {
  it('asks a broker once for all that wait, and each call gets its own', async () => {
    const broker = new Broker();
    const fetcher = new Fetcher(broker, LIMITS);
    const first = fetcher.fetch([at(0)], { maxWaitMs: 5_000, signal });
    await broker.asked(1);
    const second = fetcher.fetch([at(1)], { maxWaitMs: 5_000, signal });
    const third = fetcher.fetch([at(2), at(3)], { maxWaitMs: 5_000, signal });
    await Promise.resolve();
    broker.asks[0]?.answer(response(holds(0, { recordSet: recordSet(0, 2) })));
    expect(await first).toMatchObject([{ partition: 0, nextOffset: 2 }]);

    const { ask, answer } = await broker.asked(2);
    expect(placesOf(ask)).toEqual(['1@0', '2@0', '3@0']);
    answer(
      response(holds(1, { recordSet: recordSet(0, 1) }), holds(2), holds(3, { recordSet: recordSet(0, 1) })),
    );
    expect(await second).toMatchObject([{ partition: 1, records: [{ offset: 0 }] }]);
    expect(await third).toMatchObject([
      { partition: 2, records: [], nextOffset: 0 },
      { partition: 3, nextOffset: 1 },
    ]);
  });

  it('never has a partition in two requests, and serves both who want it', async () => {
    const broker = new Broker();
    const fetcher = new Fetcher(broker, LIMITS);
    const from0 = fetcher.fetch([at(0, 0)], { maxWaitMs: 5_000, signal });
    const from4 = fetcher.fetch([at(0, 4)], { maxWaitMs: 5_000, signal });
    const { ask, answer } = await broker.asked(1);
    expect(placesOf(ask)).toEqual(['0@0']);
    answer(response(holds(0)));
    const second = await broker.asked(2);
    expect(placesOf(second.ask)).toEqual(['0@4']);
    second.answer(response(holds(0, { recordSet: recordSet(4, 1) })));
    expect(await from4).toMatchObject([{ from: 4, nextOffset: 5 }]);
    (await broker.asked(3)).answer(response(holds(0, { recordSet: recordSet(0, 1) })));
    expect(await from0).toMatchObject([{ from: 0, nextOffset: 1 }]);
  });

  it('answers with what it knows when the time is up, but not before everything was asked for once', async () => {
    const broker = new Broker();
    const fetcher = new Fetcher(broker, LIMITS);
    const answers = fetcher.fetch([at(0)], { maxWaitMs: 0, signal });
    (await broker.asked(1)).answer(response(holds(0)));
    expect(await answers).toEqual(
      [
        {
          kind: 'records',
          ...at(0),
          offset: undefined,
          from: 0,
          records: [],
          nextOffset: 0,
          highWatermark: 9,
          lastStableOffset: 9,
        },
      ].map(({ offset: _, ...rest }) => rest),
    );
  });

  it('counts a passed marker as progress', async () => {
    const broker = new Broker();
    const fetcher = new Fetcher(broker, LIMITS);
    const answers = fetcher.fetch([at(0)], { maxWaitMs: 60_000, signal });
    const marker = recordSet(0, 1);
    marker.writeInt16BE(0x30, 21);
    (await broker.asked(1)).answer(response(holds(0, { recordSet: marker })));
    expect(await answers).toMatchObject([{ records: [], nextOffset: 1 }]);
  });

  it('reports an offset out of range with the bounds of the log', async () => {
    const broker = new Broker();
    const answers = new Fetcher(broker, LIMITS).fetch([at(0, 2)], { maxWaitMs: 5_000, signal });
    (await broker.asked(1)).answer(response(holds(0, { errorCode: 1, highWatermark: -1 })));
    expect(await answers).toEqual([
      { kind: 'out-of-range', topic: 'in', partition: 0, from: 2, logStartOffset: 5, highWatermark: 9 },
    ]);
  });

  it('lets a refused partition fail its own call and no other', async () => {
    const broker = new Broker();
    const fetcher = new Fetcher(broker, LIMITS);
    const refused = fetcher.fetch([at(0)], { maxWaitMs: 5_000, signal });
    const first = await broker.asked(1);
    const packed = fetcher.fetch([at(1)], { maxWaitMs: 5_000, signal });
    const fine = fetcher.fetch([at(2)], { maxWaitMs: 5_000, signal });
    await Promise.resolve();
    first.answer(response(holds(0, { errorCode: 29 })));
    await expect(refused).rejects.toMatchObject({
      code: 'kafka-refused',
      message: expect.stringContaining('ACL'),
    });
    const zstd = recordSet(0, 1);
    zstd.writeInt16BE(4, 21);
    (await broker.asked(2)).answer(
      response(holds(1, { recordSet: zstd }), holds(2, { recordSet: recordSet(0, 1) })),
    );
    await expect(packed).rejects.toMatchObject({
      code: 'kafka-refused',
      message: expect.stringContaining('zstd'),
    });
    expect(await fine).toMatchObject([{ nextOffset: 1 }]);
  });

  it('reads the metadata again and asks the new leader when a partition has moved', async () => {
    const broker = new Broker();
    const answers = new Fetcher(broker, LIMITS).fetch([at(0)], { maxWaitMs: 5_000, signal });
    const first = await broker.asked(1);
    broker.leader = '2';
    first.answer(response(holds(0, { errorCode: 6 })));
    const second = await broker.asked(2);
    expect([first.node, second.node, broker.refreshed]).toEqual(['1', '2', 1]);
    second.answer(response(holds(0, { recordSet: recordSet(0, 1) })));
    expect(await answers).toMatchObject([{ nextOffset: 1 }]);
  });

  it('waits for a partition without a leader, and gives no answer for it when time is up', async () => {
    const broker = new Broker();
    broker.leader = undefined;
    broker.refresh = async () => {};
    const fetcher = new Fetcher(broker, LIMITS);
    expect(await fetcher.fetch([at(0)], { maxWaitMs: 10, signal })).toEqual([]);
    const answers = fetcher.fetch([at(0)], { maxWaitMs: 5_000, signal });
    broker.leader = '1';
    (await broker.asked(1)).answer(response(holds(0, { recordSet: recordSet(0, 1) })));
    expect(await answers).toMatchObject([{ nextOffset: 1 }]);
  });

  it('throws kafka-unreachable when the broker is lost, and drops the broker', async () => {
    const broker = new Broker();
    const fetcher = new Fetcher(broker, LIMITS);
    const answers = fetcher.fetch([at(0)], { maxWaitMs: 5_000, signal });
    const lost = Object.assign(new Error('Closed connection'), { name: 'KafkaJSConnectionClosedError' });
    (await broker.asked(1)).fail(lost);
    await expect(answers).rejects.toMatchObject({ code: 'kafka-unreachable', retryable: true });
    expect(broker.dropped).toEqual(['1']);
  });

  it('gives up a request that nobody ends, drops the broker, and asks anew', async () => {
    const broker = new Broker();
    const fetcher = new Fetcher(broker, { ...LIMITS, giveUpMs: 20 });
    const lost = fetcher.fetch([at(0)], { maxWaitMs: 5_000, signal });
    await expect(lost).rejects.toMatchObject({ code: 'kafka-unreachable', retryable: true });
    expect(broker.dropped).toEqual(['1']);
    const answers = fetcher.fetch([at(0)], { maxWaitMs: 5_000, signal });
    (await broker.asked(2)).answer(response(holds(0, { recordSet: recordSet(0, 1) })));
    expect(await answers).toMatchObject([{ nextOffset: 1 }]);
  });

  it('frees its caller when the signal aborts, before and while it waits', async () => {
    const broker = new Broker();
    const fetcher = new Fetcher(broker, LIMITS);
    const controller = new AbortController();
    const answers = fetcher.fetch([at(0)], { maxWaitMs: 60_000, signal: controller.signal });
    await broker.asked(1);
    controller.abort(new Error('drained'));
    await expect(answers).rejects.toThrow('drained');
    await expect(fetcher.fetch([at(0)], { maxWaitMs: 1, signal: controller.signal })).rejects.toThrow(
      'drained',
    );
    const next = fetcher.fetch([at(0)], { maxWaitMs: 5_000, signal });
    broker.asks[0]?.answer(response(holds(0, { recordSet: recordSet(0, 1) })));
    expect(await next).toMatchObject([{ nextOffset: 1 }]);
  });

  it('fails a call for a partition that does not exist, and what waits when it is closed', async () => {
    const broker = new Broker();
    const fetcher = new Fetcher(broker, LIMITS);
    const nowhere = fetcher.fetch([{ topic: 'gone', partition: 0, offset: 0 }], { maxWaitMs: 1_000, signal });
    await expect(nowhere).rejects.toMatchObject({ code: 'kafka-refused' });
    const waiting = fetcher.fetch([at(0)], { maxWaitMs: 60_000, signal });
    await broker.asked(1);
    fetcher.close();
    await expect(waiting).rejects.toMatchObject({ code: 'kafka-unreachable' });
  });

  it('lets an idle request wait at the broker, and a request hardly at all while records flow', async () => {
    const broker = new Broker();
    const fetcher = new Fetcher(broker, LIMITS);
    const first = fetcher.fetch([at(0)], { maxWaitMs: 60_000, signal });
    const idle = await broker.asked(1);
    expect(idle.ask.maxWaitMs).toBe(80);
    idle.answer(response(holds(0, { recordSet: recordSet(0, 1) })));
    await first;
    const second = fetcher.fetch([at(0, 1)], { maxWaitMs: 60_000, signal });
    const busy = await broker.asked(2);
    expect(busy.ask.maxWaitMs).toBe(10);
    busy.answer(response(holds(0, { recordSet: recordSet(1, 1) })));
    await second;
  });
});
