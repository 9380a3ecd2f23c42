import type { Duration } from '../kernel/time.ts';

/** What a shard is told at start; compose makes it from the configuration. */
export interface ShardSettings {
  readonly inputs: readonly InputTopic[];
  readonly topics: ShardTopics;
  /** Named in dead letters as the service that wrote them. */
  readonly service: string;
  /** How old the knowledge of the interactions' ends may be when a message is decided. */
  readonly freshnessMaxAge: Duration;
  /** Records in one turn at most. */
  readonly turnRecordsMax: number;
  /** Bytes of one partition in one produce request at most. */
  readonly requestBytesMax: number;
  /** Bytes of one output record at most; a larger one becomes a dead letter without its value. */
  readonly recordBytesMax: number;
  /** Messages that may wait in one shard; what comes beyond them is suppressed. */
  readonly deferralsMax: number;
  /** How long a fetch waits when nothing has arrived. */
  readonly fetchWait: Duration;
  /** How far the machine's clock may be behind the last turn, or from the broker's. */
  readonly clockTolerance: Duration;
  /** How long acquire waits for its own fence. */
  readonly fenceTimeout: Duration;
  /** An idle shard writes a fence this often, so that the changelog's segments roll. */
  readonly fenceInterval: Duration;
  /** `delete.retention.ms` of the changelog: a view older than half of it is rebuilt. */
  readonly deleteRetention: Duration;
}

export interface InputTopic {
  readonly topic: string;
  readonly kind: 'outbound' | 'interaction';
  readonly start: 'earliest' | 'latest';
  /** Another cleared topic for this input. */
  readonly cleared?: string;
}

export interface ShardTopics {
  readonly changelog: string;
  readonly reroutedInteractions: string;
  readonly reroutedOutbound: string;
  readonly cleared: string;
  /** Another cleared topic for a channel of the policy; an input's own goes before it. */
  readonly clearedByChannel: ReadonlyMap<string, string>;
  readonly suppressed: string;
  readonly deadLetter: string;
  /** Absent: decisions are not published. */
  readonly decided?: string;
}
