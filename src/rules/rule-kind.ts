import type { z } from 'zod';
import type { Duration, Instant } from '../kernel/time.ts';
import type { CustomerState } from '../model/customer-state.ts';
import type { Finding } from '../model/decision.ts';
import type { InteractionType } from '../model/interaction.ts';
import type { OutboundMessage } from '../model/message.ts';
import type { Selector } from '../model/selector.ts';
import type { Resolved } from './tiers/tiered.ts';

/** What a class may be freed from. Neither the ceiling nor a message's own expiry is among it. */
export const EXEMPTIONS = [
  'opt-out',
  'complaint',
  'erasure',
  'consent',
  'preference',
  'caps',
  'gap',
  'quiet-hours',
  'unanswered',
  'after',
  'duplicate',
  'history',
] as const;
export type Exemption = (typeof EXEMPTIONS)[number];

/** A message whose channel and class are the policy's own. */
export interface Candidate extends OutboundMessage {
  readonly class: string;
}

/** Channels by every name they go by, in lower case; without a prototype. */
export type ChannelNames = Readonly<Record<string, string>>;

/** All that a rule may look at. */
export interface Facts {
  readonly state: CustomerState;
  readonly message: Candidate;
  /** `topic/partition/offset` of the message's record: tells it from other waiting messages. */
  readonly source: string;
  readonly now: Instant;
  /** The policy's zone, for customers without one. */
  readonly timezone: string;
  readonly channels: ChannelNames;
}

/** What becomes of a message that a rule blocks. */
export type OnBlock =
  | { readonly action: 'suppress' }
  | {
      readonly action: 'defer';
      /** Releases are spread evenly over so long after the next eligible time. */
      readonly spread: Duration;
      /** No message waits longer, from its first deferral on. */
      readonly longest: Duration;
    };

/** One entry of a policy, as decided with for customers of one tier. */
export interface RuleOf<Spec> {
  readonly id: string;
  /** Which messages obey. */
  readonly for: Selector;
  /** Which sends count. */
  readonly counts: Selector;
  readonly mode: 'enforce' | 'shadow';
  readonly onBlock: OnBlock;
  /** Ids of the rules that give way to this one where it applies. */
  readonly replaces: readonly string[];
  readonly spec: Spec;
}

/** What must be remembered of an interaction, because somebody asks about it later. */
export interface EventNeed {
  readonly type: InteractionType;
  /** How long; absent = for good. */
  readonly for?: Duration;
  /** How many of the latest that are alike. */
  readonly count: number;
  /** What is asked about it; only that is kept. */
  readonly fields: readonly EventField[];
  readonly labels: readonly string[];
}

export const EVENT_FIELDS = ['channel', 'campaign', 'category', 'product'] as const;
export type EventField = (typeof EVENT_FIELDS)[number];

/** What a rule's own part asks about, beside its `for` and `counts`, so that it is remembered. */
export interface Reads {
  /** Selectors that are held against messages and sends. Absent = none. */
  readonly selectors?: readonly Selector[];
  /** Attributes of the customer, by name. Absent = none. */
  readonly attributes?: readonly string[];
  /** Whether it matters which topics earlier sends were about. Absent = it does not. */
  readonly topics?: boolean;
}

/**
 * One kind of rule: how its part is written, and what it finds. What is written may differ by tier wherever it says so; a
 * rule is asked with what holds for the customer's tier.
 */
export interface RuleKind<Written, Spec = Resolved<Written>> {
  /** What a reader of the policy sees under the kind's key; its output, for one tier, is the rule's `spec`. */
  readonly schema: z.ZodType<Written>;
  /** The exemption that frees a class from rules of this kind; absent = none does. */
  readonly exemption?: Exemption;
  /** Whether `counts` may be written. */
  readonly counting: boolean;
  /** True: written once, at the top of the policy; false: in `rules`. */
  readonly atTop: boolean;
  /** Whether `onBlock: defer` may be written: the rule says when it would allow. */
  readonly deferrable: boolean;
  /** True: it judges customers by what they do, or do not, so it says nothing about those who object to that. */
  readonly scores?: true;
  /** Whether a message that it allows may be blocked again by nothing but time. Absent = never. */
  recurs?(spec: Spec): boolean;
  /** The interactions that it looks back to. Absent = none. */
  remembers?(rule: RuleOf<Spec>): readonly EventNeed[];
  /** What it asks about that the rest of the rule does not show. Absent = nothing. */
  reads?(spec: Spec): Reads;
  /** Pure and total. Undefined when the rule has nothing to say about this message, although `for` selects it. */
  evaluate(rule: RuleOf<Spec>, facts: Facts): Finding | undefined;
}

/** The policy's channel of this name, whatever its case; undefined when there is none. */
export function channelNamed(channels: ChannelNames, name: string): string | undefined {
  return channels[name] ?? channels[name.toLowerCase()];
}
