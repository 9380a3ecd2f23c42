// A process of its own: kafkajs as it comes, from one topic to another, exactly once. Says after each batch how many records it
// has passed on.
import { Kafka, logLevel } from 'kafkajs';

const { kafka, input, output, groupId, partitions } = JSON.parse(process.argv[2]);
/** About 3,000 records, which the broker takes in one request. */
const BATCH_BYTES = 950_000;
const RETRY = { initialRetryTime: 15, maxRetryTime: 1_000, retries: 50 };

// Consumer and producers share nothing: the library mixes up what they have committed otherwise.
const client = (clientId) =>
  new Kafka({ clientId, brokers: [kafka], logLevel: logLevel.NOTHING, retry: RETRY });
const consumer = client('consumer').consumer({
  groupId,
  maxBytesPerPartition: BATCH_BYTES,
  maxWaitTimeInMs: 100,
});
const producers = Array.from({ length: partitions }, (_, partition) =>
  client(`producer-${partition}`).producer({
    transactionalId: `${groupId}-${partition}`,
    maxInFlightRequests: 1,
  }),
);
let passed = 0;
consumer.on(consumer.events.CRASH, ({ payload }) => {
  if (!payload.restart) throw payload.error;
});

await Promise.all([consumer.connect(), ...producers.map((producer) => producer.connect())]);
await consumer.subscribe({ topic: input, fromBeginning: true });
await consumer.run({
  autoCommit: false,
  eachBatchAutoResolve: false,
  partitionsConsumedConcurrently: partitions,
  async eachBatch({ batch, resolveOffset }) {
    const { partition, messages } = batch;
    const transaction = await producers[partition].transaction();
    await transaction.send({
      topic: output,
      messages: messages.map(({ key, value, headers, timestamp }) => ({
        key,
        value,
        headers,
        timestamp,
        partition,
      })),
    });
    const offset = String(BigInt(batch.lastOffset()) + 1n);
    await transaction.sendOffsets({
      consumerGroupId: groupId,
      topics: [{ topic: input, partitions: [{ partition, offset }] }],
    });
    await transaction.commit();
    resolveOffset(batch.lastOffset());
    passed += messages.length;
    process.send?.({ passed });
  },
});
