import type { Instant } from '../kernel/time.ts';

/** What is known about the asking itself. */
export interface Asking {
  /** `topic/partition/offset` of the message's record. */
  readonly source: string;
  /** When the message was deferred for the first time; absent: it is new. */
  readonly since?: Instant;
  /** Whether there is room for it to wait; what waits already takes its own room with it. */
  readonly mayWait: boolean;
  /** The decision's own instant, where it is asked about a later one; absent: it is asked about now. */
  readonly askedAt?: Instant;
  /** The customer's state has no room for more; absent: it has. */
  readonly isFull?: boolean;
}
