import type { Duration, Instant } from '../kernel/time.ts';
import { DAY } from '../kernel/time.ts';
import type { InteractionType } from './interaction.ts';
import { NO_PREFERENCES, type Preferences } from './preferences.ts';
import type { ReasonCode } from './reason.ts';
import type { Scope } from './scope.ts';

/** How long a send is remembered; no window may be longer, `lifetime` excepted. */
export const RETENTION: Duration = 35 * DAY;
/** How long the last engagement, and what rules look back to, is remembered; nothing but what is for good looks further. */
export const ENGAGEMENT_RETENTION: Duration = 366 * DAY;
/** A log this long suppresses (`history-full`) rather than forget a send that still counts. */
export const SENDS_MAX = 2_000;
/** The last stops kept for `explain`. */
export const STOPS_MAX = 10;
/** So many things that happened are remembered; of more, the oldest of the most frequent type is forgotten. */
export const EVENTS_MAX = 500;
/** So many counts of forgotten sends are kept; a rule that would need one more suppresses (`history-full`). */
export const TALLIES_MAX = 500;
/** So many messages of one customer may wait; further ones are suppressed (`deferral-full`). */
export const WAITING_MAX = 50;
/** No message waits longer, from its first deferral on; a rule may say less. */
export const WAIT_MAX: Duration = 30 * DAY;
/** So long a cancellation is remembered for messages that are decided after it came. */
export const CANCELLATION_RETENTION: Duration = 7 * DAY;
/** So many of them are remembered; of more, the oldest is forgotten. */
export const CANCELLATIONS_MAX = 50;

/** All that is remembered about one customer. A value: fold and decide return a new one. */
export interface CustomerState {
  readonly firstSeenAt: Instant;
  readonly timezone?: string;
  /** When that was said; absent = before anything else. */
  readonly timezoneAt?: Instant;
  /** At most one for each channel, purpose and source. */
  readonly consents: readonly Consent[];
  readonly optOuts: readonly OptOut[];
  /** The exact log, oldest first: one entry per message that went out. */
  readonly sends: readonly Send[];
  /** How many sends have left the log for their age, returned ones left out. */
  readonly forgottenSends: number;
  /** What the log forgot, for the rules that look further back. */
  readonly tallies: readonly Tally[];
  /** What happened lately and a rule asks about, oldest first. */
  readonly events: readonly CustomerEvent[];
  readonly preferences: Preferences;
  /** The customer asked not to be disturbed before this instant. */
  readonly busyUntil?: Instant;
  /** When that was said; absent = before anything else. */
  readonly busyAt?: Instant;
  readonly lastEngagedAt?: Instant;
  /** The tier of the last decision; absent where the policy has none, and of who objects to everything. */
  readonly tier?: HeldTier;
  /** Deferred messages, in the order in which they came. */
  readonly waiting: readonly Waiting[];
  /** What did not go out lately, oldest first. */
  readonly stops: readonly Stop[];
  readonly attributes: Readonly<Record<string, string>>;
  /** When each attribute was said; one that is absent = before anything else. */
  readonly attributeTimes: Readonly<Record<string, Instant>>;
  /** What senders took back lately, oldest first. */
  readonly cancellations: readonly Cancellation[];
  /** Something that counts was let go for its size; until then nothing that counts may go out. */
  readonly incompleteUntil?: Instant;
}

export interface Consent {
  /** Absent = every channel. */
  readonly channel?: string;
  /** Absent = every purpose. */
  readonly purpose?: string;
  readonly status: 'granted' | 'pending' | 'withdrawn';
  readonly at: Instant;
  readonly source: string;
  /** Version of the terms that it was given to. */
  readonly terms?: string;
}

export interface OptOut {
  /** Empty = everything. */
  readonly scope: Scope;
  /** When it was said: by the sender's clock, which may be ahead of ours. */
  readonly at: Instant;
  /** When it was read, where that is earlier than `at`. */
  readonly readAt?: Instant;
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
  readonly products: readonly string[];
  readonly sender?: string;
  readonly dispatchId?: string;
  readonly place?: string;
  /** Of the content, where the sender gives one. */
  readonly fingerprint?: string;
  /** Kept only where the policy selects by purpose. */
  readonly purpose?: string;
  /** Kept only where the policy selects by topic, or obeys the limits that customers set themselves. */
  readonly topics: readonly string[];
  /** Only the labels that the policy selects by. */
  readonly labels: Readonly<Record<string, string>>;
  readonly messageId: string;
  readonly answered: boolean;
  /** True: it bounced, failed or expired, so it counts nowhere; its id stays known. */
  readonly returned: boolean;
  /** True: its sender sent it without asking, and told afterwards. */
  readonly reported?: boolean;
  /** When that was said, or taken back by a sign that it arrived after all; absent = never. */
  readonly fateAt?: Instant;
}

/** Of the sends that left the log, what one rule still has to know about one of its buckets. */
export interface Tally {
  readonly rule: string;
  /** Names the bucket within the rule. */
  readonly bucket: string;
  /** What they weighed together in a lifetime limit; 0 for other windows. */
  readonly weight: number;
  /** When the last window that opened at a send was opened. */
  readonly openedAt?: Instant;
}

/** Something that happened, with as much about it as the policy's rules ask for. */
export interface CustomerEvent {
  readonly type: InteractionType;
  readonly at: Instant;
  readonly channel?: string;
  readonly campaignId?: string;
  readonly categories: readonly string[];
  readonly products: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
}

export interface HeldTier {
  readonly id: string;
  readonly since: Instant;
}

/** A deferred message. Its record is stored beside the states, under `source`. */
export interface Waiting {
  /** `topic/partition/offset` of the record. */
  readonly source: string;
  readonly messageId: string;
  readonly sender?: string;
  readonly channel: string;
  readonly class: string;
  readonly campaignId?: string;
  readonly categories: readonly string[];
  readonly topics: readonly string[];
  /** Of the class, then of the message: the larger goes first. */
  readonly classRank: number;
  readonly rank: number;
  /** When it was deferred for the first time. */
  readonly since: Instant;
  /** When it is decided again. */
  readonly dueAt: Instant;
  /** Why, and by which rule, it was deferred last. */
  readonly reason: ReasonCode;
  readonly rule?: string;
}

/** Messages that their sender took back: one by its id, or all of a campaign and a scope. */
export interface Cancellation {
  /** Messages made later are not meant. */
  readonly at: Instant;
  readonly source: string;
  readonly messageId?: string;
  readonly campaignId?: string;
  /** Empty = everything, of the campaign. */
  readonly scope: Scope;
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
  return {
    firstSeenAt,
    consents: [],
    optOuts: [],
    sends: [],
    forgottenSends: 0,
    tallies: [],
    events: [],
    preferences: NO_PREFERENCES,
    waiting: [],
    stops: [],
    attributes: {},
    attributeTimes: {},
    cancellations: [],
  };
}
