import type { Instant } from '../kernel/time.ts';
import type { Finding } from '../model/decision.ts';
import type { Combined } from './combine.ts';

/** Rules that keep shutting each other out so often have no common time that is worth waiting for. */
const ROUNDS_MAX = 200;

/** What the whole policy says at one instant. */
export interface Assessment {
  readonly at: Instant;
  readonly combined: Combined;
  readonly tier: string | undefined;
}

/** What may be asked about the time to come, if nothing else happens. */
export interface Outlook<Asked extends Assessment> {
  assess(at: Instant): Asked;
  /**
   * The first instant after `from`, and before the next eligible time, or before it is too late for customers of every tier,
   * at which the customer is in another tier than at `from`.
   */
  tierChange(from: Asked): Instant | undefined;
}

/** When nothing blocks, and all that was found to block until then. */
export interface Settled {
  readonly at: Instant;
  readonly blocking: readonly Finding[];
  /** From then on the message can never clear; it may be another one than now, as it may differ by tier. */
  readonly deadline: Instant;
}

/**
 * The first instant at which nothing blocks if nothing else happens; undefined when nothing blocks now, or that never
 * comes. Each rule says when it alone would allow, for customers of this tier; so the policy is asked anew when the tier
 * changes before that, and at that instant, since another rule may block again by then.
 */
export function settle<Asked extends Assessment>(now: Asked, outlook: Outlook<Asked>): Settled | undefined {
  if (now.combined.binding === undefined) return undefined;
  let present = now;
  const blocking: Finding[] = [];
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const { nextEligibleAt } = present.combined;
    blocking.push(...present.combined.blocking);
    const change = outlook.tierChange(present);
    const next = change ?? nextEligibleAt;
    if (next === undefined) return undefined;
    present = outlook.assess(next);
    const { binding, deadline } = present.combined;
    if (binding === undefined) return { at: next, blocking, deadline };
  }
  return undefined;
}
