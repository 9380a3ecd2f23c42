import { CLOCK_TOLERANCE_MAX, type Instant } from '../kernel/time.ts';
import type { Interaction } from '../model/interaction.ts';
import type { Policy } from './policy.ts';

/** What a handler works with. */
export interface Folding {
  readonly policy: Policy;
  readonly interaction: Interaction;
  /** When it happened, never later than `now`. */
  readonly at: Instant;
  /**
   * When it was said, to tell which of two sayings is the later. Our clock may be behind the sender's: were all that is
   * ahead of `now` said now, an older opt-in that arrives late would hold over an opt-out.
   */
  readonly saidAt: Instant;
  readonly now: Instant;
}

export function foldingOf(policy: Policy, interaction: Interaction, now: Instant): Folding {
  const { occurredAt } = interaction;
  return {
    policy,
    interaction,
    at: Math.min(occurredAt, now),
    saidAt: Math.min(occurredAt, now + CLOCK_TOLERANCE_MAX),
    now,
  };
}
