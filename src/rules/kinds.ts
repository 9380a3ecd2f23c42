import type { Finding } from '../model/decision.ts';
import { after } from './after.ts';
import { cap } from './cap.ts';
import { ceiling } from './ceiling.ts';
import { consent } from './consent.ts';
import { duplicate } from './duplicate.ts';
import { expiry } from './expiry.ts';
import { gap } from './gap.ts';
import { preference } from './preference.ts';
import { quietHours } from './quiet-hours.ts';
import type { Facts, RuleKind, RuleOf } from './rule-kind.ts';
import { OTHER_TIERS } from './tiers/tiered.ts';
import { unanswered } from './unanswered.ts';

/** Every kind of rule there is. A new kind is its file and its line here; the compiler finds what is missing. */
const kinds = {
  consent,
  preference,
  quietHours,
  unanswered,
  after,
  cap,
  gap,
  expiry,
  duplicate,
  ceiling,
} as const;

type SpecOf<Kind> = Kind extends { evaluate(rule: RuleOf<infer Spec>, facts: Facts): unknown } ? Spec : never;
type Specs = { [Name in keyof typeof kinds]: SpecOf<(typeof kinds)[Name]> };

export type RuleKindName = keyof Specs;
/** A rule of a certain kind, or of any. */
export type Rule<Name extends RuleKindName = RuleKindName> = {
  [Each in Name]: RuleOf<Specs[Each]> & {
    readonly kind: Each;
    /** The rule as it is for each tier, `other` for all that are not named; absent where it is the same for all. */
    readonly byTier?: Readonly<Record<string, Rule<Each>>>;
  };
}[Name];

export const RULE_KINDS: { readonly [Name in RuleKindName]: RuleKind<unknown, Specs[Name]> } = kinds;
export const RULE_KIND_NAMES = Object.keys(kinds) as readonly RuleKindName[];

/** The rule as it is for customers of this tier; undefined = of whom none is asked. */
export function ruleFor<Name extends RuleKindName>(rule: Rule<Name>, tier: string | undefined): Rule<Name> {
  const { byTier } = rule as { readonly byTier?: Readonly<Record<string, Rule<Name>>> };
  if (byTier === undefined || tier === undefined) return rule;
  return byTier[tier] ?? byTier[OTHER_TIERS] ?? rule;
}

/** The rule in each way in which it differs by tier. */
export function inAllTiers(rule: Rule): readonly Rule[] {
  return rule.byTier === undefined ? [rule] : Object.values(rule.byTier);
}

/** What the rule finds about the message; undefined when it has nothing to say about it. Does not look at `for`. */
export function evaluate<Name extends RuleKindName>(rule: Rule<Name>, facts: Facts): Finding | undefined {
  const kind: RuleKind<unknown, Specs[Name]> = RULE_KINDS[rule.kind as Name];
  return kind.evaluate(rule, facts);
}
