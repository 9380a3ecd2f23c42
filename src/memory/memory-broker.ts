import { assert, TactError } from '../kernel/errors.ts';
import type { Duration, Instant } from '../kernel/time.ts';
import type { LogRecord, OutputRecord } from '../model/record.ts';
import { ConsumerGroup } from './consumer-group.ts';
import { MemoryLog } from './memory-log.ts';
import { type Isolation, MemoryPartition, type PartitionOffsets } from './memory-partition.ts';
import { realScheduler, type Scheduler } from './scheduler.ts';
import { TransactionCoordinator } from './transaction-coordinator.ts';

export interface MemoryBrokerOptions {
  /** Topic name to its number of partitions. */
  readonly topics: Readonly<Record<string, number>>;
  /** Most records of one partition in one fetch; 2,000 unless told. */
  readonly fetchRecordsMax?: number;
  readonly scheduler?: Scheduler;
  /** An open transaction is aborted when it is this old; absent: never. */
  readonly transactionTimeout?: Duration;
  /** Topics whose records the broker stamps, by `clock`, as with LogAppendTime. */
  readonly stamped?: readonly string[];
  /** The broker's own clock; the machine's unless told. */
  readonly clock?: () => Instant;
}

export interface MemoryLogOptions {
  /** Transactional ids are `<applicationId>-<shard>`. */
  readonly applicationId: string;
  readonly groupId: string;
  /** How many shards the group shares out; the same for every process of the group. */
  readonly shards: number;
}

/** A broker in memory, shared by the log instances made from it; nothing outlives it. */
export interface MemoryBroker {
  /** Another process's log. */
  createLog(options: MemoryLogOptions): MemoryLog;
  /** Adds a topic; one that exists keeps what it has. */
  createTopic(topic: string, partitions: number): void;
  /** Appends outside any transaction, as other producers do; the record's offset. */
  append(topic: string, partition: number, record: OutputRecord): number;
  /** Appends in order; the offset of the first record. */
  appendAll(topic: string, partition: number, records: readonly OutputRecord[]): number;
  /** Everything at or after `from` (0 unless told), committed only unless told. */
  read(topic: string, partition: number, options?: { isolation?: Isolation; from?: number }): LogRecord[];
  offsets(topic: string, partition: number): PartitionOffsets;
  /** Shards of every live member of the group, in joining order. */
  assignment(groupId: string): ReadonlySet<number>[];
  /** Moves the start of the partition: what is before `offset` is gone. */
  deleteRecordsBefore(topic: string, partition: number, offset: number): void;
  /** Keeps the last record of each key; tombstones go too, unless told. */
  compact(topic: string, options?: { keepTombstones?: boolean }): void;
  /** Lets commits that were made `late` arrive; returns how many. */
  deliverLate(): number;
}

/** A broker with these topics, empty. */
export function createMemoryBroker(options: MemoryBrokerOptions): MemoryBroker {
  const topics = new Map<string, MemoryPartition[]>();
  const groups = new Map<string, ConsumerGroup>();
  let members = 0;

  const partitionsOf = (topic: string): MemoryPartition[] => {
    const partitions = topics.get(topic);
    if (!partitions) throw new TactError('kafka-refused', `topic ${topic} does not exist; create it`);
    return partitions;
  };
  const find = (topic: string, partition: number): MemoryPartition => {
    const found = partitionsOf(topic)[partition];
    if (!found) throw new TactError('kafka-refused', `topic ${topic} has no partition ${partition}`);
    return found;
  };
  const createTopic = (topic: string, partitions: number): void => {
    if (topics.has(topic)) return;
    topics.set(
      topic,
      Array.from(
        { length: partitions },
        (_, partition) =>
          new MemoryPartition(
            topic,
            partition,
            options.stamped?.includes(topic) ? (options.clock ?? Date.now) : undefined,
          ),
      ),
    );
  };
  const groupOf = (groupId: string, shards: number): ConsumerGroup => {
    const group = groups.get(groupId) ?? new ConsumerGroup(shards);
    assert(group.shards === shards, 'all processes of a group share out the same number of shards');
    groups.set(groupId, group);
    return group;
  };
  const scheduler = options.scheduler ?? realScheduler;
  const coordinator = new TransactionCoordinator(find, { scheduler, after: options.transactionTimeout });
  for (const [topic, partitions] of Object.entries(options.topics)) createTopic(topic, partitions);

  return {
    createTopic,
    createLog({ applicationId, groupId, shards }) {
      members += 1;
      return new MemoryLog({
        memberId: `${groupId}-${members}`,
        applicationId,
        group: groupOf(groupId, shards),
        coordinator,
        scheduler,
        fetchRecordsMax: options.fetchRecordsMax ?? 2_000,
        find,
        partitionCount: (topic) => partitionsOf(topic).length,
      });
    },
    append: (topic, partition, record) => find(topic, partition).append([record]),
    appendAll: (topic, partition, records) => find(topic, partition).append(records),
    read: (topic, partition, { isolation = 'read_committed', from = 0 } = {}) =>
      find(topic, partition).read(isolation, from),
    offsets: (topic, partition) => find(topic, partition).offsets,
    assignment: (groupId) => [...(groups.get(groupId)?.assignment().values() ?? [])],
    deleteRecordsBefore: (topic, partition, offset) => find(topic, partition).deleteRecordsBefore(offset),
    compact(topic, { keepTombstones = false } = {}) {
      for (const partition of partitionsOf(topic)) partition.compact({ keepTombstones });
    },
    deliverLate: () => coordinator.deliverLate(),
  };
}
