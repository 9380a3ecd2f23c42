import type { Instant } from '../kernel/time.ts';
import type { ReasonCode } from './reason.ts';

/** Only the first two are final. */
export type Outcome = 'cleared' | 'suppressed' | 'deferred';

/** The whole answer to one message: enough to recompute it and to explain it. */
export interface Decision {
  /** What happens to the message. With `enforce: false` always `cleared`. */
  readonly outcome: Outcome;
  /** What would have happened under an enforced policy; equal to `outcome` when it is enforced. */
  readonly verdict: Outcome;
  /** Why the verdict is what it is; `cleared` when nothing blocks. */
  readonly reason: ReasonCode;
  /** Id of the rule that binds; absent when nothing blocks, and for what binds without any rule. */
  readonly rule?: string;
  /**
   * The first instant at which the same message would clear if nothing else happened; absent when nothing blocks it or
   * that never comes in time.
   */
  readonly nextEligibleAt?: Instant;
  /** When a deferred message is decided again: the next eligible time, and the spread of its rule. */
  readonly dueAt?: Instant;
  /** When the message was deferred for the first time; absent for one that never was. */
  readonly waitingSince?: Instant;
  readonly decidedAt: Instant;
  /** As the policy names it, aliases resolved; `unknown` where the policy has no such channel. */
  readonly channel: string;
  /** As the policy names it, after claims. */
  readonly class: string;
  /** The customer's tier; absent where the policy has none, and of who objects to everything. */
  readonly tier?: string;
  /** The class that the message claimed and was not given. */
  readonly claimRefused?: string;
  /** The version of the control topic that it was decided under; absent: nothing was ever stopped. */
  readonly control?: number;
  readonly findings: readonly Finding[];
}

/** One rule's answer. */
export interface Finding {
  /** Id of the rule; the kind itself for what binds without any rule. */
  readonly rule: string;
  readonly kind: string;
  readonly verdict: 'allows' | 'blocks';
  /** `cleared` when it allows. */
  readonly reason: ReasonCode;
  /** Evaluated and reported, not enforced. */
  readonly shadow?: true;
  /** What becomes of a message that it blocks; absent = `suppress`. */
  readonly onBlock?: 'defer';
  /** What the rule counted in the window, this message not included. */
  readonly count?: number;
  /** The limit that held for this message: of its tier, less what is reserved for others, as the customer asked. */
  readonly limit?: number;
  /** What the message itself adds to the count; absent = 1. */
  readonly weight?: number;
  /** Start of the window looked at; its end is the decision's instant. */
  readonly windowStart?: Instant;
  /** The window in the policy's words: `7d`, `day Europe/Berlin`. */
  readonly window?: string;
  /** What else the rule looked at, by name: kinds of data and instants (ISO 8601), no content. */
  readonly evidence?: Readonly<Record<string, string>>;
  /** The first instant at which this rule alone would allow it; absent with `blocks` = never. */
  readonly nextEligibleAt?: Instant;
  /** From this instant on the rule blocks for good; absent = it never does by the clock alone. */
  readonly allowsUntil?: Instant;
}
