import type { Policy } from '../decide/policy.ts';
import { formatDuration } from '../kernel/time.ts';
import type { Window } from '../model/window.ts';
import { inAllTiers, type Rule, ruleFor } from '../rules/kinds.ts';
import type { Limit } from '../rules/limits/limit.ts';
import { tierNames } from '../rules/tiers/tier.ts';
import { canonicalJson } from './compile.ts';
import { type Complaint, type Path, warning } from './problem.ts';

/** What is valid about a cap and probably not meant. */
export function* aboutCap(policy: Policy, rule: Rule<'cap'>, path: Path): Generator<Complaint> {
  const specs = inAllTiers(rule).map(({ spec }) => spec as Limit);
  if (specs.every(({ limit }) => limit === 0)) {
    yield warning([...path, 'limit'], 'a limit of 0 allows nothing, ever', 'is that meant?');
  }
  yield* aboutReserve(specs, path);
  if (rule.spec.mayRaiseTo !== undefined && specs.every(({ limit, mayRaiseTo = 0 }) => mayRaiseTo <= limit)) {
    yield warning(
      [...path, 'mayRaiseTo'],
      'raises nothing: it is not above the limit',
      'write a larger number',
    );
  }
  const stricter = stricterThan(rule, policy);
  if (stricter !== undefined) {
    yield warning(path, `never binds: ${stricter} is reached first`, 'remove it, or make it stricter');
  }
}

function* aboutReserve(specs: readonly Limit[], path: Path): Generator<Complaint> {
  const reserve = specs[0]?.reserve;
  if (reserve === undefined || specs.some((each) => each.limit > (each.reserve?.slots ?? 0))) return;
  const who = reserve.classes.join(' and ');
  const message = `the whole limit is kept for ${who}: nothing else gets a slot`;
  yield warning([...path, 'reserve', 'slots'], message, 'keep fewer, or write a rule for the others');
}

/** Another limit that is always reached when, or before, this cap is; as people would call it. */
function stricterThan(rule: Rule<'cap'>, policy: Policy): string | undefined {
  const { rules, ceiling } = policy;
  const tiers = tierNames(policy.tiers);
  if (ceiling && ceiling.counts.length === 0 && ceiling.spec.except.length === 0) {
    const { limit, window } = ruleFor(ceiling, tiers[0]).spec;
    if (rule.spec.weights.length === 0 && isStricter(ceiling, rule, tiers))
      return `the ceiling of ${limit} in ${text(window)}`;
  }
  const place = rules.indexOf(rule);
  const other = rules.find((each, i) => {
    if (each.kind !== 'cap' || each === rule || !isAlike(each, rule) || !bindsAlways(each, rule, rules))
      return false;
    return isStricter(each, rule, tiers) && (i < place || !isStricter(rule, each, tiers));
  });
  return other?.id;
}

/** Whether two caps count the same for the same messages. */
function isAlike(one: Rule<'cap'>, other: Rule<'cap'>): boolean {
  const looks = (rule: Rule<'cap'>) => {
    const weights = inAllTiers(rule).map(({ spec }) => (spec as Limit).weights);
    const { for: obeys, counts, spec } = rule;
    return canonicalJson([obeys, counts, spec.per, spec.count, spec.releaseOn, weights]);
  };
  return looks(one) === looks(other);
}

/** Whether the other cap is never lifted where this one holds, and does the same to what it blocks. */
function bindsAlways(other: Rule<'cap'>, rule: Rule<'cap'>, rules: readonly Rule[]): boolean {
  if (other.mode === 'shadow' || other.spec.mayRaiseTo !== undefined) return false;
  if (rules.some(({ replaces }) => replaces.includes(other.id))) return false;
  return other.onBlock.action === 'suppress' || canonicalJson(other.onBlock) === canonicalJson(rule.onBlock);
}

function isStricter(
  one: Rule<'cap' | 'ceiling'>,
  other: Rule<'cap' | 'ceiling'>,
  tiers: readonly string[],
): boolean {
  return tiers.every((tier) => {
    const { spec } = ruleFor<'cap' | 'ceiling'>(one, tier);
    const { spec: others } = ruleFor<'cap' | 'ceiling'>(other, tier);
    return spec.limit <= others.limit && isAsLong(spec.window, others.window);
  });
}

function isAsLong(one: Window, other: Window): boolean {
  if (one.kind === 'rolling' && other.kind === 'rolling') return one.duration >= other.duration;
  return canonicalJson(one) === canonicalJson(other);
}

function text(window: Window): string {
  switch (window.kind) {
    case 'rolling':
      return formatDuration(window.duration);
    case 'calendar':
      return window.units === 1 ? `a calendar ${window.unit}` : `${window.units} calendar ${window.unit}s`;
    case 'days':
      return `${window.days} days`;
    case 'first-send':
      return `${formatDuration(window.length)} from the first send`;
    case 'lifetime':
      return 'a lifetime';
  }
}
