import { Kafka, logLevel } from 'kafkajs';
import { createKafkaLog } from '../../src/kafka/kafka-log.ts';
import { openSender } from '../../src/kafka/sender.ts';
import { createTopics } from '../../src/kafka/topics.ts';
import { testSettings } from '../support/kafka-log.ts';
import { logContract } from './log-contract.ts';

const quiet = () => undefined;

logContract('over Kafka', async () => {
  const settings = testSettings('contract');
  const sender = await openSender(settings, quiet);
  const admin = new Kafka({ brokers: [...settings.brokers], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  return {
    createTopics: async (topics) => {
      const wanted = Object.entries(topics).map(([topic, partitions]) => ({
        topic,
        partitions,
        settings: {},
      }));
      await createTopics(settings, wanted, quiet);
    },
    openLog: ({ applicationId, groupId, shardTopic }) =>
      createKafkaLog(
        { ...settings, applicationId, groupId },
        { subscribe: [], changelog: shardTopic },
        quiet,
      ),
    append: async (topic, partition, records) => {
      await sender.send(records.map((record) => ({ ...record, topic, partition })));
    },
    deleteRecordsBefore: async (topic, partition, offset) => {
      // The client deletes only from topics that it has been asked about.
      await admin.fetchTopicOffsets(topic);
      await admin.deleteTopicRecords({ topic, partitions: [{ partition, offset: String(offset) }] });
    },
    close: async () => {
      await Promise.all([sender.close(), admin.disconnect()]);
    },
  };
});
