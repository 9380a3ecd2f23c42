import type { Duration, Instant } from '../kernel/time.ts';
import { DAY } from '../kernel/time.ts';
import type { Scope } from './interaction.ts';
import type { ReasonCode } from './reason.ts';

/** How long a send is remembered; no window may be longer. */
export const RETENTION: Duration = 35 * DAY;
/** How long the last engagement is remembered; no tier looks further back. */
export const ENGAGEMENT_RETENTION: Duration = 366 * DAY;
/** A log this long suppresses (`history-full`) rather than forget a send that still counts. */
export const SENDS_MAX = 2_000;
/** The last stops kept for `explain`. */
export const STOPS_MAX = 10;

/** All that is remembered about one customer. A value: fold and decide return a new one. */
export interface CustomerState {
  readonly firstSeenAt: Instant;
  readonly timezone?: string;
  readonly consents: readonly Consent[];
  readonly optOuts: readonly OptOut[];
  /** The exact log, oldest first: one entry per message that went out. */
  readonly sends: readonly Send[];
  readonly lastEngagedAt?: Instant;
  /** What did not go out lately, oldest first. */
  readonly stops: readonly Stop[];
  readonly attributes: Readonly<Record<string, string>>;
}

export interface Consent {
  /** Absent = every channel. */
  readonly channel?: string;
  /** Absent = every purpose. */
  readonly purpose?: string;
  readonly status: 'granted' | 'pending' | 'withdrawn';
  readonly at: Instant;
  readonly source: string;
}

export interface OptOut {
  /** Empty = everything. */
  readonly scope: Scope;
  readonly at: Instant;
  /** Absent = until taken back. */
  readonly until?: Instant;
  readonly cause: 'opt-out' | 'complaint' | 'erasure';
  /** Later opt-ins: what they cover is open again. */
  readonly takenBack?: readonly TakenBack[];
}

export interface TakenBack {
  /** Empty = everything. */
  readonly scope: Scope;
  readonly at: Instant;
}

export interface Send {
  readonly at: Instant;
  /** The policy's channel, not the alias. */
  readonly channel: string;
  readonly class: string;
  readonly campaignId?: string;
  readonly categories: readonly string[];
  readonly sender?: string;
  readonly dispatchId?: string;
  readonly place?: string;
  /** Kept only where the policy selects by topic. */
  readonly topics: readonly string[];
  /** Only the labels that the policy selects by. */
  readonly labels: Readonly<Record<string, string>>;
  readonly messageId: string;
  readonly answered: boolean;
  /** True: it bounced, failed or expired, so it counts nowhere; its id stays known. */
  readonly returned: boolean;
}

export interface Stop {
  readonly at: Instant;
  readonly channel: string;
  readonly campaignId?: string;
  readonly messageId: string;
  readonly reason: ReasonCode;
  readonly rule?: string;
  readonly nextEligibleAt?: Instant;
}

export function emptyState(firstSeenAt: Instant): CustomerState {
  return { firstSeenAt, consents: [], optOuts: [], sends: [], stops: [], attributes: {} };
}
