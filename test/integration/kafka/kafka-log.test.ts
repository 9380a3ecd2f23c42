import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KafkaLog } from '../../../src/kafka/kafka-log.ts';
import type { FetchedRecords, OutputSlice } from '../../../src/shard/log.ts';
import { type KafkaWorld, kafkaWorld, textRecord } from '../../support/kafka-log.ts';

const signal = new AbortController().signal;

describe('a log over a real Kafka', () => {
  let world: KafkaWorld;
  let log: KafkaLog;

  beforeAll(async () => {
    world = await kafkaWorld({ topics: { input: 2, output: 2, state: 2 }, changelog: 'state' });
    log = await world.open();
  });
  afterAll(() => world.close());

  const slice = (name: string, partition: number, ...values: string[]): OutputSlice => ({
    topic: world.topic(name),
    partition,
    records: values.map((value) => textRecord(value, { key: Buffer.from(value) })),
  });

  async function readFrom(name: string, partition: number, offset: number): Promise<FetchedRecords> {
    const target = { topic: world.topic(name), partition, offset };
    const [fetched] = await log.fetch([target], { maxWaitMs: 2_000, signal });
    expect(fetched?.kind).toBe('records');
    return fetched as FetchedRecords;
  }

  it('gives records with the bytes, timestamps and headers they were sent with', async () => {
    const headers = [
      { name: 'b', value: Buffer.from('1') },
      { name: 'a', value: null },
      { name: 'b', value: Buffer.from('2') },
      { name: '7', value: Buffer.alloc(0) },
    ];
    const sent = { key: Buffer.from('k'), value: null, headers, timestamp: 1_700_000_000_000 };
    const producer = await log.openProducer(0);
    const transaction = await producer.begin();
    const [offset] = await transaction.send([
      { topic: world.topic('output'), partition: 0, records: [sent] },
    ]);
    await transaction.commit();
    await producer.close();

    const { records } = await readFrom('output', 0, offset as number);
    expect(records[0]).toMatchObject(sent);
  });

  it('passes markers, so that the position rests at the end', async () => {
    const producer = await log.openProducer(1);
    const transaction = await producer.begin();
    const offsets = await transaction.send([
      slice('state', 1, 'a', 'b'),
      slice('output', 1, 'c'),
      slice('state', 1, 'd'),
    ]);
    await transaction.commit();
    await producer.close();

    expect(offsets).toEqual([0, 0, 2]);
    const fetched = await readFrom('state', 1, 0);
    expect(fetched.records.map(({ offset }) => offset)).toEqual([0, 1, 2]);
    expect([fetched.nextOffset, fetched.highWatermark]).toEqual([4, 4]);
  });
});
