import { UNKNOWN_CHANNEL } from '../decide/classify.ts';
import { UNRULED_NAMES } from '../decide/unruled.ts';
import { RULE_KINDS } from '../rules/kinds.ts';
import { OTHER_TIERS } from '../rules/tiers/tiered.ts';
import type { Complaint, Path } from './problem.ts';
import { at, isMapping, keysOf, listOf, type Mapping } from './raw.ts';
import { LISTED_KINDS, RULE_KEYS } from './schema.ts';

/** What is wrong with what a policy declares: said twice, reserved, or not one thing. */
export function complaintsAboutDeclarations(written: Mapping): Complaint[] {
  return [
    ...aboutChannels(written.channels),
    ...aboutDefaultClass(written.classes),
    ...aboutTiers(written.tiers),
    ...aboutRules(written.rules),
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

function aboutTiers(tiers: unknown): Complaint[] {
  return aboutIds('tiers', listOf(tiers), (id) =>
    id === OTHER_TIERS ? `${id} stands for customers in no tier` : undefined,
  );
}

function aboutRules(rules: unknown): Complaint[] {
  const list = listOf(rules);
  return [
    ...aboutIds('rules', list, (id) =>
      id === 'ceiling' || UNRULED_NAMES.includes(id) ? `${id} is a name of Tact's own` : undefined,
    ),
    ...list.flatMap((rule, i) => (isMapping(rule) ? aboutKind(rule, ['rules', i]) : [])),
  ];
}

/** Ids that an earlier entry has, and those that are `reserved`, which says why. */
function aboutIds(
  section: string,
  entries: readonly unknown[],
  reserved: (id: string) => string | undefined,
): Complaint[] {
  const ids = entries.map((entry) => at(entry, 'id'));
  return ids.flatMap((id, i): Complaint[] => {
    if (typeof id !== 'string') return [];
    const path = [section, i, 'id'];
    const earlier = ids.indexOf(id);
    const message = reserved(id);
    if (earlier < i)
      return [{ code: 'duplicate-id', path, message: `${section}[${earlier}] already has the id ${id}` }];
    return message === undefined ? [] : [{ code: 'reserved-id', path, message, hint: 'choose another id' }];
  });
}

function aboutKind(rule: Mapping, path: Path): Complaint[] {
  const kinds = LISTED_KINDS.filter((kind) => rule[kind] !== undefined);
  const [kind, other] = kinds;
  if (kind === undefined) return aboutNoKind(rule, path);
  if (other !== undefined) {
    const message = `expected one rule kind, got ${kinds.join(' and ')}`;
    return [
      { code: 'rule-kind', path: [...path, other], at: 'key', message, hint: 'write one rule for each' },
    ];
  }
  const complaints: Complaint[] = [];
  if (rule.counts !== undefined && !RULE_KINDS[kind].counting) {
    const message = `${kind} counts no sends`;
    complaints.push({ code: 'rule-kind', path: [...path, 'counts'], at: 'key', message });
  }
  if (defers(rule) && !RULE_KINDS[kind].deferrable) {
    const message = `${kind} says no time at which it would allow, so nothing can wait for it`;
    const hint = 'write suppress, or leave onBlock out';
    complaints.push({ code: 'rule-kind', path: [...path, 'onBlock'], message, hint });
  }
  return complaints;
}

function aboutNoKind(rule: Mapping, path: Path): Complaint[] {
  // A key that is not known, or not available, is complained about with the kinds there are.
  if (Object.keys(rule).some((key) => key !== 'ceiling' && !RULE_KEYS.includes(key))) return [];
  const message = `expected one of ${LISTED_KINDS.join(', ')}`;
  const hint = rule.ceiling === undefined ? undefined : 'a ceiling is written once, at the top of the policy';
  return [{ code: 'rule-kind', path, message, ...(hint && { hint }) }];
}

function defers({ onBlock }: Mapping): boolean {
  return onBlock === 'defer' || at(onBlock, 'defer') !== undefined;
}
