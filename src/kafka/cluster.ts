import type { Broker, Cluster, Kafka, PartitionAssigner } from 'kafkajs';
import { TactError } from '../kernel/errors.ts';
import type { Instant } from '../kernel/time.ts';
import type { TopicOffset, TopicPartition } from '../model/record.ts';
import { fetchRequest, type ProtocolRequest } from './client-library.ts';
import { decodeFetchResponse, type FetchResponse } from './fetch-response.ts';
import { isAway, kindOf, tactError } from './kafka-error.ts';

/** What a Fetch asks of one broker. */
export interface FetchAsk {
  readonly targets: readonly TopicOffset[];
  readonly maxWaitMs: number;
  readonly partitionBytesMax: number;
  readonly bytesMax: number;
}

/** The first offset that a partition still has, and its end: the high watermark, not the stable end. */
export interface PartitionBounds extends TopicPartition {
  readonly start: number;
  readonly end: number;
}

/** What the library has beyond its declared types. */
interface WiderCluster extends Cluster {
  readonly targetTopics: Set<string>;
  readonly brokerPool: { readonly brokers: Record<string, WiderBroker | undefined> };
}
interface WiderBroker extends Broker {
  readonly versions: Record<number, { maxVersion: number } | undefined> | null;
  readonly connectionPool: {
    readonly host: string;
    readonly port: number;
    send(exchange: { request: ProtocolRequest; response: object }): Promise<FetchResponse>;
  };
  listOffsets(request: object): Promise<{
    responses: { topic: string; partitions: { partition: number; offset: string }[] }[];
  }>;
}

const FETCH_API = 1;
const FETCH_VERSION = 11;
const EARLIEST = -2;
const LATEST = -1;
const READ_UNCOMMITTED = 0;
const READ_COMMITTED = 1;
const fetchResponse = {
  decode: async (payload: Buffer) => decodeFetchResponse(payload),
  parse: async (d: unknown) => d,
};

/**
 * Requests to the brokers that the library's public calls do not offer, over connections of its own. It gets at them by
 * the public way that hands a cluster to partition assigners; the consumer that this needs never joins a group.
 */
export class KafkaCluster {
  readonly #cluster: WiderCluster;
  readonly #disconnect: () => Promise<void>;
  #stale = false;

  private constructor(cluster: Cluster, disconnect: () => Promise<void>) {
    this.#cluster = cluster as WiderCluster;
    this.#disconnect = disconnect;
  }

  /** Throws `kafka-unreachable` or `kafka-refused`. */
  static async connect(kafka: Kafka, metadataMaxAgeMs: number): Promise<KafkaCluster> {
    let captured: Cluster | undefined;
    const capture: PartitionAssigner = ({ cluster }) => {
      captured = cluster;
      return {
        name: 'none',
        version: 1,
        assign: async () => [],
        protocol: () => ({ name: 'none', metadata: Buffer.alloc(0) }),
      };
    };
    const consumer = kafka.consumer({
      groupId: 'never-joined',
      partitionAssigners: [capture],
      metadataMaxAge: metadataMaxAgeMs,
      allowAutoTopicCreation: false,
    });
    try {
      await consumer.connect();
    } catch (error) {
      await consumer.disconnect().catch(() => undefined);
      throw tactError('cannot connect to Kafka', error);
    }
    return new KafkaCluster(captured as Cluster, () => consumer.disconnect());
  }

  /** Makes sure that the leaders of these topics are known. Throws `kafka-refused` naming a topic that does not exist. */
  async know(topics: Iterable<string>): Promise<void> {
    const known = this.#cluster.targetTopics;
    const unknown = [...new Set(topics)].filter((topic) => !known.has(topic));
    try {
      if (!this.#cluster.isConnected()) await this.#cluster.connect();
      for (const topic of unknown) await this.#addTopic(topic);
      if (this.#stale) await this.refresh();
      else await this.#cluster.refreshMetadataIfNecessary();
    } catch (error) {
      this.#stale = true;
      throw tactError('cannot read topic metadata', error);
    }
  }

  async #addTopic(topic: string): Promise<void> {
    try {
      await this.#cluster.addMultipleTargetTopics([topic]);
    } catch (error) {
      this.#cluster.targetTopics.delete(topic);
      throw kindOf(error) === 'UNKNOWN_TOPIC_OR_PARTITION' ? missing(topic) : error;
    }
  }

  /** Reads leaders and partitions again, now. */
  async refresh(): Promise<void> {
    try {
      if (!this.#cluster.isConnected()) await this.#cluster.connect();
      await this.#cluster.refreshMetadata();
      this.#stale = false;
    } catch (error) {
      this.#stale = true;
      if (kindOf(error) !== 'UNKNOWN_TOPIC_OR_PARTITION')
        throw tactError('cannot read topic metadata', error);
      await this.#forgetDeletedTopics();
    }
  }

  /** One deleted topic makes the request for all fail: each is asked for alone, and a deleted one dropped. */
  async #forgetDeletedTopics(): Promise<void> {
    const topics = [...this.#cluster.targetTopics];
    this.#cluster.targetTopics.clear();
    const gone: string[] = [];
    for (const topic of topics) {
      await this.#addTopic(topic).catch((error: unknown) => {
        if (!(error instanceof TactError)) throw tactError('cannot read topic metadata', error);
        gone.push(topic);
      });
    }
    this.#stale = false;
    if (gone[0] !== undefined) throw missing(gone[0]);
  }

