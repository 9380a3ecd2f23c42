import type { Config } from '../config/config.ts';
import type { Policy } from '../decide/policy.ts';
import type { Duration, Instant } from '../kernel/time.ts';
import type { CustomerState } from '../model/customer-state.ts';
import type { Decision } from '../model/decision.ts';
import type { OutboundMessage } from '../model/message.ts';
import type { LogRecord, OutputRecord, TopicOffset, TopicPartition } from '../model/record.ts';
import type { Control } from '../model/stop.ts';
import type { RecordReader } from '../records/reader.ts';
import type { ShardState } from '../shard/observer.ts';

/**
 * What the commands need from adapters. Every call throws a TactError; one that cannot reach Kafka, Redis or the
 * registry names the address that it tried.
 */
export interface Abilities {
  /** Runs the shard code on the memory adapters; resolves when every record has its outcome. */
  runEmbedded(run: EmbeddedRun): Promise<void>;
  /** Resolves once this process is a member of the group and Redis has answered. */
  govern(config: Config, start: GovernStart): Promise<Governing>;
  readStatus(config: Config): Promise<StatusReport>;
  /** The processes that run at present, as they say themselves; Kafka is not asked. */
  readProcesses(config: Config): Promise<readonly ProcessStatus[]>;
  /** What operators have stopped, as the control topic says. */
  readControl(config: Config): Promise<Control>;
  /** What the broker says about these topics; a topic that does not exist is left out. */
  describeTopics(config: Config, topics: readonly string[]): Promise<ReadonlyMap<string, TopicFacts>>;
  createTopics(config: Config, topics: readonly NewTopic[]): Promise<void>;
  openSender(config: Config): Promise<Sender>;
  /** Committed records of all partitions of the topics, as they come; ends when `signal` aborts. */
  tail(config: Config, options: TailOptions): AsyncIterable<LogRecord>;
  /** The reader of the configured inputs, as the shards use it. */
  createReader(config: Config): RecordReader;
  /** Folds the shard's changelog from the start and compares it with Redis, or puts it there. */
  rebuildShard(config: Config, shard: number, mode: 'compare' | 'replace'): Promise<RebuildReport>;
  /** Lets a shard that holds because its position was lost go on; writes the position unless `dryRun`. */
  adoptShard(config: Config, shard: number, adoption: Adoption): Promise<readonly TopicOffset[]>;
  /** What Redis remembers of a customer; Kafka is not asked. */
  readCustomer(config: Config, customerId: string): Promise<RememberedCustomer>;
  /** The records of messages that wait under these sources, as they came in; one that waits no longer is left out. */
  readWaiting(config: Config, shard: number, sources: readonly string[]): Promise<readonly LogRecord[]>;
  /** Committed records of what a shard wrote, up to the present end; ends early when `signal` aborts. */
  scanOutputs(config: Config, scan: OutputScan): AsyncIterable<ScannedRecords>;
}

export interface EmbeddedRun {
  readonly policy: Policy;
  readonly inputs: readonly EmbeddedInput[];
  /**
   * In time order; the clock stands at a record's `at`, give or take five minutes, when it is decided. A record is pulled
   * only when everything that came five minutes or more before it has been decided and reported. What was deferred is decided
   * again at its time, before records that come later.
   */
  readonly records: Iterable<EmbeddedRecord>;
  /**
   * In the order of each shard. A deferred message is told each time it is decided. After the last record time runs on until
   * nothing waits any more.
   */
  onDecided(message: OutboundMessage, decision: Decision): void;
  onDeadLetter(topic: string, reason: string): void;
}

export interface EmbeddedInput {
  readonly topic: string;
  readonly kind: 'outbound' | 'interaction';
  readonly governed: boolean;
}

export interface EmbeddedRecord {
  readonly at: Instant;
  readonly topic: string;
  readonly key: string | null;
  readonly value: string;
}

export interface GovernStart {
  /** Kafka and Redis must have answered within; else it throws. */
  readonly within: Duration;
  /** Aborted when the start is no longer wanted. */
  readonly signal: AbortSignal;
}

export interface Governing {
  /** Address of the probes and metrics, such as `http://127.0.0.1:9464`. */
  readonly address: string;
  /** Rejects when the process cannot go on; resolves after `stop`. */
  readonly stopped: Promise<void>;
  /** Finishes the turns in hand, leaves the group, closes everything. */
  stop(): Promise<void>;
}

export interface StatusReport {
  readonly shards: readonly ShardStatus[];
  readonly processes: readonly ProcessStatus[];
  /** What operators have stopped; absent: the control topic cannot be read. */
  readonly control?: Control;
}

export interface ShardStatus {
  readonly shard: number;
  /** Id of the process; absent: nobody owns it. */
  readonly owner?: string;
  readonly state?: ShardState;
  /** Why it holds or acquires. */
  readonly cause?: string;
  /** When it came into this state. */
  readonly since?: Instant;
  /** Records of all inputs that were not decided yet; absent when unknown. */
  readonly lagRecords?: number;
  readonly lagSeconds?: number;
  /** Changelog offset up to which Redis has been brought. */
  readonly watermark?: number;
  /** Deferred messages that wait in it. */
  readonly waiting?: number;
  /** How long ago the first of them was due; 0 when none is. */
  readonly overdueSeconds?: number;
}

export interface ProcessStatus {
  readonly id: string;
  readonly host?: string;
  /** `name@digest` of the policy it decides with. */
  readonly policy?: string;
  /** The version of the control topic that is in force in it. */
  readonly control?: number;
  readonly startedAt?: Instant;
  readonly seenAt?: Instant;
}

export interface TopicFacts {
  readonly partitions: number;
  readonly replicationFactor: number;
  /** Settings in force, by Kafka's names. */
  readonly settings: Readonly<Record<string, string>>;
}

export interface NewTopic {
  readonly topic: string;
  readonly partitions: number;
  /** Absent: the broker's default. */
  readonly replicationFactor?: number;
  readonly settings: Readonly<Record<string, string>>;
}

export interface Sender {
  /** Appends to the topics, each record where Kafka's default partitioner puts its key; resolves when acknowledged. */
  send(records: readonly SentRecord[]): Promise<void>;
  close(): Promise<void>;
}

export interface SentRecord extends OutputRecord {
  readonly topic: string;
}

export interface TailOptions {
  readonly topics: readonly string[];
  readonly from: 'beginning' | 'end';
  readonly signal: AbortSignal;
}

export interface RebuildReport {
  readonly shard: number;
  readonly customers: number;
  readonly changelogRecords: number;
  /** Keyed hashes of the customers whose state in Redis is not the fold of the changelog; always empty after `replace`. */
  readonly different: readonly string[];
  readonly watermark: number;
}

export interface Adoption {
  /** Where the shard reads on. */
  readonly from: 'log-start' | 'log-end' | 'group-offsets';
  readonly dryRun: boolean;
}

export interface RememberedCustomer {
  readonly shard: number;
  /** Changelog offset up to which Redis has been brought; 0: it holds nothing of this shard. */
  readonly watermark: number;
  /** Undefined for a customer of whom nothing is remembered. */
  readonly state: CustomerState | undefined;
}

export interface OutputScan {
  readonly topic: string;
  /** Only the partition that this shard writes to is read. */
  readonly shard: number;
  /** Records with an earlier timestamp may be left out. */
  readonly since: Instant;
  readonly signal: AbortSignal;
}

/** Some records of the partition, in order; the first may be none. */
export interface ScannedRecords extends TopicPartition {
  readonly records: readonly LogRecord[];
  /** Offsets between these and the end. */
  readonly left: number;
}
