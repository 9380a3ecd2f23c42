import { Kafka, logLevel } from 'kafkajs';
import { afterEach, describe, expect, it } from 'vitest';
import type { ShardOwner } from '../../../src/shard/log.ts';
import { kafkaAddress } from '../../support/addresses.ts';
import { type KafkaWorld, kafkaWorld, textRecord } from '../../support/kafka-log.ts';

describe('a client that is beyond repair', () => {
  let world: KafkaWorld | undefined;
  afterEach(() => world?.close());

  it('ends in a crash that the untouched library only tells to those who listen', async () => {
    world = await kafkaWorld({ topics: { state: 1 }, changelog: 'state' });
    await world.append('state', 0, [textRecord('x', { key: Buffer.from('k') })]);
    const kafka = new Kafka({ clientId: 'stock', brokers: [kafkaAddress()], logLevel: logLevel.NOTHING });
    const consumer = kafka.consumer({ groupId: `${world.settings.groupId}-stock` });
    await consumer.connect();
    await consumer.subscribe({ topics: [world.topic('state')], fromBeginning: true });
    const crash = new Promise<boolean>((resolve) => {
      consumer.on(consumer.events.CRASH, ({ payload }) => {
        if (payload.error.message === 'a fault in the handler') resolve(payload.restart);
      });
    });
    await consumer.run({
      eachMessage: async () => {
        throw new TypeError('a fault in the handler');
      },
    });
    expect(await crash).toBe(false);
    await consumer.disconnect();
  });

  it('is reported to the owner of the shards, so that the process can end', async () => {
    world = await kafkaWorld({ topics: { state: 2 }, changelog: 'state' });
    const [one, two] = [await world.open(), await world.open()];
    let faults = 0;
    const failed = new Promise<Error>((resolve) => {
      const owner: ShardOwner = {
        assigned: () => undefined,
        revoked: () => {
          if (faults++ === 0) throw new TypeError('a fault in a listener');
        },
        failed: resolve,
      };
      void one.join(owner);
    });
    await one.confirmMembership(AbortSignal.timeout(10_000));
    const bystander: ShardOwner = {
      assigned: () => undefined,
      revoked: () => undefined,
      failed: () => undefined,
    };
    await two.join(bystander);
    expect((await failed).message).toContain('a fault in a listener');
  });

  it('is refused at once when the group speaks another assignment protocol', async () => {
    world = await kafkaWorld({ topics: { state: 2 }, changelog: 'state' });
    const kafka = new Kafka({ clientId: 'stock', brokers: [kafkaAddress()], logLevel: logLevel.NOTHING });
    const consumer = kafka.consumer({ groupId: world.settings.groupId });
    await consumer.connect();
    await consumer.subscribe({ topics: [world.topic('state')] });
    const joined = new Promise((resolve) => consumer.on(consumer.events.GROUP_JOIN, resolve));
    await consumer.run({ eachMessage: async () => undefined });
    await joined;
    const log = await world.open();
    const owner: ShardOwner = {
      assigned: () => undefined,
      revoked: () => undefined,
      failed: () => undefined,
    };
    await expect(log.join(owner)).rejects.toMatchObject({
      code: 'kafka-refused',
      message: expect.stringContaining('INCONSISTENT_GROUP_PROTOCOL'),
    });
    await consumer.disconnect();
  });
});
