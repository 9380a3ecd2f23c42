import { createHash } from 'node:crypto';
import type { Policy, PolicyClass } from '../decide/policy.ts';
import { WAIT_MAX } from '../model/customer-state.ts';
import { RULE_KINDS, type Rule, type RuleKindName } from '../rules/kinds.ts';
import type { ChannelNames, OnBlock, RuleKind } from '../rules/rule-kind.ts';
import { remembersOf } from './remembers.ts';
import { LISTED_KINDS, type WrittenPolicy } from './schema.ts';

/** The policy as decided with, from one without mistakes. */
export function compile(written: WrittenPolicy): Policy {
  const rules = written.rules.map(compileRule);
  const ceiling = compileCeiling(written.ceiling);
  const { tiers } = written;
  const classes = compileClasses(written.classes);
  const policy = {
    name: written.name,
    enforce: written.enforce,
    timezone: written.timezone,
    channels: compileChannels(written.channels),
    classes,
    defaultClass: defaultOf(written.classes),
    tiers,
    tieredRules: rules.filter(({ spec }) => isTiered(spec)).map(({ id }) => id),
    rules,
    ...(ceiling && { ceiling }),
    remembers: remembersOf({ tiers, rules, ...(ceiling && { ceiling }) }),
    // Time alone may move a customer to a tier with smaller numbers, and ends the time for a confirmation.
    recurs: tiers.length > 0 || rules.some(recurs) || Object.values(classes).some(mayConfirm),
  };
  return deepFreeze({ ...policy, digest: digestOf(policy) });
}

/** Whether a part of the rule's spec has values by tier. */
function isTiered(part: unknown): boolean {
  if (typeof part !== 'object' || part === null) return false;
  return (part as { kind?: unknown }).kind === 'by-tier' || Object.values(part).some(isTiered);
}

function mayConfirm({ confirmsOptOut }: PolicyClass): boolean {
  return confirmsOptOut !== undefined;
}

function compileRule(written: WrittenPolicy['rules'][number]): Rule {
  const { id, mode, replaces } = written;
  const kind = LISTED_KINDS.find(
    (each) => each in written && written[each as keyof typeof written] !== undefined,
  );
  const spec = written[kind as keyof typeof written];
  const obeying = written.for ?? [];
  const onBlock = compileOnBlock(written.onBlock);
  return {
    ...{ id, kind, for: obeying, counts: written.counts ?? obeying, mode, onBlock, replaces, spec },
  } as unknown as Rule;
}

function compileOnBlock(written: WrittenPolicy['rules'][number]['onBlock']): OnBlock {
  if (written === undefined || written === 'suppress') return { action: 'suppress' };
  const { spread = 0, longest = WAIT_MAX } = written === 'defer' ? {} : written.defer;
  return { action: 'defer', spread, longest };
}

function compileCeiling(spec: WrittenPolicy['ceiling']): Rule<'ceiling'> | undefined {
  if (spec === undefined) return undefined;
  const onBlock: OnBlock = { action: 'suppress' };
  const { counts } = spec;
  return { id: 'ceiling', kind: 'ceiling', for: [], counts, mode: 'enforce', onBlock, replaces: [], spec };
}

function recurs<Name extends RuleKindName>(rule: Rule<Name>): boolean {
  const kind = RULE_KINDS[rule.kind as Name] as unknown as RuleKind<Rule<Name>['spec']>;
  return kind.recurs?.(rule.spec) ?? false;
}

function compileChannels(channels: WrittenPolicy['channels']): ChannelNames {
  const names: Record<string, string> = Object.create(null);
  for (const [channel, written] of Object.entries(channels)) {
    for (const name of [channel, ...(written?.aliases ?? [])]) names[name.toLowerCase()] = channel;
  }
  return names;
}

function compileClasses(classes: WrittenPolicy['classes']): Readonly<Record<string, PolicyClass>> {
  const compiled: Record<string, PolicyClass> = Object.create(null);
  for (const [name, written] of Object.entries(classes)) {
    const { claimedBy, exempt = [], maxAge, rank = 0, confirmsOptOut } = written ?? {};
    compiled[name] = {
      name,
      exempt: [...new Set(exempt)].sort(),
      ...(claimedBy && { claimedBy }),
      ...(maxAge !== undefined && { maxAge }),
      rank,
      ...(confirmsOptOut !== undefined && { confirmsOptOut }),
    };
  }
  return compiled;
}

function defaultOf(classes: WrittenPolicy['classes']): string {
  const names = Object.keys(classes);
  return names.find((name) => classes[name]?.default) ?? (names[0] as string);
}

function digestOf(policy: Omit<Policy, 'digest'>): string {
  return createHash('sha256').update(canonicalJson(policy)).digest('hex').slice(0, 12);
}

/** JSON with the keys of every object in order: equal values, equal texts. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => {
    if (typeof part !== 'object' || part === null || Array.isArray(part)) return part;
    return Object.fromEntries(Object.entries(part).sort(([one], [other]) => (one < other ? -1 : 1)));
  });
}

function deepFreeze<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const part of Object.values(value)) deepFreeze(part);
  }
  return value;
}
