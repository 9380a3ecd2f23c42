import type { z } from 'zod';
import type { Instant } from '../kernel/time.ts';
import type { CustomerState } from '../model/customer-state.ts';
import type { Finding } from '../model/decision.ts';
import type { OutboundMessage } from '../model/message.ts';
import type { Selector } from '../model/selector.ts';

/** What a class may be freed from. Neither the ceiling nor a message's own expiry is among it. */
export const EXEMPTIONS = [
  'opt-out',
  'complaint',
  'erasure',
  'consent',
  'caps',
  'gap',
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
  readonly now: Instant;
  /** The policy's zone, for customers without one. */
  readonly timezone: string;
  readonly channels: ChannelNames;
}

/** One entry of a policy, as decided with. */
export interface RuleOf<Spec> {
  readonly id: string;
  /** Which messages obey. */
  readonly for: Selector;
  /** Which sends count. */
  readonly counts: Selector;
  readonly mode: 'enforce' | 'shadow';
  readonly spec: Spec;
}

/** One kind of rule: how its part is written, and what it finds. */
export interface RuleKind<Spec> {
  /** What a reader of the policy sees under the kind's key; its output is the rule's `spec`. */
  readonly schema: z.ZodType<Spec>;
  /** The exemption that frees a class from rules of this kind; absent = none does. */
  readonly exemption?: Exemption;
  /** Whether `counts` may be written. */
  readonly counting: boolean;
  /** True: written once, at the top of the policy; false: in `rules`. */
  readonly atTop: boolean;
  /** Pure and total. Undefined when the rule has nothing to say about this message, although `for` selects it. */
  evaluate(rule: RuleOf<Spec>, facts: Facts): Finding | undefined;
}

/** The policy's channel of this name, whatever its case; undefined when there is none. */
export function channelNamed(channels: ChannelNames, name: string): string | undefined {
  return channels[name] ?? channels[name.toLowerCase()];
}
