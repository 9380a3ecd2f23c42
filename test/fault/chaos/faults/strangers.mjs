import { Partitioners } from 'kafkajs';
import { kafkaOf } from '../../producers.mjs';
import { pause } from '../world.mjs';

const FENCED = /^tact_transactions_total\{result="fenced"\}/;
const HELD_BACK = /^tact_holds_total\{cause="changelog-held-back"\}/;
const STALE = /^tact_(acquires|holds)_total\{cause="(stale|interactions-behind)"\}/;

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
    world.rises(FENCED, async () => {
      const producer = stranger(world, `${world.run}-${world.random.between(0, world.shards)}`);
      await producer.connect();
      // The owner's transaction may be about to end.
      await world.comes(async () => {
        const transaction = await producer.transaction();
        await transaction.abort();
        return true;
      });
      await producer.disconnect();
    }),
};

/** A transaction with one record in each of these partitions, which stays open for as long as the work takes. */
async function whileOpen(world, topic, partitions, work) {
  const producer = stranger(world);
  await producer.connect();
  const transaction = await producer.transaction();
  const messages = partitions.map((partition) => ({
    ...{ partition, key: 'stranger', value: 'of nobody' },
    headers: { 'load-kind': 'unreadable' },
  }));
  await transaction.send({ topic, messages });
  try {
    return await work();
  } finally {
    await transaction.abort();
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
    world.rises(HELD_BACK, () =>
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
