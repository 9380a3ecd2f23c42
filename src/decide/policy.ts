import type { Duration } from '../kernel/time.ts';
import type { Control } from '../model/stop.ts';
import type { Rule } from '../rules/kinds.ts';
import type { ChannelNames, EventNeed, Exemption } from '../rules/rule-kind.ts';
import type { Tier } from '../rules/tiers/tier.ts';

/** A policy as decided with: validated and deeply frozen, one version for a whole turn. */
export interface Policy {
  readonly name: string;
  /** The first 12 hex digits of the SHA-256 of its canonical form: equal for policies that decide alike. */
  readonly digest: string;
  /** False: everything clears, and decisions say what would have happened. */
  readonly enforce: boolean;
  /** IANA zone of customers without a zone of their own. */
  readonly timezone: string;
  readonly channels: ChannelNames;
  /** By name; without a prototype. */
  readonly classes: Readonly<Record<string, PolicyClass>>;
  readonly defaultClass: string;
  /** The first that fits is the customer's; empty = there are none. */
  readonly tiers: readonly Tier[];
  /** In the order of the file. */
  readonly rules: readonly Rule[];
  readonly ceiling?: Rule<'ceiling'>;
  readonly remembers: Remembers;
  /** Whether a message that every rule allows may be blocked again by nothing but time. */
  readonly recurs: boolean;
  /** What operators stopped, one version for a whole turn; absent: nothing ever was. No part of the digest. */
  readonly control?: Control;
}

export interface PolicyClass {
  readonly name: string;
  /** Who may claim it; absent = every message that names it. */
  readonly claimedBy?: ClaimedBy;
  readonly exempt: readonly Exemption[];
  readonly maxAge?: Duration;
  /** Among waiting messages of one customer the larger goes first. */
  readonly rank: number;
  /** One message of this class may confirm an opt-out within so long after it; absent = none may. */
  readonly confirmsOptOut?: Duration;
}

/** Either suffices. */
export interface ClaimedBy {
  readonly senders: readonly string[];
  /** The topics that the records come in on. */
  readonly topics: readonly string[];
}

/** What of a message, a profile or an interaction is kept because the policy asks about it. */
export interface Remembers {
  readonly topics: boolean;
  readonly purpose: boolean;
  readonly labels: readonly string[];
  readonly attributes: readonly string[];
  /** By type of interaction, one need for all rules; without a prototype. */
  readonly events: Readonly<Record<string, EventNeed>>;
  /** The types among them that are asked about by more than what scores a customer. */
  readonly unscored: readonly string[];
}
