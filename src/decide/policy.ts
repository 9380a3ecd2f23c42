import type { Duration } from '../kernel/time.ts';
import type { Rule } from '../rules/kinds.ts';
import type { ChannelNames, Exemption } from '../rules/rule-kind.ts';

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
  /** In the order of the file. */
  readonly rules: readonly Rule[];
  readonly ceiling?: Rule<'ceiling'>;
  readonly remembers: Remembers;
}

export interface PolicyClass {
  readonly name: string;
  /** Who may claim it; absent = every message that names it. */
  readonly claimedBy?: ClaimedBy;
  readonly exempt: readonly Exemption[];
  readonly maxAge?: Duration;
}

/** Either suffices. */
export interface ClaimedBy {
  readonly senders: readonly string[];
  /** The topics that the records come in on. */
  readonly topics: readonly string[];
}

/** What of a message or a profile is kept because the policy selects by it. */
export interface Remembers {
  readonly topics: boolean;
  readonly labels: readonly string[];
  readonly attributes: readonly string[];
}
