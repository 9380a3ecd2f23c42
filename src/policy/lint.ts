import type { Policy, PolicyClass } from '../decide/policy.ts';
import { formatDuration } from '../kernel/time.ts';
import type { Condition, Selector } from '../model/selector.ts';
import type { Window } from '../model/window.ts';
import type { Rule } from '../rules/kinds.ts';
import { canonicalJson } from './compile.ts';
import type { Complaint, Path } from './problem.ts';

/** What is valid and probably not meant. */
export function lint(policy: Policy): Complaint[] {
  return [
    ...policy.rules.flatMap((rule, i) => [...aboutRule(policy, rule, ['rules', i])]),
    ...Object.values(policy.classes).flatMap((each) => [...aboutClass(policy, each)]),
    ...aboutMissingRules(policy),
  ];
}

function warning(path: Path, message: string, hint: string): Complaint {
  return { severity: 'warning', code: 'lint', path, message, hint };
}

function* aboutRule(policy: Policy, rule: Rule, path: Path): Generator<Complaint> {
  if (!isReachable(policy, rule.for)) {
    yield warning(
      [...path, 'for'],
      'no message can be selected by this',
      'look for classes or channels that exclude each other',
    );
  }
  if (rule.kind !== 'cap') return;
  if (rule.spec.limit === 0) {
    yield warning([...path, 'cap', 'limit'], 'a limit of 0 allows nothing, ever', 'is that meant?');
  }
  const stricter = stricterThan(rule, policy);
  if (stricter !== undefined) {
    yield warning(
      [...path, 'cap'],
      `never binds: ${stricter} is reached first`,
      'remove it, or make it stricter',
    );
  }
}

function* aboutClass(policy: Policy, { name, exempt, claimedBy }: PolicyClass): Generator<Complaint> {
  const path: Path = ['classes', name];
  const channels = [...new Set(Object.values(policy.channels))];
  const capped = policy.rules.some(
    (rule) =>
      rule.kind === 'cap' &&
      rule.mode === 'enforce' &&
      channels.some((channel) => maySelect(rule.for, { channel, class: name })),
  );
  if (!capped && !exempt.includes('caps')) {
    yield {
      ...warning(path, 'no cap limits this class', 'add one, or exempt the class from caps'),
      at: 'key',
    };
  }
  if (exempt.length > 0 && claimedBy === undefined) {
    const message = `every message may claim this class, which is exempt from ${exempt.join(', ')}`;
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

function isReachable(policy: Policy, selector: Selector): boolean {
  const channels = [...new Set(Object.values(policy.channels))];
  return Object.keys(policy.classes).some((name) =>
    channels.some((channel) => maySelect(selector, { channel, class: name })),
  );
}

interface Sort {
  readonly channel: string;
  readonly class: string;
}

/** Whether a message of this channel and class may be selected, whatever else it is. */
function maySelect(selector: Selector, sort: Sort): boolean {
  return selector.every((condition) => answer(condition, sort) !== false);
}

/** Undefined where it depends on more than channel and class. */
function answer(condition: Condition, sort: Sort): boolean | undefined {
  switch (condition.kind) {
    case 'field':
      if (condition.field !== 'channel' && condition.field !== 'class') return undefined;
      return condition.values.includes(sort[condition.field]);
    case 'any':
      return some(condition.of.map((each) => all(each, sort)));
    case 'not': {
      const inner = all(condition.of, sort);
      return inner === undefined ? undefined : !inner;
    }
    default:
      return undefined;
  }
}

function all(selector: Selector, sort: Sort): boolean | undefined {
  const answers = selector.map((condition) => answer(condition, sort));
  if (answers.includes(false)) return false;
  return answers.includes(undefined) ? undefined : true;
}

function some(answers: readonly (boolean | undefined)[]): boolean | undefined {
  if (answers.includes(true)) return true;
  return answers.includes(undefined) ? undefined : false;
}

/** Another limit that is always reached when, or before, this cap is; as people would call it. */
function stricterThan(rule: Rule<'cap'>, { rules, ceiling }: Policy): string | undefined {
  if (ceiling && ceiling.counts.length === 0 && ceiling.spec.except.length === 0) {
    if (isStricter(ceiling.spec, rule.spec))
      return `the ceiling of ${ceiling.spec.limit} in ${text(ceiling.spec.window)}`;
  }
  const place = rules.indexOf(rule);
  const other = rules.find((each, i) => {
    if (each.kind !== 'cap' || each === rule || each.mode === 'shadow' || !isAlike(each, rule)) return false;
    return isStricter(each.spec, rule.spec) && (i < place || !isStricter(rule.spec, each.spec));
  });
  return other?.id;
}

function isAlike(one: Rule<'cap'>, other: Rule<'cap'>): boolean {
  const looks = (rule: Rule<'cap'>) => canonicalJson([rule.for, rule.counts, rule.spec.per]);
  return looks(one) === looks(other);
}

interface Measure {
  readonly limit: number;
  readonly window: Window;
}

function isStricter(one: Measure, other: Measure): boolean {
  if (one.window.kind !== 'rolling' || other.window.kind !== 'rolling') return false;
  return one.limit <= other.limit && one.window.duration >= other.window.duration;
}

function text(window: Window): string {
  return window.kind === 'rolling' ? formatDuration(window.duration) : `a calendar ${window.unit}`;
}