  /** The broker that leads the partition; undefined while none does. Throws `kafka-refused` when there is no such partition. */
  leaderOf({ topic, partition }: TopicPartition): string | undefined {
    const partitions = this.#cluster.findTopicPartitionMetadata(topic);
    const found = partitions.find(({ partitionId }) => partitionId === partition);
    if (partitions.length > 0 && !found) {
      throw new TactError(
        'kafka-refused',
        `topic ${topic} has no partition ${partition}: it has ${partitions.length}`,
      );
    }
    return found && found.leader >= 0 ? String(found.leader) : undefined;
  }

  /** Only for topics that `know` was called with. */
  partitionCount(topic: string): number {
    return this.#cluster.findTopicPartitionMetadata(topic).length;
  }

  async fetch(nodeId: string, ask: FetchAsk): Promise<FetchResponse> {
    const broker = (await this.#cluster.findBroker({ nodeId })) as WiderBroker;
    const version = broker.versions?.[FETCH_API]?.maxVersion ?? 0;
    if (version < FETCH_VERSION) {
      throw new TactError(
        'kafka-refused',
        `the broker speaks Fetch ${version}: Kafka 2.3 or later is needed`,
      );
    }
    return broker.connectionPool.send({
      request: fetchRequest(fetchArguments(ask)),
      response: fetchResponse,
    });
  }

  /** Closes the connections to a broker that did not answer as it should; metadata is read again before the next use. */
  async drop(nodeId: string): Promise<void> {
    this.#stale = true;
    const broker = this.#cluster.brokerPool.brokers[nodeId];
    if (!broker) return;
    const { host, port } = broker.connectionPool;
    this.#cluster.removeBroker({ host, port });
    await broker.disconnect().catch(() => undefined);
  }

  /**
   * Where partitions begin and end now; with `since`, they begin at their first record of that time or later. Throws
   * `kafka-unreachable` or `kafka-refused`.
   */
  async bounds(partitions: readonly TopicPartition[], since: Instant = EARLIEST): Promise<PartitionBounds[]> {
    await this.know(partitions.map(({ topic }) => topic));
    const [starts, ends] = [new Map<string, number>(), new Map<string, number>()];
    try {
      for (const [nodeId, led] of this.#byLeader(partitions)) {
        const broker = (await this.#cluster.findBroker({ nodeId })) as WiderBroker;
        await listOffsets(broker, led, since, starts);
        await listOffsets(broker, led, LATEST, ends);
      }
    } catch (error) {
      this.#stale = this.#stale || isAway(error);
      throw tactError('cannot read where partitions begin and end', error);
    }
    return partitions.map(({ topic, partition }) => {
      const [start = 0, end = 0] = [starts, ends].map((found) => found.get(`${topic}/${partition}`));
      return { topic, partition, start: start < 0 ? end : start, end };
    });
  }

  #byLeader(partitions: readonly TopicPartition[]): Map<string, TopicPartition[]> {
    const groups = new Map<string, TopicPartition[]>();
    for (const place of partitions) {
      const leader = this.leaderOf(place);
      if (leader === undefined) {
        throw new TactError(
          'kafka-unreachable',
          `${place.topic}/${place.partition} has no leader at the moment`,
        );
      }
      groups.set(leader, [...(groups.get(leader) ?? []), place]);
    }
    return groups;
  }

  /** The group's committed offsets; a partition without one is left out. */
  async groupOffsets(groupId: string, partitions: readonly TopicPartition[]): Promise<TopicOffset[]> {
    try {
      if (!this.#cluster.isConnected()) await this.#cluster.connect();
      await this.#cluster.refreshMetadataIfNecessary();
      const coordinator = await this.#cluster.findGroupCoordinator({ groupId });
      const topics = byTopic(partitions, ({ partition }) => ({ partition, offset: '0' }));
      const { responses } = await coordinator.offsetFetch({ groupId, topics });
      return responses
        .flatMap(({ topic, partitions: found }) => found.map((of) => ({ topic, ...of })))
        .map(({ topic, partition, offset }) => ({ topic, partition, offset: Number(offset) }))
        .filter(({ offset }) => offset >= 0);
    } catch (error) {
      this.#stale = true;
      throw tactError(`cannot read the offsets of group ${groupId}`, error);
    }
  }

  async close(): Promise<void> {
    await this.#disconnect().catch(() => undefined);
  }
}

function fetchArguments(ask: FetchAsk): object {
  const { targets, maxWaitMs, partitionBytesMax, bytesMax } = ask;
  return {
    replicaId: -1,
    maxWaitTime: maxWaitMs,
    minBytes: 1,
    maxBytes: bytesMax,
    isolationLevel: READ_COMMITTED,
    topics: byTopic(targets, ({ partition, offset }) => ({
      partition,
      fetchOffset: String(offset),
      maxBytes: partitionBytesMax,
    })),
  };
}

async function listOffsets(
  broker: WiderBroker,
  partitions: readonly TopicPartition[],
  timestamp: number,
  into: Map<string, number>,
): Promise<void> {
  const { responses } = await broker.listOffsets({
    replicaId: -1,
    isolationLevel: READ_UNCOMMITTED,
    topics: byTopic(partitions, ({ partition }) => ({ partition, timestamp })),
  });
  for (const { topic, partitions: found } of responses) {
    for (const { partition, offset } of found) into.set(`${topic}/${partition}`, Number(offset));
  }
}

function byTopic<P extends TopicPartition, T>(places: readonly P[], entry: (place: P) => T) {
  const topics = new Map<string, T[]>();
  for (const place of places) {
    const entries = topics.get(place.topic);
    if (entries) entries.push(entry(place));
    else topics.set(place.topic, [entry(place)]);
  }
  return [...topics].map(([topic, partitions]) => ({ topic, partitions }));
}

function missing(topic: string): TactError {
  return new TactError('kafka-refused', `topic ${topic} does not exist: run \`tact topics create\``);
}
