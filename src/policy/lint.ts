import type { Policy, PolicyClass } from '../decide/policy.ts';
import { inAllTiers, type Rule } from '../rules/kinds.ts';
import { aboutCap } from './lint-caps.ts';
import { type Complaint, type Path, warning } from './problem.ts';
import { isReachable, reachesClass } from './reach.ts';

/** What is valid and probably not meant. */
export function lint(policy: Policy): Complaint[] {
  return [
    ...aboutTiers(policy),
    ...policy.rules.flatMap((rule, i) => [...aboutRule(policy, rule, ['rules', i])]),
    ...Object.values(policy.classes).flatMap((each) => [...aboutClass(policy, each)]),
    ...aboutMissingRules(policy),
  ];
}

function* aboutTiers({ tiers }: Policy): Generator<Complaint> {
  const everybody = tiers.findIndex(({ when }) => when.length === 0);
  for (const [i, { id }] of tiers.entries()) {
    if (everybody < 0 || i <= everybody) continue;
    const message = `nobody is ever in ${id}: ${tiers[everybody]?.id} takes everybody`;
    yield warning(['tiers', i, 'id'], message, 'write the tier without a condition last');
  }
}

function* aboutRule(policy: Policy, rule: Rule, path: Path): Generator<Complaint> {
  if (!isReachable(policy, rule.for)) {
    yield warning(
      [...path, 'for'],
      'no message can be selected by this',
      'look for classes or channels that exclude each other',
    );
  }
  if (rule.kind === 'cap') yield* aboutCap(policy, rule, [...path, 'cap']);
  yield* aboutReplaces(policy, rule, [...path, 'replaces']);
  if (rule.onBlock.action === 'defer' && !inAllTiers(rule).some(hasEnd)) {
    const hint = 'write onBlock: suppress, or a rule that allows again some time';
    yield warning(
      [...path, 'onBlock'],
      'nothing ever waits for this rule: what it blocks, it blocks for good',
      hint,
    );
  }
}

/** Whether what the rule blocks may be allowed some time, by nothing but time. */
function hasEnd(rule: Rule): boolean {
  switch (rule.kind) {
    case 'cap':
      return rule.spec.limit > 0 && rule.spec.window.kind !== 'lifetime';
    case 'duplicate':
      return rule.spec.within !== undefined;
    case 'after':
      return rule.spec.suppress.kind !== 'for-good';
    default:
      return true;
  }
}

function* aboutReplaces(policy: Policy, rule: Rule, path: Path): Generator<Complaint> {
  if (rule.replaces.length > 0 && rule.mode === 'shadow') {
    yield warning(path, 'a rule in shadow mode replaces nothing', 'enforce it, or leave this out');
  }
  for (const [i, id] of rule.replaces.entries()) {
    const other = policy.rules.find((each) => each.id === id);
    if (other === undefined || isReachable(policy, rule.for, other.for)) continue;
    yield warning([...path, i], `no message obeys both this rule and ${id}`, 'leave it out');
  }
}

function* aboutClass(policy: Policy, given: PolicyClass): Generator<Complaint> {
  const { name, exempt, claimedBy, confirmsOptOut } = given;
  const path: Path = ['classes', name];
  const capped = policy.rules.some(
    (rule) => rule.kind === 'cap' && rule.mode === 'enforce' && reachesClass(policy, name, rule.for),
  );
  if (!capped && !exempt.includes('caps')) {
    yield {
      ...warning(path, 'no cap limits this class', 'add one, or exempt the class from caps'),
      at: 'key',
    };
  }
  if (claimedBy !== undefined) return;
  const freedoms = [
    ...(exempt.length > 0 ? [`is exempt from ${exempt.join(', ')}`] : []),
    ...(confirmsOptOut === undefined ? [] : ['may confirm an opt-out']),
  ];
  if (freedoms.length > 0) {
    const message = `every message may claim this class, which ${freedoms.join(' and ')}`;
    yield { ...warning(path, message, 'say with claimedBy who may'), at: 'key' };
  }
}

function* aboutMissingRules({ rules }: Policy): Generator<Complaint> {
  const kinds = new Set(rules.map(({ kind }) => kind));
  if (!kinds.has('consent')) {
    const hint = 'add a rule such as { id: consent, consent: { require: opt-out } }';
    yield warning(['rules'], 'no consent rule: a withdrawn consent binds nothing', hint);
  }
  if (!kinds.has('duplicate')) {
    const hint = 'add a rule such as { id: once, duplicate: {} }';
    yield warning(['rules'], 'no duplicate rule: a message that is offered twice may go out twice', hint);
  }
}
