import type { Instant } from '../kernel/time.ts';

/** The fence that an acquire wrote, and between which two readings of our clock. */
export interface Fence {
  readonly nonce: string;
  readonly offset: number;
  readonly log: string;
  readonly before: Instant;
  readonly after: Instant;
}
