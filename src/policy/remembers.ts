import type { Policy, Remembers } from '../decide/policy.ts';
import { type Condition, conditionsOf } from '../model/selector.ts';
import { inAllTiers, RULE_KINDS, type Rule, type RuleKindName } from '../rules/kinds.ts';
import type { EventNeed, Reads, RuleKind } from '../rules/rule-kind.ts';
import { attributesOfTiers, needsOfTiers } from '../rules/tiers/tier.ts';

/** What has to be remembered for the rules and tiers of a policy. */
export function remembersOf({
  rules,
  ceiling,
  tiers,
}: Pick<Policy, 'rules' | 'ceiling' | 'tiers'>): Remembers {
  const all = (ceiling === undefined ? rules : [...rules, ceiling]).flatMap(inAllTiers);
  const reads = all.map(readsOf);
  const selectors = [
    ...all.flatMap((rule) => [rule.for, rule.counts]),
    ...reads.flatMap((each) => each.selectors ?? []),
  ];
  const conditions = selectors.flatMap((selector) => [...conditionsOf(selector)]);
  const attributes = [...reads.flatMap((each) => each.attributes ?? []), ...attributesOfTiers(tiers)];
  return {
    topics: asksFor(conditions, 'topic') || reads.some((each) => each.topics === true),
    purpose: asksFor(conditions, 'purpose'),
    labels: sorted(namesOf(conditions, 'label')),
    attributes: sorted([...namesOf(conditions, 'attribute'), ...attributes]),
    events: mergeNeeds([...all.flatMap(needsOf), ...needsOfTiers(tiers)]),
    unscored: sorted(
      all
        .filter((rule) => !kindOf(rule).scores)
        .flatMap(needsOf)
        .map(({ type }) => type),
    ),
  };
}

function kindOf<Name extends RuleKindName>(rule: Rule<Name>): RuleKind<unknown, Rule<Name>['spec']> {
  return RULE_KINDS[rule.kind as Name] as RuleKind<unknown, Rule<Name>['spec']>;
}

function readsOf(rule: Rule): Reads {
  return kindOf(rule).reads?.(rule.spec) ?? {};
}

function needsOf(rule: Rule): readonly EventNeed[] {
  return kindOf(rule).remembers?.(rule) ?? [];
}

function asksFor(conditions: readonly Condition[], field: 'topic' | 'purpose'): boolean {
  return conditions.some((each) => each.kind === 'field' && each.field === field);
}

function namesOf(conditions: readonly Condition[], kind: 'label' | 'attribute'): string[] {
  return conditions.flatMap((each) => (each.kind === kind ? [each.name] : []));
}

function sorted<Name extends string>(names: readonly Name[]): readonly Name[] {
  return [...new Set(names)].sort();
}

/** One need for each type of interaction, which covers all of that type. */
function mergeNeeds(needs: readonly EventNeed[]): Readonly<Record<string, EventNeed>> {
  const merged: Record<string, EventNeed> = Object.create(null);
  for (const need of needs) merged[need.type] = mergeNeed(need, merged[need.type] ?? need);
  return merged;
}

function mergeNeed(one: EventNeed, other: EventNeed): EventNeed {
  const forGood = one.for === undefined || other.for === undefined;
  return {
    type: one.type,
    ...(!forGood && { for: Math.max(one.for, other.for) }),
    count: Math.max(one.count, other.count),
    fields: sorted([...one.fields, ...other.fields]),
    labels: sorted([...one.labels, ...other.labels]),
  };
}
