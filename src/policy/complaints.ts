import type { z } from 'zod';
import { didYouMean } from './did-you-mean.ts';
import { isNotAvailable, notAvailable } from './not-available.ts';
import type { Complaint, Path } from './problem.ts';
import { LISTED_KINDS } from './schema.ts';

type Issue = z.core.$ZodIssue;

const EXPECTED: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a whole number >= 0',
  int: 'a whole number >= 0',
  boolean: 'true or false',
  object: 'a mapping',
  record: 'a mapping',
  array: 'a list',
};

/** What a schema finds wrong, in the words of an author; `keys` gives every key there is, to guess which was meant. */
export function complaintsOf(issues: readonly Issue[], keys: () => readonly string[]): Complaint[] {
  const complaints = issues.flatMap((issue) => complaintsOfIssue(issue, issue.path as Path));
  if (!complaints.some(({ code }) => code === 'unknown-key')) return complaints;
  const known = keys();
  return complaints.map((each) => (each.code === 'unknown-key' ? { ...each, ...hintOf(each, known) } : each));
}

function hintOf({ path }: Complaint, keys: readonly string[]): { readonly hint?: string } {
  const written = String(path.at(-1));
  const hint = didYouMean(
    written,
    keys.filter((key) => key !== written),
  );
  return hint === undefined ? {} : { hint };
}

function complaintsOfIssue(issue: Issue, path: Path): Complaint[] {
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => unknownKey(key, path));
    case 'invalid_union':
      return complaintsOfUnion(issue, path);
    case 'invalid_key':
      return [{ code: 'value', path, at: 'key', message: issue.issues[0]?.message ?? 'not a name' }];
    case 'invalid_type':
      return [wrongType([expectationOf(issue)], issue.input, path)];
    case 'invalid_value':
      return [wrongValue(issue.values.map(String), issue.input, path)];
    case 'too_small':
    case 'too_big':
      return [{ code: 'value', path, message: `${expectedSize(issue)}, got ${show(issue.input)}` }];
    default:
      return [{ code: 'value', path, message: `${issue.message}${gotText(issue.input)}` }];
  }
}

function unknownKey(key: string, parent: Path): Complaint {
  const path = [...parent, key];
  if (isNotAvailable(key)) return { code: 'not-available', path, at: 'key', ...notAvailable(key) };
  const isRule = parent.length === 2 && parent[0] === 'rules';
  const kinds = isRule ? `; the rule kinds are ${LISTED_KINDS.join(', ')}` : '';
  return { code: 'unknown-key', path, at: 'key', message: `unknown key ${key}${kinds}` };
}

/** Of the ways something may be written, the one that was tried: of several, the one that fits best. */
function complaintsOfUnion(issue: Issue & { code: 'invalid_union' }, path: Path): Complaint[] {
  const ways = issue.errors as readonly (readonly Issue[])[];
  const [tried] = ways
    .filter((issues) => !issues.some(isOtherType))
    .sort((one, other) => unfitness(one) - unfitness(other));
  if (tried !== undefined)
    return tried.flatMap((each) => complaintsOfIssue(each, [...path, ...(each.path as Path)]));
  return [wrongType(expectationsOf(issue), issue.input, path)];
}

/** How many keys are not of this way of writing, and how many of its own are missing. */
function unfitness(issues: readonly Issue[]): number {
  return issues.reduce((sum, issue) => {
    if (issue.code === 'unrecognized_keys') return sum + issue.keys.length;
    return issue.code !== 'custom' && issue.path.length > 0 && issue.input === undefined ? sum + 1 : sum;
  }, 0);
}

function isOtherType(issue: Issue): boolean {
  if (issue.path.length > 0) return false;
  if (issue.code === 'invalid_union') return issue.errors.every((issues) => issues.some(isOtherType));
  if (issue.code === 'invalid_value') return typeof issue.input === 'object' && issue.input !== null;
  return issue.code === 'invalid_type';
}

function expectationsOf(issue: Issue): string[] {
  if (issue.code === 'invalid_type') return issue.expected === 'null' ? [] : [expectationOf(issue)];
  if (issue.code !== 'invalid_union') return [];
  const own = ownExpectation(issue);
  return own === undefined ? issue.errors.flatMap((issues) => issues.flatMap(expectationsOf)) : [own];
}

function expectationOf(issue: Issue & { code: 'invalid_type' }): string {
  return ownExpectation(issue) ?? EXPECTED[issue.expected] ?? issue.expected;
}

/** What the schema itself says that it expects; messages of the library begin otherwise. */
function ownExpectation({ message }: Issue): string | undefined {
  return message.startsWith('expected ') ? message.slice('expected '.length) : undefined;
}

function wrongType(expectations: readonly string[], input: unknown, path: Path): Complaint {
  const expected = alternatives([...new Set(expectations)]);
  if (input === undefined) return { code: 'missing', path, message: `missing; expected ${expected}` };
  const hint = expected === EXPECTED.string && typeof input === 'number' ? 'put it in quotes' : undefined;
  return {
    code: 'type',
    path,
    message: `expected ${expected}, got ${show(input)}`,
    ...(hint && { hint }),
  };
}

function alternatives(texts: readonly string[]): string {
  return texts.join(texts.some((text) => text.includes(' or ')) ? ', or ' : ' or ');
}

/** What was written instead, where that says more than that it is a mapping. */
function gotText(input: unknown): string {
  return show(input) === 'a mapping' ? '' : `, got ${show(input)}`;
}

function wrongValue(values: readonly string[], input: unknown, path: Path): Complaint {
  if (input === undefined)
    return { code: 'missing', path, message: `missing; expected ${values.join(' or ')}` };
  const expected = values.length === 1 ? values[0] : `one of ${values.join(', ')}`;
  const hint = typeof input === 'string' ? didYouMean(input, values) : undefined;
  return {
    code: 'value',
    path,
    message: `expected ${expected}, got ${show(input)}`,
    ...(hint && { hint }),
  };
}

function expectedSize(issue: Issue & { code: 'too_small' | 'too_big' }): string {
  const bound = issue.code === 'too_small' ? issue.minimum : issue.maximum;
  const sign = issue.code === 'too_small' ? '>=' : '<=';
  if (issue.origin === 'string') return 'expected text that is not empty';
  if (issue.origin === 'array')
    return `expected ${issue.code === 'too_small' ? 'at least' : 'at most'} ${bound} entries`;
  return `expected a whole number ${sign} ${bound}`;
}

/** A value as an author recognises it, never long. */
function show(input: unknown): string {
  if (Array.isArray(input)) return input.length === 0 ? 'an empty list' : 'a list';
  if (input === null) return 'nothing';
  if (typeof input === 'object') return 'a mapping';
  if (typeof input !== 'string') return String(input);
  return JSON.stringify(input.length > 40 ? `${input.slice(0, 40)}…` : input);
}
