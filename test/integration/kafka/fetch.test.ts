import { Kafka, logLevel } from 'kafkajs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KafkaLog } from '../../../src/kafka/kafka-log.ts';
import { withAdmin } from '../../../src/kafka/topics.ts';
import type { Fetched, OutputSlice, ShardProducer, Transaction } from '../../../src/shard/log.ts';
import { readToEnd, values } from '../../contract/log-scene.ts';
import { kafkaAddress } from '../../support/addresses.ts';
import { type KafkaWorld, kafkaWorld, textRecord } from '../../support/kafka-log.ts';

const signal = new AbortController().signal;
const silently = () => undefined;

describe('fetching from a real Kafka', () => {
  let world: KafkaWorld;
  let log: KafkaLog;

  beforeAll(async () => {
    world = await kafkaWorld({ topics: { aborted: 1, output: 4, old: 1, state: 4 }, changelog: 'state' });
    log = await world.open();
  });
  afterAll(() => world.close());

  const fetch = (name: string, partition: number, offset: number, maxWaitMs = 2_000): Promise<Fetched[]> =>
    log.fetch([{ topic: world.topic(name), partition, offset }], { maxWaitMs, signal });

  const send = (transaction: Transaction, name: string, partition: number, ...texts: string[]) =>
    transaction.send([slice(name, partition, ...texts)]);

  const slice = (name: string, partition: number, ...texts: string[]): OutputSlice => ({
    topic: world.topic(name),
    partition,
    records: texts.map((text) => textRecord(text)),
  });

  it('leaves out aborted records however the transactions interleave, where the untouched client lets them through', async () => {
    const [a, b] = await Promise.all([log.openProducer(0), log.openProducer(1)]);
    await interleave(a, b);
    await Promise.all([a.close(), b.close()]);

    const { records } = await readToEnd(log, { topic: world.topic('aborted'), partition: 0 });
    expect(values(records)).toEqual(['kept 1', 'kept 2']);
    const stock = await readWithStockClient(world.topic('aborted'));
    expect(stock).toEqual(expect.arrayContaining(['kept 1', 'kept 2']));
    expect(stock.filter((value) => !value.startsWith('kept'))).not.toEqual([]);
  });

  /** Inner transactions end first, so that the broker lists them first. */
  async function interleave(a: ShardProducer, b: ShardProducer): Promise<void> {
    const outer = await a.begin();
    await send(outer, 'aborted', 0, 'a1');
    const inner = await b.begin();
    await send(inner, 'aborted', 0, 'b1', 'b2');
    await inner.abort();
    const kept = await b.begin();
    await send(kept, 'aborted', 0, 'kept 1');
    await kept.commit();
    await send(outer, 'aborted', 0, 'a2');
    await outer.abort();
    const last = await a.begin();
    await send(last, 'aborted', 0, 'kept 2');
    await last.commit();
  }

  /** What the library itself gives a consumer that asked for committed records only. */
  async function readWithStockClient(topic: string): Promise<string[]> {
    const kafka = new Kafka({ clientId: 'stock', brokers: [kafkaAddress()], logLevel: logLevel.NOTHING });
    const consumer = kafka.consumer({ groupId: `${topic}-stock`, maxWaitTimeInMs: 50 });
    const texts: string[] = [];
    await consumer.connect();
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    await new Promise<void>((resolve, reject) => {
      const eachMessage = async ({ message }: { message: { value: Buffer | null } }) => {
        texts.push(String(message.value));
        if (String(message.value) === 'kept 2') resolve();
      };
      consumer.run({ eachMessage }).catch(reject);
    });
    await consumer.disconnect();
    return texts;
  }

  it('gives nothing of an open transaction and waits for no longer than it was told', async () => {
    const producer = await log.openProducer(2);
    const transaction = await producer.begin();
    await send(transaction, 'output', 2, 'open');
    const [before] = await fetch('output', 2, 0, 100);
    expect(before).toMatchObject({ records: [], nextOffset: 0, highWatermark: 1, lastStableOffset: 0 });
    const waiting = fetch('output', 2, 0, 10_000);
    await transaction.commit();
    expect((await waiting)[0]).toMatchObject({ records: [{ offset: 0 }] });
    await producer.close();
  });

  it('passes a stretch that holds nothing but an aborted transaction', async () => {
    const producer = await log.openProducer(3);
    const transaction = await producer.begin();
    await send(transaction, 'output', 3, 'x', 'y');
    await transaction.abort();
    await producer.close();
    await until(async () => {
      const [fetched] = await fetch('output', 3, 0);
      return fetched?.kind === 'records' && fetched.nextOffset === 3 && fetched.records.length === 0;
    });
  });

  it('says that an offset is out of range and where the log begins, and moves nothing', async () => {
    await world.append(
      'old',
      0,
      ['a', 'b', 'c', 'd'].map((value) => textRecord(value)),
    );
    const topic = world.topic('old');
    await withAdmin(world.settings, silently, 'cannot delete records', async (admin) => {
      await admin.fetchTopicMetadata({ topics: [topic] });
      await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '3' }] });
    });
    const answer = { kind: 'out-of-range', topic, partition: 0, logStartOffset: 3, highWatermark: 4 };
    expect(await fetch('old', 0, 1)).toEqual([{ ...answer, from: 1 }]);
    expect(await fetch('old', 0, 9)).toEqual([{ ...answer, from: 9 }]);
    expect(await log.groupOffsets([{ topic, partition: 0 }])).toEqual([]);
  });

  it('begins inside a batch at the offset that was asked for', async () => {
    await world.append(
      'output',
      0,
      ['a', 'b', 'c'].map((value) => textRecord(value)),
    );
    const [fetched] = await fetch('output', 0, 1);
    expect(fetched).toMatchObject({ from: 1, records: [{ offset: 1 }, { offset: 2 }], nextOffset: 3 });
  });

  it('brings a record that is larger than a fetch may be', async () => {
    const small = await world.open({ fetchPartitionBytesMax: 1_024, fetchBytesMax: 2_048 });
    const offset = await world.append('output', 1, [textRecord('x'.repeat(500_000))]);
    const [fetched] = await small.fetch([{ topic: world.topic('output'), partition: 1, offset }], {
      maxWaitMs: 2_000,
      signal,
    });
    expect(fetched?.kind === 'records' && fetched.records[0]?.value?.length).toBe(500_000);
  });

  it('names a topic, or a partition, that does not exist', async () => {
    const nowhere = log.fetch([{ topic: 'no-such-topic', partition: 0, offset: 0 }], {
      maxWaitMs: 100,
      signal,
    });
    await expect(nowhere).rejects.toMatchObject({
      code: 'kafka-refused',
      message: 'topic no-such-topic does not exist: run `tact topics create`',
    });
    await expect(fetch('output', 9, 0)).rejects.toMatchObject({ code: 'kafka-refused' });
    await expect(log.partitionCounts(['no-such-topic'])).rejects.toMatchObject({ code: 'kafka-refused' });
    expect(await log.partitionCounts([world.topic('output')])).toEqual(new Map([[world.topic('output'), 4]]));
  });

  it('rejects with the reason of its signal', async () => {
    const controller = new AbortController();
    const topic = world.topic('output');
    const [bounds] = await log.bounds([{ topic, partition: 0 }]);
    const waiting = log.fetch([{ topic, partition: 0, offset: bounds?.end ?? 0 }], {
      maxWaitMs: 30_000,
      signal: controller.signal,
    });
    controller.abort(new Error('drained'));
    await expect(waiting).rejects.toThrow('drained');
  });

  async function until(fact: () => Promise<boolean>): Promise<void> {
    const deadline = Date.now() + 10_000;
    while (!(await fact())) if (Date.now() > deadline) throw new Error('it did not come true within 10 s');
  }
});
