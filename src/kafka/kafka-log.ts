import { assert } from '../kernel/errors.ts';
import type { Duration, Instant } from '../kernel/time.ts';
import type { TopicOffset, TopicPartition } from '../model/record.ts';
import type { Fetched, FetchTarget, Log, ShardOwner, ShardProducer } from '../shard/log.ts';
import { createClient, IMPATIENT } from './client.ts';
import { KafkaCluster, type PartitionBounds } from './cluster.ts';
import { Fetcher } from './fetcher.ts';
import { type GroupTopics, Membership } from './membership.ts';
import { openProducer } from './producer.ts';
import type { KafkaSettings, LogLine } from './settings.ts';
import { answeredWithin } from './time-limit.ts';

/** The port, and what an operator's tools ask beside it. */
export interface KafkaLog extends Log {
  /** First offset and end of each partition, now; with `since`, the first offset of that time or later, else the end. */
  bounds(partitions: readonly TopicPartition[], since?: Instant): Promise<PartitionBounds[]>;
}

const PRODUCER_PATIENCE = { retries: 20, initialRetryTime: 15, maxRetryTime: 1_000 };

/**
 * The log over a Kafka. Connects at once, so that it throws `kafka-unreachable` or `kafka-refused` here and not later;
 * the group is joined by `join`. Inputs, re-routed topics and the changelog are subscribed, so that lag tools see them.
 */
export async function createKafkaLog(
  settings: KafkaSettings,
  topics: GroupTopics,
  logLine: LogLine,
): Promise<KafkaLog> {
  const cluster = await KafkaCluster.connect(
    createClient(settings, logLine, IMPATIENT),
    settings.metadataMaxAgeMs,
  );
  return new KafkaJsLog(settings, topics, logLine, cluster);
}

class KafkaJsLog implements KafkaLog {
  readonly #settings: KafkaSettings;
  readonly #logLine: LogLine;
  readonly #cluster: KafkaCluster;
  readonly #fetcher: Fetcher;
  readonly #membership: Membership;
  #joined = false;

  constructor(settings: KafkaSettings, topics: GroupTopics, logLine: LogLine, cluster: KafkaCluster) {
    this.#settings = settings;
    this.#logLine = logLine;
    this.#cluster = cluster;
    this.#membership = new Membership(settings, topics, logLine);
    this.#fetcher = new Fetcher(cluster, {
      maxWaitMs: settings.fetchMaxWaitMs,
      giveUpMs: giveUpAfter(settings),
      partitionBytesMax: settings.fetchPartitionBytesMax,
      bytesMax: settings.fetchBytesMax,
    });
  }

  async partitionCounts(topics: readonly string[]): Promise<ReadonlyMap<string, number>> {
    await this.#cluster.know(topics);
    await this.#cluster.refresh();
    return new Map(topics.map((topic) => [topic, this.#cluster.partitionCount(topic)]));
  }

  async join(owner: ShardOwner): Promise<void> {
    assert(!this.#joined, 'a log joins its group once');
    this.#joined = true;
    await this.#membership.join(owner);
  }

  async leave(): Promise<void> {
    this.#fetcher.close();
    await Promise.all([this.#membership.leave(), this.#cluster.close()]);
  }

  confirmMembership(signal: AbortSignal): Promise<void> {
    return this.#membership.confirm(signal);
  }

  fetch(
    targets: readonly FetchTarget[],
    options: { maxWaitMs: Duration; signal: AbortSignal },
  ): Promise<Fetched[]> {
    return this.#fetcher.fetch(targets, options);
  }

  openProducer(shard: number): Promise<ShardProducer> {
    const client = createClient(this.#settings, this.#logLine, PRODUCER_PATIENCE);
    return openProducer(client, {
      transactionalId: `${this.#settings.applicationId}-${shard}`,
      transactionTimeoutMs: this.#settings.transactionTimeoutMs,
      giveUpMs: giveUpAfter(this.#settings),
    });
  }

  groupOffsets(partitions: readonly TopicPartition[]): Promise<TopicOffset[]> {
    const { groupId } = this.#settings;
    const offsets = this.#cluster.groupOffsets(groupId, partitions);
    return answeredWithin(giveUpAfter(this.#settings), 'group offsets', offsets);
  }

  saveGroupOffsets(offsets: readonly TopicOffset[]): Promise<void> {
    return this.#membership.save(offsets);
  }

  bounds(partitions: readonly TopicPartition[], since?: Instant): Promise<PartitionBounds[]> {
    return this.#cluster.bounds(partitions, since);
  }
}

/** The library gives each request its own time; twice that, and nothing more is to be hoped for. */
function giveUpAfter({ connectionTimeoutMs, requestTimeoutMs }: KafkaSettings): Duration {
  return 2 * (connectionTimeoutMs + requestTimeoutMs);
}
