import type { Duration, Instant } from '../kernel/time.ts';
import type { Decision } from '../model/decision.ts';
import type { ReadFailureReason } from '../records/reader.ts';
import type { Deferred } from './deferred.ts';

/** Why a shard waits rather than risk a wrong decision. */
export const HOLD_CAUSES = [
  'interactions-behind',
  'stopped',
  'redis',
  'kafka',
  'registry',
  'clock',
  'position-lost',
  'log-inconsistent',
  'changelog-held-back',
  'refused',
  'contended',
  'failed',
] as const;
export type HoldCause = (typeof HOLD_CAUSES)[number];

/** Why a shard had to be acquired. */
export const ACQUIRE_CAUSES = [
  'assigned',
  'fenced',
  'ambiguous',
  'transaction',
  'watermark',
  'due-index',
  'stale',
  'stalled',
  'redis',
  'kafka',
  'registry',
  'clock',
  'failed',
] as const;
export type AcquireCause = (typeof ACQUIRE_CAUSES)[number];

export const SHARD_STATES = ['acquiring', 'running', 'holding', 'stopped'] as const;
export type ShardState = (typeof SHARD_STATES)[number];

export const TURN_STAGES = ['decode', 'load', 'decide', 'commit', 'apply'] as const;
export type TurnStage = (typeof TURN_STAGES)[number];

/** Is told what happened, after it happened; can change nothing. No call may throw or wait. */
export interface ShardObserver {
  stateChanged(shard: number, state: ShardState, cause?: HoldCause | AcquireCause): void;
  acquireStarted(shard: number, cause: AcquireCause): void;
  acquired(shard: number, took: Duration, replayedRecords: number, rebuilt: boolean): void;
  /** The store's watermark was not the expected one: behind (it lost history) or ahead (another owner). */
  watermarkMismatch(shard: number, expected: number, found: number): void;
  turnFinished(shard: number, turn: TurnReport): void;
  transaction(shard: number, result: 'committed' | 'aborted' | 'ambiguous' | 'fenced', took: Duration): void;
  lag(shard: number, lag: readonly PartitionLag[]): void;
  /** What waits in the shard; told at each change, and now and then. */
  deferred(shard: number, deferred: Deferred): void;
  /** Something worth a log line at this level; `fields` hold no personal data. */
  note(level: 'info' | 'warn' | 'error', event: string, fields: Record<string, unknown>): void;
}

export interface TurnReport {
  readonly now: Instant;
  readonly records: number;
  /** Deferred messages that were decided again. */
  readonly released: number;
  /** Records by the topic they were read from. */
  readonly recordsByTopic: ReadonlyMap<string, number>;
  /** Of released messages and of withdrawn ones, too. */
  readonly decisions: readonly Decision[];
  readonly deadLetters: readonly ReadFailureReason[];
  readonly interactions: number;
  readonly ignoredInteractions: number;
  readonly rerouted: number;
  readonly stages: Readonly<Record<TurnStage, Duration>>;
}

export interface PartitionLag {
  readonly topic: string;
  readonly partition: number;
  readonly records: number;
  /** The end of the partition that this was measured by. */
  readonly end: number;
  /** Age of the oldest record not yet decided; 0 when there is none. */
  readonly seconds: number;
}
