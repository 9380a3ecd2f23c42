import { kafkaOf } from '../producers.mjs';

const REPLICAS = 3;
const WHOLE_WITHIN_MS = 60_000;

/** Whether fewer replicas than all are in sync somewhere on the cleared topic, soon. */
export const isOutOfSync = (world) => world.comes(async () => (await leastInSync(world)) < REPLICAS);

/** Whether all are again, soon. */
export const isInSync = (world) =>
  world.comes(async () => (await leastInSync(world)) === REPLICAS, WHOLE_WITHIN_MS);

async function leastInSync({ kafka, topics }) {
  const admin = kafkaOf(kafka, 'chaos-admin').admin();
  try {
    await admin.connect();
    const { topics: found } = await admin.fetchTopicMetadata({ topics: [topics.cleared] });
    return Math.min(...found[0].partitions.map(({ isr }) => isr.length));
  } finally {
    await admin.disconnect();
  }
}
