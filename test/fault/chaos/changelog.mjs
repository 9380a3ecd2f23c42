import { Cluster } from '../../checker/wire/cluster.mjs';

const CUSTOMER_KEY = /^[\w-]{22}$/;

/** Where each partition of the changelog ends at present. */
export function changelogEnds(world) {
  return withCluster(world, async (cluster, topic) => {
    const ends = new Map();
    for (const shard of await cluster.partitions(topic))
      ends.set(shard, await cluster.endOffset(topic, shard));
    return ends;
  });
}

/** Whether a customer's state of this version, which its first byte says, was written after these ends. */
export function hasVersion(world, ends, version) {
  return withCluster(world, async (cluster, topic) => {
    for (const [shard, from] of ends) {
      for await (const { key, value } of cluster.read(topic, shard, { from })) {
        if (CUSTOMER_KEY.test(String(key)) && value?.[0] === version) return true;
      }
    }
    return false;
  });
}

async function withCluster({ kafka, topics }, work) {
  const cluster = new Cluster(kafka);
  try {
    return await work(cluster, topics.changelog);
  } finally {
    cluster.close();
  }
}
