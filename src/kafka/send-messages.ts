import { assert, TactError } from '../kernel/errors.ts';
import { isAway, isFencing, kindOf } from './kafka-error.ts';
import type { ProduceArguments } from './produce-request.ts';

/** What kafkajs makes its sends with. */
export interface SendParts {
  readonly cluster: SendingCluster;
  readonly partitioner: Partitioner;
  readonly eosManager: EosManager;
}

export interface SendRequest {
  readonly acks: number;
  readonly timeout?: number;
  readonly compression?: number;
  readonly topicMessages: readonly { readonly topic: string; readonly messages: readonly object[] }[];
}

/** Where the records of one partition went. */
export interface PlacedBatch {
  readonly topicName: string;
  readonly partition: number;
  readonly baseOffset: string;
}

type Partitioner = (choice: {
  topic: string;
  partitionMetadata: readonly unknown[];
  message: object;
}) => number;

interface SendingCluster {
  isConnected(): boolean;
  connect(): Promise<void>;
  addMultipleTargetTopics(topics: readonly string[]): Promise<void>;
  refreshMetadata(): Promise<void>;
  refreshMetadataIfNecessary(): Promise<void>;
  removeBroker(address: { host: string; port: number }): void;
  findTopicPartitionMetadata(topic: string): readonly unknown[];
  findLeaderForPartitions(topic: string, partitions: readonly number[]): Record<string, number[]>;
  findBroker(of: { nodeId: string }): Promise<SendingBroker>;
}

interface SendingBroker {
  produce(request: object): Promise<{
    topics: readonly {
      topicName: string;
      partitions: readonly { partition: number; baseOffset: string }[];
    }[];
  }>;
}

/** The library's keeper of the producer's id, epoch, sequence numbers and open transaction. */
interface EosManager {
  isTransactional(): boolean;
  getTransactionalId(): string;
  getProducerId(): unknown;
  getProducerEpoch(): number;
  getSequence(topic: string, partition: number): number;
  updateSequence(topic: string, partition: number, increment: number): void;
  addPartitionsToTransaction(topicData: TopicData): Promise<void>;
}

type TopicData = ProduceArguments['topicData'];

/** The records of one partition; they keep their first sequence number however often they are produced. */
interface Batch {
  readonly topic: string;
  readonly partition: number;
  readonly messages: readonly object[];
  firstSequence?: number;
  placed?: PlacedBatch;
}

const PREPARE_MS = 10_000;
/** The end of the transaction before is still being written when the next one begins, for some milliseconds. */
const PAUSE_MS = 10;
const ATTEMPTS = 6;
/** The library's own bound. */
const SEQUENCE_MAX = 2 ** 31 - 1;

/**
 * Answers after which a broker may be asked to append the same again inside a transaction: it has not appended, or it has
 * led until a moment ago, and then its successor knows by the sequence number whether it was appended.
 */
const REFUSED = new Set(['NOT_LEADER_FOR_PARTITION', 'UNKNOWN_TOPIC_OR_PARTITION', 'NOT_ENOUGH_REPLICAS']);

/**
 * Takes the place of the library's `producer/sendMessages`, which appends records twice: when one of several brokers fails
 * it sends again to those that have not answered yet, under the next sequence numbers, and again to a new leader what the
 * old one has taken.
 *
 * All that is safe to try again comes first: leaders, connections, and the partitions' place in the transaction. Then each
 * broker is asked to append, all at the same time, and all of them are waited for. Only a broker that refused is asked
 * again, and always under the same sequence numbers, by which it knows what it has appended. One that did not answer fails
 * the transaction; without a transaction it is asked again, too.
 */
export function sendMessages(parts: SendParts): (request: SendRequest) => Promise<PlacedBatch[]> {
  let last: Promise<unknown> = Promise.resolve();
  return (request) => {
    const sent = last.then(() => send(parts, request));
    last = sent.catch(() => undefined);
    return sent;
  };
}

async function send(parts: SendParts, request: SendRequest): Promise<PlacedBatch[]> {
  const { cluster, eosManager } = parts;
  const mayAskAgain = eosManager.isTransactional() ? isRefusal : isAway;
  const batches: Batch[] = [];
  for (let attempt = 1; ; attempt++) {
    const byBroker = await prepare(parts, request, batches);
    const failures = await produce(eosManager, request, byBroker);
    if (failures.length === 0) break;
    const again = attempt < ATTEMPTS && failures.every(mayAskAgain);
    if (!again) throw failures.find(isFencing) ?? failures[0];
    for (const failure of failures) await lookAgain(cluster, failure);
    await pause(PAUSE_MS * 2 ** attempt);
  }
  return batches.map(({ placed }) => {
    assert(placed, 'the broker says where records went');
    return placed;
  });
}

function isRefusal(error: unknown): boolean {
  return REFUSED.has(kindOf(error));
}

