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

type SpecOf<Kind> = Kind extends RuleKind<infer Spec> ? Spec : never;
type Specs = { [Name in keyof typeof kinds]: SpecOf<(typeof kinds)[Name]> };

export type RuleKindName = keyof Specs;
/** A rule of a certain kind, or of any. */
export type Rule<Name extends RuleKindName = RuleKindName> = {
  [Each in Name]: RuleOf<Specs[Each]> & { readonly kind: Each };
}[Name];

export const RULE_KINDS: { readonly [Name in RuleKindName]: RuleKind<Specs[Name]> } = kinds;
export const RULE_KIND_NAMES = Object.keys(kinds) as readonly RuleKindName[];

/** What the rule finds about the message; undefined when it has nothing to say about it. Does not look at `for`. */
export function evaluate<Name extends RuleKindName>(rule: Rule<Name>, facts: Facts): Finding | undefined {
  const kind: RuleKind<Specs[Name]> = RULE_KINDS[rule.kind as Name];
  return kind.evaluate(rule, facts);
}
