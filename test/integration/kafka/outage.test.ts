import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { createKafkaLog } from '../../../src/kafka/kafka-log.ts';
import { openSender } from '../../../src/kafka/sender.ts';
import { createTopics } from '../../../src/kafka/topics.ts';
import { type RunningKafka, startKafka } from '../../stack/stack.mjs';
import { testSettings, textRecord } from '../../support/kafka-log.ts';

const dir = mkdtempSync(join(tmpdir(), 'tact-outage-'));
let broker: RunningKafka | undefined;

afterAll(async () => {
  await broker?.stop();
  rmSync(dir, { recursive: true, force: true });
});

const silently = () => undefined;
const signal = new AbortController().signal;

it('says that Kafka is unreachable while it is away and goes on by itself when it is back', {
  timeout: 300_000,
}, async () => {
  broker = await startKafka({ dir, heapMb: 384 });
  const settings = testSettings('outage', { brokers: [broker.address], requestTimeoutMs: 3_000 });
  await createTopics(settings, [{ topic: 'state', partitions: 2, settings: {} }], silently);
  const told: string[] = [];
  const log = await createKafkaLog(settings, { subscribe: [], changelog: 'state' }, silently);
  await log.join({
    assigned: (shard) => told.push(`+${shard}`),
    revoked: (shard) => told.push(`-${shard}`),
    failed: (error) => told.push(error.message),
  });
  const fetch = () => log.fetch([{ topic: 'state', partition: 0, offset: 0 }], { maxWaitMs: 300, signal });
  expect(await fetch()).toMatchObject([{ records: [], nextOffset: 0 }]);

  broker.signal('SIGKILL');
  await broker.ended;
  await expect(fetch()).rejects.toMatchObject({ code: 'kafka-unreachable' });
  await expect(log.openProducer(0)).rejects.toMatchObject({ code: 'kafka-unreachable' });
  await expect(log.confirmMembership(AbortSignal.timeout(500))).rejects.toMatchObject({
    code: 'not-a-member',
  });

  broker = await startKafka({ dir, heapMb: 384 });
  const sender = await openSender(settings, silently);
  await sender.send([{ ...textRecord('back'), topic: 'state', partition: 0 }]);
  await sender.close();
  const [fetched] = await retried(fetch);
  expect(fetched).toMatchObject({ records: [{ offset: 0 }] });
  await log.confirmMembership(AbortSignal.timeout(40_000));
  expect(told).toEqual(['+0', '+1']);
  await log.leave();
});

async function retried<T>(work: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
  }
}
