import { createHash } from 'node:crypto';
import type { Policy, PolicyClass, Remembers } from '../decide/policy.ts';
import { conditionsOf, type Selector } from '../model/selector.ts';
import type { Rule } from '../rules/kinds.ts';
import type { ChannelNames } from '../rules/rule-kind.ts';
import { LISTED_KINDS, type WrittenPolicy } from './schema.ts';

/** The policy as decided with, from one without mistakes. */
export function compile(written: WrittenPolicy): Policy {
  const rules = written.rules.map(compileRule);
  const ceiling = compileCeiling(written.ceiling);
  const classes = compileClasses(written.classes);
  const policy = {
    name: written.name,
    enforce: written.enforce,
    timezone: written.timezone,
    channels: compileChannels(written.channels),
    classes,
    defaultClass: defaultOf(written.classes),
    rules,
    ...(ceiling && { ceiling }),
    remembers: remembersOf(
      [...rules, ...(ceiling ? [ceiling] : [])].flatMap((rule) => [rule.for, rule.counts]),
    ),
  };
  return deepFreeze({ ...policy, digest: digestOf(policy) });
}

function compileRule(written: WrittenPolicy['rules'][number]): Rule {
  const { id, mode } = written;
  const kind = LISTED_KINDS.find(
    (each) => each in written && written[each as keyof typeof written] !== undefined,
  );
  const spec = written[kind as keyof typeof written];
  const obeying = written.for ?? [];
  return { id, kind, for: obeying, counts: written.counts ?? obeying, mode, spec } as unknown as Rule;
}

function compileCeiling(spec: WrittenPolicy['ceiling']): Rule<'ceiling'> | undefined {
  if (spec === undefined) return undefined;
  return { id: 'ceiling', kind: 'ceiling', for: [], counts: spec.counts, mode: 'enforce', spec };
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
    const { claimedBy, exempt = [], maxAge } = written ?? {};
    compiled[name] = {
      name,
      exempt: [...new Set(exempt)].sort(),
      ...(claimedBy && { claimedBy }),
      ...(maxAge !== undefined && { maxAge }),
    };
  }
  return compiled;
}

function defaultOf(classes: WrittenPolicy['classes']): string {
  const names = Object.keys(classes);
  return names.find((name) => classes[name]?.default) ?? (names[0] as string);
}

function remembersOf(selectors: readonly Selector[]): Remembers {
  const conditions = selectors.flatMap((selector) => [...conditionsOf(selector)]);
  const named = (kind: 'label' | 'attribute') =>
    [...new Set(conditions.flatMap((each) => (each.kind === kind ? [each.name] : [])))].sort();
  return {
    topics: conditions.some((each) => each.kind === 'field' && each.field === 'topic'),
    labels: named('label'),
    attributes: named('attribute'),
  };
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
