import { complaintsAboutDeclarations } from './declarations.ts';
import { didYouMean } from './did-you-mean.ts';
import type { Complaint, Path } from './problem.ts';
import { at, isMapping, keysOf, listOf } from './raw.ts';
import { complaintsAboutTierMaps } from './tier-maps.ts';

/** The names that a policy declares, by what they name. */
type Declared = Readonly<Record<'channel' | 'class' | 'rule', readonly string[]>>;

/** Where in a rule other messages, sends or events are selected. */
const SELECTOR_KEYS = ['for', 'counts', 'cleared', 'where'];
/** Where outside of selectors names of classes or rules are written. */
const NAMING_KEYS: Readonly<Record<string, keyof Declared>> = {
  class: 'class',
  except: 'class',
  replaces: 'rule',
};

/**
 * What is wrong between the parts of a policy: names that are used and not declared, declared twice, or reserved. Looks
 * at the policy as it is written, so that it finds these next to whatever else is wrong with it.
 */
export function complaintsAboutNames(written: unknown): Complaint[] {
  if (!isMapping(written)) return [];
  const rules = listOf(written.rules);
  const declared: Declared = {
    channel: keysOf(written.channels),
    class: keysOf(written.classes),
    rule: rules.flatMap((rule) => idOf(rule) ?? []),
  };
  return [
    ...complaintsAboutDeclarations(written),
    ...rules.flatMap((rule, i) => [
      ...aboutPart(rule, ['rules', i], declared),
      ...aboutItself(rule, ['rules', i, 'replaces']),
    ]),
    ...aboutPart(written.ceiling, ['ceiling'], declared),
    ...complaintsAboutTierMaps(written),
  ];
}

function idOf(rule: unknown): string | undefined {
  const id = at(rule, 'id');
  return typeof id === 'string' ? id : undefined;
}

function* aboutPart(part: unknown, path: Path, declared: Declared): Generator<Complaint> {
  for (const [i, each] of listOf(part).entries()) yield* aboutPart(each, [...path, i], declared);
  if (!isMapping(part)) return;
  for (const [key, value] of Object.entries(part)) {
    const place = [...path, key];
    const what = Object.hasOwn(NAMING_KEYS, key) ? NAMING_KEYS[key] : undefined;
    if (SELECTOR_KEYS.includes(key)) yield* aboutSelector(value, place, declared);
    else if (what !== undefined) yield* unknownNames(value, place, what, declared[what]);
    else yield* aboutPart(value, place, declared);
  }
}

function* aboutSelector(selector: unknown, path: Path, declared: Declared): Generator<Complaint> {
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

function aboutItself(rule: unknown, path: Path): Complaint[] {
  const place = listOf(at(rule, 'replaces')).indexOf(idOf(rule));
  if (place < 0) return [];
  return [{ code: 'value', path: [...path, place], message: 'a rule cannot replace itself' }];
}
