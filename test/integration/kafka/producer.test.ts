import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KafkaLog } from '../../../src/kafka/kafka-log.ts';
import type { OutputSlice } from '../../../src/shard/log.ts';
import { readToEnd, values } from '../../contract/log-scene.ts';
import { type KafkaWorld, kafkaWorld, textRecord } from '../../support/kafka-log.ts';

describe('a shard producer', () => {
  let world: KafkaWorld;
  let log: KafkaLog;

  beforeAll(async () => {
    world = await kafkaWorld({ topics: { output: 5, state: 4 }, changelog: 'state' });
    log = await world.open();
  });
  afterAll(() => world.close());

  const slice = (partition: number, ...texts: string[]): OutputSlice => ({
    topic: world.topic('output'),
    partition,
    records: texts.map((text) => textRecord(text)),
  });

  async function valuesIn(partition: number): Promise<string[]> {
    const { records } = await readToEnd(log, { topic: world.topic('output'), partition });
    return values(records);
  }

  it('fences the older one of its shard when it is opened, in its sends', async () => {
    const old = await log.openProducer(0);
    const open = await old.begin();
    await open.send([slice(0, 'from the old one')]);
    const young = await log.openProducer(0);
    await expect(open.send([slice(0, 'too late')])).rejects.toMatchObject({ code: 'producer-fenced' });
    const transaction = await young.begin();
    await transaction.send([slice(0, 'from the young one')]);
    await transaction.commit();
    expect(await valuesIn(0)).toEqual(['from the young one']);
    await Promise.all([old.close(), young.close()]);
  });

  it('fences the older one in its commit', async () => {
    const old = await log.openProducer(1);
    const open = await old.begin();
    await open.send([slice(1, 'from the old one')]);
    const young = await log.openProducer(1);
    await expect(open.commit()).rejects.toMatchObject({ code: 'producer-fenced' });
    await expect(old.begin()).rejects.toThrow('a producer is not used again after it failed to commit');
    await Promise.all([old.close(), young.close()]);
  });

  it('commits one transaction after the other, and leaves out the aborted ones', async () => {
    const producer = await log.openProducer(2);
    for (let turn = 0; turn < 6; turn++) {
      const transaction = await producer.begin();
      await transaction.send([slice(2, `${turn}a`)]);
      await transaction.send([slice(2, `${turn}b`)]);
      await (turn % 2 === 0 ? transaction.commit() : transaction.abort());
    }
    await producer.close();
    expect(await valuesIn(2)).toEqual(['0a', '0b', '2a', '2b', '4a', '4b']);
  });

  it('says which limit a batch broke, and is not used again', async () => {
    const producer = await log.openProducer(3);
    const transaction = await producer.begin();
    const large = {
      topic: world.topic('output'),
      partition: 3,
      records: [textRecord('x'.repeat(1_100_000))],
    };
    await expect(transaction.send([large])).rejects.toMatchObject({
      code: 'transaction-failed',
      message: expect.stringContaining('MESSAGE_TOO_LARGE'),
    });
    await expect(transaction.abort()).rejects.toThrow('a producer is not used again');
    await producer.close();
  });

  it('says that a timestamp is too far ahead', async () => {
    const producer = await log.openProducer(3);
    const transaction = await producer.begin();
    const late = textRecord('x', { timestamp: Date.UTC(9999, 0) });
    await expect(
      transaction.send([{ topic: world.topic('output'), partition: 3, records: [late] }]),
    ).rejects.toMatchObject({
      code: 'transaction-failed',
      message: expect.stringContaining('INVALID_TIMESTAMP'),
    });
    await producer.close();
  });

  it('is refused with the fix when its time-out is longer than the broker allows', async () => {
    const patient = await world.open({ transactionTimeoutMs: 1_000_000_000 });
    await expect(patient.openProducer(3)).rejects.toMatchObject({
      code: 'kafka-refused',
      message: expect.stringContaining('lower kafka.transactionTimeoutMs'),
    });
  });

  it('cannot commit a transaction that the broker has aborted for its age', async () => {
    const hasty = await world.open({
      transactionTimeoutMs: 1_000,
      applicationId: `${world.settings.applicationId}-hasty`,
    });
    const producer = await hasty.openProducer(0);
    const transaction = await producer.begin();
    await transaction.send([slice(4, 'too slow')]);
    await until(async () => (await highWatermark(4)) === 2);
    await expect(transaction.commit()).rejects.toMatchObject({
      code: expect.stringMatching(/producer-fenced|commit-ambiguous/),
    });
    await producer.close();
    expect(await valuesIn(4)).toEqual([]);
  });

  async function highWatermark(partition: number): Promise<number> {
    const [bounds] = await log.bounds([{ topic: world.topic('output'), partition }]);
    return bounds?.end ?? 0;
  }

  async function until(fact: () => Promise<boolean>): Promise<void> {
    const deadline = Date.now() + 20_000;
    while (!(await fact())) {
      if (Date.now() > deadline) throw new Error('it did not come true within 20 s');
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
});
