import { createHash } from 'node:crypto';
import type { Policy, PolicyClass } from '../decide/policy.ts';
import { WAIT_MAX } from '../model/customer-state.ts';
import type { WrittenCeiling } from '../rules/ceiling.ts';
import { RULE_KINDS, type Rule, type RuleKindName } from '../rules/kinds.ts';
import type { ChannelNames, RuleKind } from '../rules/rule-kind.ts';
import { type Tier, tierNames, unconditionalTier } from '../rules/tiers/tier.ts';
import { isTiered, OTHER_TIERS, resolve, same } from '../rules/tiers/tiered.ts';
import { remembersOf } from './remembers.ts';
import { LISTED_KINDS, type WrittenPolicy } from './schema.ts';

/** The policy as decided with, from one without mistakes. */
export function compile(written: WrittenPolicy): Policy {
  const { tiers } = written;
  const rules = written.rules.map((rule) => compileRule(rule, tiers));
  const ceiling = compileCeiling(written.ceiling, tiers);
  const classes = compileClasses(written.classes);
  const policy = {
    name: written.name,
    enforce: written.enforce,
    timezone: written.timezone,
    channels: compileChannels(written.channels),
    classes,
    defaultClass: defaultOf(written.classes),
    tiers,
    rules,
    ...(ceiling && { ceiling }),
    remembers: remembersOf({ tiers, rules, ...(ceiling && { ceiling }) }),
    // Time alone may move a customer to a tier with smaller numbers, and ends the time for a confirmation.
    recurs: tiers.length > 0 || rules.some(recurs) || Object.values(classes).some(mayConfirm),
  };
  return deepFreeze({ ...policy, digest: digestOf(policy) });
}

function mayConfirm({ confirmsOptOut }: PolicyClass): boolean {
  return confirmsOptOut !== undefined;
}

function compileRule(written: WrittenPolicy['rules'][number], tiers: readonly Tier[]): Rule {
  const { id, mode, replaces } = written;
  const kind = LISTED_KINDS.find(
    (each) => each in written && written[each as keyof typeof written] !== undefined,
  );
  const spec = written[kind as keyof typeof written];
  const obeying = written.for ?? [];
  const onBlock = compileOnBlock(written.onBlock);
  const counts = written.counts ?? obeying;
  return inTiers({ id, kind, for: obeying, counts, mode, onBlock, replaces, spec }, tiers);
}

/** The rule as it is for customers of each tier, where it differs; itself for those of whom none is asked. */
function inTiers(rule: object, tiers: readonly Tier[]): Rule {
  const ofTier = (tier: string) => resolve(rule, tier) as Rule;
  if (!isTiered(rule)) return ofTier(OTHER_TIERS);
  const byTier: Record<string, Rule> = Object.create(null);
  for (const tier of tierNames(tiers)) byTier[tier] = ofTier(tier);
  return { ...byTier[unconditionalTier(tiers)], byTier } as Rule;
}

type WrittenOnBlock = WrittenPolicy['rules'][number]['onBlock'];

function compileOnBlock(written: WrittenOnBlock) {
  if (written === undefined || written === 'suppress') return { action: 'suppress' };
  const { spread = same(0), longest = same(WAIT_MAX) } = written === 'defer' ? {} : written.defer;
  return { action: 'defer', spread, longest };
}

function compileCeiling(spec: WrittenPolicy['ceiling'], tiers: readonly Tier[]): Rule<'ceiling'> | undefined {
  if (spec === undefined) return undefined;
  const onBlock = { action: 'suppress' };
  const { counts } = spec as WrittenCeiling;
  const rule = {
    id: 'ceiling',
    kind: 'ceiling',
    for: [],
    counts,
    mode: 'enforce',
    onBlock,
    replaces: [],
    spec,
  };
  return inTiers(rule, tiers) as Rule<'ceiling'>;
}

function recurs<Name extends RuleKindName>(rule: Rule<Name>): boolean {
  const kind = RULE_KINDS[rule.kind as Name] as RuleKind<unknown, Rule<Name>['spec']>;
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
