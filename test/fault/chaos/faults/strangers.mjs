import { setTimeout as pause } from 'node:timers/promises';
import { Partitioners } from 'kafkajs';
import { kafkaOf } from '../../producers.mjs';
import { acquires, either, holds, transactions } from '../signs.mjs';

const STALE = either(acquires('stale'), holds('interactions-behind'));

const stranger = ({ kafka, run }, transactionalId = `${run}-stranger`) =>
  kafkaOf(kafka, `${run}-stranger`).producer({
    createPartitioner: Partitioners.DefaultPartitioner,
    transactionalId,
    transactionTimeout: 60_000,
    maxInFlightRequests: 1,
  });

const ourId = {
  id: 'F06',
  title: "a stranger's producer takes our transactional id",
  inject: (world) =>
    world.rises(transactions('fenced'), async () => {
      const producer = stranger(world, `${world.run}-${world.random.between(0, world.shards)}`);
      await producer.connect();
      try {
        // The owner's transaction may be about to end.
        await world.comes(async () => {
          const transaction = await producer.transaction();
          await transaction.abort();
          return true;
        });
      } finally {
        await producer.disconnect();
      }
    }),
};

/** A transaction with one record in each of these partitions, which stays open for as long as the work takes. */
async function whileOpen(world, topic, partitions, work) {
  const producer = stranger(world);
  const messages = partitions.map((partition) => ({
    ...{ partition, key: 'stranger', value: 'of nobody' },
    headers: { 'load-kind': 'unreadable' },
  }));
  await producer.connect();
  try {
    const transaction = await producer.transaction();
    try {
      await transaction.send({ topic, messages });
      return await work();
    } finally {
      await transaction.abort();
    }
  } finally {
    await producer.disconnect();
  }
}

const everyPartition = (count) => Array.from({ length: count }, (_, partition) => partition);

const upstream = {
  id: 'H1',
  title: 'a transaction upstream hangs',
  inject: (world) =>
    world.rises(STALE, () =>
      whileOpen(world, world.topics.recorded, everyPartition(world.shards), () => pause(12_000)),
    ),
};

const onChangelog = {
  id: 'H2',
  title: 'a transaction of a stranger hangs on the changelog while shards are taken over',
  inject: (world) =>
    world.rises(holds('changelog-held-back'), () =>
      whileOpen(world, world.topics.changelog, everyPartition(world.shards), async () => {
        const { governor } = world.pickGovernor();
        await governor.kill();
        governor.start();
        await pause(25_000);
      }),
    ),
};

export const STRANGER_FAULTS = [ourId, upstream, onChangelog].map((fault) => ({
  kind: 'strangers',
  ...fault,
}));
