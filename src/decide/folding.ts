import type { Instant } from '../kernel/time.ts';
import type { Interaction } from '../model/interaction.ts';
import type { Policy } from './policy.ts';

/** What a handler works with: the interaction, and when it happened, never later than `now`. */
export interface Folding {
  readonly policy: Policy;
  readonly interaction: Interaction;
  readonly at: Instant;
  readonly now: Instant;
}
