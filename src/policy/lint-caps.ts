import type { Policy } from '../decide/policy.ts';
import { formatDuration } from '../kernel/time.ts';
import type { Window } from '../model/window.ts';
import type { Rule } from '../rules/kinds.ts';
import type { Limit } from '../rules/limits/limit.ts';
import { OTHER_TIERS, valueFor, valuesOf } from '../rules/tiers/tiered.ts';
import { canonicalJson } from './compile.ts';
import { type Complaint, type Path, warning } from './problem.ts';

/** What is valid about a cap and probably not meant. */
export function* aboutCap(policy: Policy, rule: Rule<'cap'>, path: Path): Generator<Complaint> {
  const { limit, mayRaiseTo } = rule.spec;
  if (valuesOf(limit).every((each) => each === 0)) {
    yield warning([...path, 'limit'], 'a limit of 0 allows nothing, ever', 'is that meant?');
  }
  yield* aboutReserve(policy, rule, path);
  const isRaised = (tier: string) => mayRaiseTo && valueFor(mayRaiseTo, tier) > valueFor(limit, tier);
  if (mayRaiseTo !== undefined && !tiersOf(policy).some(isRaised)) {
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

/** Every tier that a customer may be in. */
function tiersOf({ tiers }: Policy): string[] {
  const ids = tiers.map(({ id }) => id);
  return tiers.some(({ when }) => when.length === 0) ? ids : [...ids, OTHER_TIERS];
}

function* aboutReserve(policy: Policy, { spec }: Rule<'cap'>, path: Path): Generator<Complaint> {
  const { reserve, limit } = spec;
  if (reserve === undefined || tiersOf(policy).some((tier) => valueFor(limit, tier) > reserve.slots)) return;
  const who = reserve.classes.join(' and ');
  const message = `the whole limit is kept for ${who}: nothing else gets a slot`;
  yield warning([...path, 'reserve', 'slots'], message, 'keep fewer, or write a rule for the others');
}

/** Another limit that is always reached when, or before, this cap is; as people would call it. */
function stricterThan(rule: Rule<'cap'>, policy: Policy): string | undefined {
  const { rules, ceiling } = policy;
  const tiers = tiersOf(policy);
  if (ceiling && ceiling.counts.length === 0 && ceiling.spec.except.length === 0) {
    const { limit, window } = ceiling.spec;
    if (rule.spec.weights.length === 0 && isStricter(ceiling.spec, rule.spec, tiers))
      return `the ceiling of ${valueFor(limit, tiers[0])} in ${text(valueFor(window, tiers[0]))}`;
  }
  const place = rules.indexOf(rule);
  const other = rules.find((each, i) => {
    if (each.kind !== 'cap' || each === rule || !isAlike(each, rule) || !bindsAlways(each, rule, rules))
      return false;
    return isStricter(each.spec, rule.spec, tiers) && (i < place || !isStricter(rule.spec, each.spec, tiers));
  });
  return other?.id;
}

/** Whether two caps count the same for the same messages. */
function isAlike(one: Rule<'cap'>, other: Rule<'cap'>): boolean {
  const looks = ({ for: obeys, counts, spec }: Rule<'cap'>) =>
    canonicalJson([obeys, counts, spec.per, spec.count, spec.weights, spec.releaseOn]);
  return looks(one) === looks(other);
}

/** Whether the other cap is never lifted where this one holds, and does the same to what it blocks. */
function bindsAlways(other: Rule<'cap'>, rule: Rule<'cap'>, rules: readonly Rule[]): boolean {
  if (other.mode === 'shadow' || other.spec.mayRaiseTo !== undefined) return false;
  if (rules.some(({ replaces }) => replaces.includes(other.id))) return false;
  return other.onBlock.action === 'suppress' || canonicalJson(other.onBlock) === canonicalJson(rule.onBlock);
}

function isStricter(one: Limit, other: Limit, tiers: readonly string[]): boolean {
  return tiers.every((tier) => {
    if (valueFor(one.limit, tier) > valueFor(other.limit, tier)) return false;
    return isAsLong(valueFor(one.window, tier), valueFor(other.window, tier));
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