/** Nothing is produced here, so all of it may be tried again. Fills `batches` once. */
async function prepare(
  { cluster, partitioner, eosManager }: SendParts,
  { topicMessages }: SendRequest,
  batches: Batch[],
): Promise<Map<SendingBroker, Batch[]>> {
  const deadline = performance.now() + PREPARE_MS;
  for (let tries = 0; ; tries++) {
    try {
      await cluster.addMultipleTargetTopics(topicMessages.map(({ topic }) => topic));
      await cluster.refreshMetadataIfNecessary();
      if (batches.length === 0) batches.push(...toBatches(cluster, partitioner, topicMessages));
      const open = batches.filter(({ placed }) => placed === undefined);
      const byBroker = await brokersOf(cluster, open);
      if (eosManager.isTransactional()) await eosManager.addPartitionsToTransaction(toTopicData(open));
      return byBroker;
    } catch (error) {
      const busy = kindOf(error) === 'CONCURRENT_TRANSACTIONS';
      if (!(busy || isAway(error)) || performance.now() > deadline) throw error;
      if (!busy) await lookAgain(cluster, error);
      await pause(PAUSE_MS + tries);
    }
  }
}

function toBatches(
  cluster: SendingCluster,
  partitioner: Partitioner,
  topicMessages: SendRequest['topicMessages'],
): Batch[] {
  return topicMessages.flatMap(({ topic, messages }) => {
    const partitionMetadata = cluster.findTopicPartitionMetadata(topic);
    const groups = groupByPartition({ topic, partitionMetadata, messages, partitioner });
    return [...groups].map(([partition, of]) => ({ topic, partition, messages: of }));
  });
}

interface Grouping {
  readonly topic: string;
  readonly partitionMetadata: readonly unknown[];
  readonly messages: readonly object[];
  readonly partitioner: Partitioner;
}

/** Linear in the number of messages; the library's copies each partition's list for each message. */
export function groupByPartition(grouping: Grouping): Map<number, object[]> {
  const { topic, partitionMetadata, messages, partitioner } = grouping;
  const groups = new Map<number, object[]>();
  for (const message of messages) {
    const partition = partitioner({ topic, partitionMetadata, message });
    const group = groups.get(partition);
    if (group) group.push(message);
    else groups.set(partition, [message]);
  }
  return groups;
}

/** By the connected leader of each. */
async function brokersOf(
  cluster: SendingCluster,
  batches: readonly Batch[],
): Promise<Map<SendingBroker, Batch[]>> {
  const byBroker = new Map<SendingBroker, Batch[]>();
  for (const batch of batches) {
    const { topic, partition } = batch;
    const [nodeId] = Object.keys(cluster.findLeaderForPartitions(topic, [partition]));
    if (nodeId === undefined)
      throw new TactError('kafka-refused', `topic ${topic} has no partition ${partition}`);
    const broker = await cluster.findBroker({ nodeId });
    const led = byBroker.get(broker);
    if (led) led.push(batch);
    else byBroker.set(broker, [batch]);
  }
  return byBroker;
}

/** One request per broker, all at the same time. Returns what went wrong, after every broker has answered. */
async function produce(
  eosManager: EosManager,
  { acks, timeout, compression }: SendRequest,
  byBroker: Map<SendingBroker, Batch[]>,
): Promise<unknown[]> {
  const attempts = [...byBroker].map(async ([broker, batches]) => {
    for (const batch of batches) number(eosManager, batch);
    const { topics } = await broker.produce({
      transactionalId: eosManager.isTransactional() ? eosManager.getTransactionalId() : undefined,
      producerId: eosManager.getProducerId(),
      producerEpoch: eosManager.getProducerEpoch(),
      acks,
      timeout,
      compression,
      topicData: toTopicData(batches),
    });
    const placed = topics.flatMap(({ topicName, partitions }) =>
      partitions.map((partition) => ({ topicName, ...partition })),
    );
    for (const batch of batches) {
      const found = placed.find((at) => at.topicName === batch.topic && at.partition === batch.partition);
      if (found) batch.placed = found;
    }
  });
  const settled = await Promise.allSettled(attempts);
  return settled.flatMap((each) => (each.status === 'rejected' ? [each.reason as unknown] : []));
}

/**
 * Once and for all: they name these records, even when producing them fails. Near 2³¹ the library begins at 0 again where the
 * broker goes on counting, so the numbers must not come there: a new producer begins anew.
 */
function number(eosManager: EosManager, batch: Batch): void {
  if (batch.firstSequence !== undefined) return;
  const first = eosManager.getSequence(batch.topic, batch.partition);
  if (first + batch.messages.length >= SEQUENCE_MAX) {
    throw new TactError(
      'transaction-failed',
      `this producer has written ${first} records to ${batch.topic}/${batch.partition}, and has no numbers for more; the next one begins anew`,
    );
  }
  batch.firstSequence = first;
  eosManager.updateSequence(batch.topic, batch.partition, batch.messages.length);
}

function toTopicData(batches: readonly Batch[]): TopicData {
  const topics = new Map<string, Batch[]>();
  for (const batch of batches) topics.set(batch.topic, [...(topics.get(batch.topic) ?? []), batch]);
  return [...topics].map(([topic, partitions]) => ({ topic, partitions })) as TopicData;
}

/** Finds the brokers again, after an error that says that they are elsewhere. What fails here fails again at the next try. */
async function lookAgain(cluster: SendingCluster, error: unknown): Promise<void> {
  const { name, host, port } = error as { name?: string; host?: string; port?: number };
  if (name === 'KafkaJSConnectionClosedError' && host !== undefined && port !== undefined)
    cluster.removeBroker({ host, port });
  try {
    if (!cluster.isConnected()) await cluster.connect();
    await cluster.refreshMetadata();
  } catch {}
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
