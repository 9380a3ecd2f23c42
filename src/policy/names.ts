import { UNKNOWN_CHANNEL } from '../decide/classify.ts';
import { UNRULED_NAMES } from '../decide/unruled.ts';
import { RULE_KINDS } from '../rules/kinds.ts';
import { didYouMean } from './did-you-mean.ts';
import type { Complaint, Path } from './problem.ts';
import { LISTED_KINDS, RULE_KEYS } from './schema.ts';

type Mapping = Readonly<Record<string, unknown>>;

/**
 * What is wrong between the parts of a policy: names that are used and not declared, declared twice, or reserved. Looks
 * at the policy as it is written, so that it finds these next to whatever else is wrong with it.
 */
export function complaintsAboutNames(written: unknown): Complaint[] {
  if (!isMapping(written)) return [];
  const channels = keysOf(written.channels);
  const classes = keysOf(written.classes);
  const selectors = [...selectorsOf(written)];
  return [
    ...aboutChannels(written.channels),
    ...aboutDefaultClass(written.classes),
    ...aboutRules(written.rules),
    ...selectors.flatMap(([selector, path]) => [
      ...aboutSelector(selector, path, { channel: channels, class: classes }),
    ]),
    ...unknownNames(at(written.ceiling, 'except'), ['ceiling', 'except'], 'class', classes),
  ];
}

function aboutChannels(channels: unknown): Complaint[] {
  const taken = new Map<string, string>();
  const complaints: Complaint[] = [];
  const take = (name: string, channel: string, path: Path, place?: 'key') => {
    const key = name.toLowerCase();
    const owner = taken.get(key);
    const message =
      key === UNKNOWN_CHANNEL
        ? `${name} is what channels without a declaration are called`
        : `${name} already stands for the channel ${owner}`;
    if (key !== UNKNOWN_CHANNEL && owner === undefined) taken.set(key, channel);
    else complaints.push({ code: 'ambiguous-name', path, ...(place && { at: place }), message });
  };
  for (const name of keysOf(channels)) take(name, name, ['channels', name], 'key');
  for (const name of keysOf(channels)) {
    for (const [i, alias] of listOf(at(at(channels, name), 'aliases')).entries()) {
      if (typeof alias === 'string') take(alias, name, ['channels', name, 'aliases', i]);
    }
  }
  return complaints;
}

function aboutDefaultClass(classes: unknown): Complaint[] {
  const names = keysOf(classes);
  const defaults = names.filter((name) => at(at(classes, name), 'default') === true);
  if (names.length <= 1 || defaults.length === 1) return [];
  const hint = 'messages that name no class, or one they may not claim, get the default one';
  if (defaults.length === 0) {
    const message = 'expected one class with default: true';
    return [{ code: 'default-class', path: ['classes'], at: 'key', message, hint }];
  }
  return defaults.slice(1).map((name) => {
    const message = `only one class can be the default, and ${defaults[0]} is`;
    return { code: 'default-class', path: ['classes', name, 'default'], message };
  });
}

function aboutRules(rules: unknown): Complaint[] {
  const first = new Map<unknown, number>();
  return listOf(rules).flatMap((rule, i) => {
    if (!isMapping(rule)) return [];
    const earlier = first.get(rule.id);
    if (typeof rule.id === 'string' && earlier === undefined) first.set(rule.id, i);
    return [...aboutId(rule.id, i, earlier), ...aboutKind(rule, ['rules', i])];
  });
}

function aboutId(id: unknown, i: number, earlier: number | undefined): Complaint[] {
  const path = ['rules', i, 'id'];
  if (earlier !== undefined)
    return [{ code: 'duplicate-id', path, message: `rules[${earlier}] already has the id ${id}` }];
  if (id !== 'ceiling' && !UNRULED_NAMES.includes(id as string)) return [];
  return [{ code: 'reserved-id', path, message: `${id} is a name of Tact's own`, hint: 'choose another id' }];
}

function aboutKind(rule: Mapping, path: Path): Complaint[] {
  const kinds = LISTED_KINDS.filter((kind) => rule[kind] !== undefined);
  const [kind, other] = kinds;
  const known = LISTED_KINDS.join(', ');
  if (kind === undefined) {
    // A key that is not known, or not available, is complained about with the kinds there are.
    if (Object.keys(rule).some((key) => key !== 'ceiling' && !RULE_KEYS.includes(key))) return [];
    const hint =
      rule.ceiling === undefined ? undefined : 'a ceiling is written once, at the top of the policy';
    return [{ code: 'rule-kind', path, message: `expected one of ${known}`, ...(hint && { hint }) }];
  }
  if (other !== undefined) {
    const message = `expected one rule kind, got ${kinds.join(' and ')}`;
    return [
      { code: 'rule-kind', path: [...path, other], at: 'key', message, hint: 'write one rule for each' },
    ];
  }
  if (rule.counts === undefined || RULE_KINDS[kind].counting) return [];
  return [{ code: 'rule-kind', path: [...path, 'counts'], at: 'key', message: `${kind} counts no sends` }];
}

function* selectorsOf(written: Mapping): Generator<[selector: unknown, path: Path]> {
  for (const [i, rule] of listOf(written.rules).entries()) {
    yield [at(rule, 'for'), ['rules', i, 'for']];
    yield [at(rule, 'counts'), ['rules', i, 'counts']];
  }
  yield [at(written.ceiling, 'counts'), ['ceiling', 'counts']];
}

function* aboutSelector(
  selector: unknown,
  path: Path,
  declared: Readonly<Record<'channel' | 'class', readonly string[]>>,
): Generator<Complaint> {
  if (!isMapping(selector)) return;
  for (const field of ['channel', 'class'] as const) {
    const value = selector[field];
    const negated = at(value, 'not');
    if (negated === undefined) yield* unknownNames(value, [...path, field], field, declared[field]);
    else yield* unknownNames(negated, [...path, field, 'not'], field, declared[field]);
  }
  yield* aboutSelector(selector.not, [...path, 'not'], declared);
  for (const [i, each] of listOf(selector.any).entries())
    yield* aboutSelector(each, [...path, 'any', i], declared);
}

function unknownNames(value: unknown, path: Path, what: string, declared: readonly string[]): Complaint[] {
  const named: [unknown, Path][] = Array.isArray(value)
    ? value.map((each, i) => [each, [...path, i]])
    : [[value, path]];
  return named.flatMap(([name, place]) => {
    if (typeof name !== 'string' || declared.includes(name)) return [];
    const hint = didYouMean(name, declared) ?? `the policy declares ${declared.join(', ') || 'none'}`;
    return [{ code: 'unknown-name', path: place, message: `there is no ${what} ${name}`, hint } as const];
  });
}

function isMapping(value: unknown): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function keysOf(value: unknown): readonly string[] {
  return isMapping(value) ? Object.keys(value) : [];
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function at(value: unknown, key: string): unknown {
  return isMapping(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}
