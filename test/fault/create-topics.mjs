import { Cluster } from '../checker/wire/cluster.mjs';
import { waitUntil } from '../stack/children.mjs';
import { kafkaOf } from './producers.mjs';

/** Creates topics; resolves when every partition can be written to. */
export async function createTopics(kafka, topics) {
  const admin = kafkaOf(kafka, 'fault-admin').admin();
  await admin.connect();
  try {
    // The client's own wait gives up at a broker that does not know a topic yet.
    await admin.createTopics({ topics, waitForLeaders: false });
  } finally {
    await admin.disconnect();
  }
  const cluster = new Cluster(kafka);
  try {
    for (const { topic, numPartitions } of topics) {
      const led = async () => {
        const partitions = await cluster.partitions(topic);
        await Promise.all(partitions.map((partition) => cluster.endOffset(topic, partition)));
        return partitions.length === numPartitions;
      };
      await waitUntil(led, { what: `topic ${topic}`, timeoutMs: 30_000 });
    }
  } finally {
    cluster.close();
  }
}
