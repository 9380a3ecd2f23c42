import { createMemoryBroker } from '../../src/memory/memory-broker.ts';
import { logContract } from './log-contract.ts';

logContract('in memory', async () => {
  const broker = createMemoryBroker({ topics: {} });
  const partitionsOf = new Map<string, number>();
  return {
    createTopics: async (topics) => {
      for (const [topic, partitions] of Object.entries(topics)) {
        broker.createTopic(topic, partitions);
        partitionsOf.set(topic, partitions);
      }
    },
    openLog: async ({ applicationId, groupId, shardTopic }) =>
      broker.createLog({ applicationId, groupId, shards: partitionsOf.get(shardTopic) ?? 0 }),
    append: async (topic, partition, records) => void broker.appendAll(topic, partition, records),
    deleteRecordsBefore: async (topic, partition, offset) =>
      broker.deleteRecordsBefore(topic, partition, offset),
    close: async () => {},
  };
});
