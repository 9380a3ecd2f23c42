import type { Instant } from '../kernel/time.ts';

/** The interactions Tact understands; others are counted and ignored. */
export const INTERACTION_TYPES = [
  'sent',
  'delivered',
  'bounced',
  'failed',
  'expired',
  'opened',
  'clicked',
  'replied',
  'visited',
  'purchased',
  'subscribed',
  'opted-in',
  'opted-out',
  'unsubscribed',
  'complained',
  'consent-granted',
  'consent-pending',
  'consent-withdrawn',
  'profile-updated',
  'erased',
] as const;

export type InteractionType = (typeof INTERACTION_TYPES)[number];

/** A decoded fact about a customer. */
export interface Interaction {
  readonly interactionId: string;
  readonly customerId: string;
  readonly type: InteractionType;
  readonly occurredAt: Instant;
  /** Who says so: a platform's name; the input topic where the producer gives none. */
  readonly source: string;
  readonly channel?: string;
  readonly purpose?: string;
  /** The message or the decision that it answers. */
  readonly messageId?: string;
  /** Class of a message that went out ungoverned; absent = the policy's default class. */
  readonly class?: string;
  readonly campaignId?: string;
  readonly categories: readonly string[];
  /** What an opt-out or an opt-in covers. */
  readonly scope: Scope;
  readonly until?: Instant;
  /** IANA zone of the customer, where the interaction carries it. */
  readonly timezone?: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  /** False: the source sends without asking Tact, so its `sent` interactions take a slot. */
  readonly governed: boolean;
}

export const SCOPE_FIELDS = ['channel', 'class', 'category', 'campaign', 'sender', 'topic'] as const;
export type ScopeField = (typeof SCOPE_FIELDS)[number];

/** Field by field what is meant: every field must match, by any of its values. Empty = everything. */
export type Scope = Readonly<Partial<Record<ScopeField, readonly string[]>>>;
