import type { Instant } from '../kernel/time.ts';
import type { Due, DueQuestion } from './state-store.ts';

/** What a shard knows about the messages that wait in it. */
export interface Deferred {
  readonly waiting: number;
  /** Nothing is due before this instant; infinite where nothing waits. */
  readonly nextDueAt: Instant;
}

/** Asks for no message at all. */
export const NOTHING_BUT_COUNTS: DueQuestion = { until: 0, limit: 0, bytesMax: 0 };

/** What is left when the entries of the answer are gone. */
export function deferredOf({ waiting, nextDueAt }: Pick<Due, 'waiting' | 'nextDueAt'>): Deferred {
  return { waiting, nextDueAt: nextDueAt ?? Number.POSITIVE_INFINITY };
}
