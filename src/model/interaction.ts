import type { Instant } from '../kernel/time.ts';
import type { PreferencesUpdate } from './preferences.ts';
import type { Scope } from './scope.ts';

/** The interactions Tact understands; others are counted and ignored, unless their name begins with `x-`. */
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
  'rejected',
  'called',
  'subscribed',
  'opted-in',
  'opted-out',
  'unsubscribed',
  'complained',
  'consent-granted',
  'consent-pending',
  'consent-withdrawn',
  'preferences-updated',
  'snoozed',
  'busy',
  'case-opened',
  'case-closed',
  'address-changed',
  'profile-updated',
  'cancelled',
  'erased',
] as const;

/** A company's own types begin with `x-`; nothing happens at them but what rules say. */
export type OwnInteractionType = `x-${string}`;
export type KnownInteractionType = (typeof INTERACTION_TYPES)[number];
export type InteractionType = KnownInteractionType | OwnInteractionType;

/** What counts as an answer to a message unless a rule lists something else. Opens do not: machines open, too. */
export const ANSWER_TYPES: readonly InteractionType[] = ['clicked', 'replied', 'visited', 'purchased'];

/** Whether the name is one of the closed set, or a company's own. */
export function isInteractionType(name: string): name is InteractionType {
  return /^x-[a-z0-9-]{1,60}$/.test(name) || (INTERACTION_TYPES as readonly string[]).includes(name);
}

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
  readonly products: readonly string[];
  /** What an opt-out, an opt-in, a snooze or a cancellation covers. */
  readonly scope: Scope;
  /** When an opt-out, a snooze or being busy ends: the first free instant. */
  readonly until?: Instant;
  /** Version of the terms that a consent was given to. */
  readonly terms?: string;
  /** Done by a machine, such as a mail privacy proxy or a link scanner: neither engagement nor answer. */
  readonly automated: boolean;
  /** What the customer wants from now on; only the parts that changed. */
  readonly preferences?: PreferencesUpdate;
  /** IANA zone of the customer, where the interaction carries it. */
  readonly timezone?: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  /** False: the source sends without asking Tact, so its `sent` interactions take a slot. */
  readonly governed: boolean;
}
