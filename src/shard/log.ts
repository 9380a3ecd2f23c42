import type { LogRecord, OutputRecord, TopicOffset, TopicPartition } from '../model/record.ts';

/**
 * The port to a partitioned log with transactions: Kafka, or the one in memory. The shard says at every read where it
 * wants to read on; the log keeps no position, no pause and no seek for it, so there is none to get out of step.
 */
export interface Log {
  /** Partition counts of the topics, read from the log now. Throws `kafka-refused` naming a topic that does not exist. */
  partitionCounts(topics: readonly string[]): Promise<ReadonlyMap<string, number>>;

  /**
   * Joins the consumer group. From then on the owner is told which shards are this process's; a shard that stays with it
   * over a rebalance is not told again. Resolves after the first assignment.
   */
  join(owner: ShardOwner): Promise<void>;

  /** Leaves the group and closes every connection; the owner is told that its shards are revoked. */
  leave(): Promise<void>;

  /** Resolves once the group has confirmed, after this call, that this process is a live member. */
  confirmMembership(signal: AbortSignal): Promise<void>;

  /**
   * Reads committed records from several partitions. Resolves as soon as one target has anything at or after its offset,
   * or after `maxWaitMs`; then it returns an entry for every target the log answered for, with or without records.
   * Records of aborted transactions and markers are left out, `nextOffset` passes over them.
   */
  fetch(
    targets: readonly FetchTarget[],
    options: { maxWaitMs: number; signal: AbortSignal },
  ): Promise<Fetched[]>;

  /** Fences every older producer of the shard and settles its open transaction; then hands out a new one. */
  openProducer(shard: number): Promise<ShardProducer>;

  /** The group's committed offsets of these partitions; a partition without one is left out. */
  groupOffsets(partitions: readonly TopicPartition[]): Promise<TopicOffset[]>;

  /** Commits group offsets for lag tools. Best effort: never throws, nothing in Tact reads them as a position. */
  saveGroupOffsets(offsets: readonly TopicOffset[]): Promise<void>;
}

/** Who is told about assignments. Both calls return at once; the work they start is the owner's. */
export interface ShardOwner {
  assigned(shard: number): void;
  revoked(shard: number): void;
  /** Whether the group counts this process in, told at each change; the first time when it has joined. */
  membership?(isMember: boolean): void;
  /** The client is beyond repair; the process must end. */
  failed(error: Error): void;
}

/** The only writer of a shard. After any error, and after `close`, it must not be used again. */
export interface ShardProducer {
  begin(): Promise<Transaction>;
  /** Releases connections; an open transaction is left for the next owner's `openProducer` to settle. Never throws. */
  close(): Promise<void>;
}

export interface Transaction {
  /**
   * Appends to several partitions in one request, in order. Returns the offset of the first record of each slice.
   * Throws `producer-fenced`, `transaction-failed` or `kafka-unreachable`.
   */
  send(slices: readonly OutputSlice[]): Promise<number[]>;
  /** Throws `producer-fenced`, or `commit-ambiguous` when the outcome cannot be known. */
  commit(): Promise<void>;
  abort(): Promise<void>;
}

export type FetchTarget = TopicOffset;

export type Fetched = FetchedRecords | FetchedOutOfRange;

export interface FetchedRecords extends TopicPartition {
  readonly kind: 'records';
  /** The offset that was asked for. */
  readonly from: number;
  readonly records: readonly LogRecord[];
  /** Where to read on: beyond the last record, marker, aborted record or hole that was passed. At least `from`. */
  readonly nextOffset: number;
  /** The end of the partition, committed or not, when the log answered. */
  readonly highWatermark: number;
  /** What a committed reader may see then ends here; an open transaction holds it back. At most `highWatermark`. */
  readonly lastStableOffset: number;
  /** How many milliseconds before the call began the log was asked: so old may `highWatermark` be then. Absent: after. */
  readonly askedBefore?: number;
}

/** The offset asked for is not in the log: retention or a re-created topic took it away. */
export interface FetchedOutOfRange extends TopicPartition {
  readonly kind: 'out-of-range';
  readonly from: number;
  readonly logStartOffset: number;
  readonly highWatermark: number;
}

export interface OutputSlice extends TopicPartition {
  readonly records: readonly OutputRecord[];
}
