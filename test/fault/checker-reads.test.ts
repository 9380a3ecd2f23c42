import { CompressionTypes, Kafka, logLevel, type Transaction } from 'kafkajs';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { Cluster, type Isolation, type TopicRecord } from '../checker/wire/cluster.mjs';

const topic = `checker-reads-${Date.now().toString(36)}`;
const kafka = new Kafka({ brokers: [inject('kafka')], logLevel: logLevel.NOTHING });
const cluster = new Cluster(inject('kafka'));

beforeAll(async () => {
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic, numPartitions: 3 }], waitForLeaders: true });
  await admin.disconnect();
});

afterAll(() => cluster.close());

async function open(id: string): Promise<{ transaction: Transaction; disconnect: () => Promise<void> }> {
  const producer = kafka.producer({ transactionalId: `${topic}-${id}`, maxInFlightRequests: 1 });
  await producer.connect();
  return { transaction: await producer.transaction(), disconnect: () => producer.disconnect() };
}

function send(transaction: Transaction, partition: number, value: string) {
  return transaction.send({ topic, messages: [{ partition, key: Buffer.alloc(4), value }] });
}

async function records(partition: number, isolation: Isolation): Promise<TopicRecord[]> {
  const all = [];
  for await (const record of cluster.read(topic, partition, { isolation })) all.push(record);
  return all;
}

async function read(partition: number, isolation: Isolation): Promise<string[]> {
  return (await records(partition, isolation)).map(({ value }) => String(value));
}

test('the checker reads what was committed and nothing that was aborted, however they interleave', async () => {
  const [one, two, three] = [await open('one'), await open('two'), await open('three')];
  await send(one.transaction, 0, 'aborted first');
  await send(two.transaction, 0, 'committed');
  await send(three.transaction, 0, 'aborted second');
  await send(one.transaction, 0, 'aborted third');
  await three.transaction.abort();
  await two.transaction.commit();
  await one.transaction.abort();
  await Promise.all([one, two, three].map(({ disconnect }) => disconnect()));

  expect(await read(0, 'committed')).toEqual(['committed']);
  expect(await read(0, 'uncommitted')).toEqual([
    'aborted first',
    'committed',
    'aborted second',
    'aborted third',
  ]);
});

test('the checker reads compressed batches, keys, header values that are empty, and more than one fetch holds', async () => {
  const producer = kafka.producer();
  await producer.connect();
  const large = 'x'.repeat(400_000);
  await producer.send({
    topic,
    compression: CompressionTypes.GZIP,
    messages: [
      { partition: 1, key: 'a', value: 'one', headers: { empty: Buffer.alloc(0), twice: ['1', '2'] } },
      { partition: 1, key: null, value: null, timestamp: '1234567890123' },
    ],
  });
  for (let i = 0; i < 6; i++)
    await producer.send({ topic, messages: [{ partition: 1, value: `${i}${large}` }] });
  await producer.disconnect();

  const found = await records(1, 'committed');
  expect(found.map(({ offset }) => offset)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  expect(found[0]).toMatchObject({ key: Buffer.from('a'), value: Buffer.from('one') });
  expect(found[0]?.headers.map(({ name, value }) => [name, String(value)])).toEqual([
    ['empty', ''],
    ['twice', '1'],
    ['twice', '2'],
  ]);
  expect(found[1]).toMatchObject({ key: null, value: null, timestamp: 1_234_567_890_123 });
  expect(found.slice(2).map(({ value }) => String(value)[0])).toEqual(['0', '1', '2', '3', '4', '5']);
});

test('an open transaction is waited for, so that nothing behind it is overlooked', async () => {
  const { transaction, disconnect } = await open('slow');
  await send(transaction, 2, 'late');
  const reading = read(2, 'committed');
  const endsEarly = await Promise.race([
    reading.then(() => true),
    cluster.endOffset(topic, 2).then(() => false),
  ]);
  expect(endsEarly).toBe(false);
  await transaction.commit();
  await disconnect();
  expect(await reading).toEqual(['late']);
});
