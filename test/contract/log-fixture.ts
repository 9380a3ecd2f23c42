import type { OutputRecord } from '../../src/model/record.ts';
import type { Log } from '../../src/shard/log.ts';

export interface LogIdentity {
  readonly applicationId: string;
  readonly groupId: string;
  /** The group shares out this topic's partitions as shards. */
  readonly shardTopic: string;
}

/** A log that the contract may fill with topics of its own. */
export interface LogFixture {
  /** Topic name to number of partitions; resolves when they can be used. */
  createTopics(topics: Readonly<Record<string, number>>): Promise<void>;
  /** Another process's log. */
  openLog(identity: LogIdentity): Promise<Log>;
  /** Appends outside any transaction, as other producers do. */
  append(topic: string, partition: number, records: readonly OutputRecord[]): Promise<void>;
  /** Moves the start of the partition. */
  deleteRecordsBefore(topic: string, partition: number, offset: number): Promise<void>;
  close(): Promise<void>;
}
