import type { z } from 'zod';
import { didYouMean } from './did-you-mean.ts';
import { policyKeys } from './json-schema.ts';
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

/** What the schema finds wrong, in the words of a policy's author. */
export function complaintsOf(issues: readonly Issue[]): Complaint[] {
  return issues.flatMap((issue) => complaintsOfIssue(issue, issue.path as Path));
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
      return [wrongType([issue.expected], issue.input, path)];
    case 'invalid_value':
      return [wrongValue(issue.values.map(String), issue.input, path)];
    case 'too_small':
    case 'too_big':
      return [{ code: 'value', path, message: `${expectedSize(issue)}, got ${show(issue.input)}` }];
    default:
      return [{ code: 'value', path, message: `${issue.message}, got ${show(issue.input)}` }];
  }
}

function unknownKey(key: string, parent: Path): Complaint {
  const path = [...parent, key];
  if (isNotAvailable(key)) return { code: 'not-available', path, at: 'key', ...notAvailable(key) };
  const isRule = parent.length === 2 && parent[0] === 'rules';
  const kinds = isRule ? `; the rule kinds are ${LISTED_KINDS.join(', ')}` : '';
  const hint = didYouMean(
    key,
    policyKeys().filter((name) => name !== key),
  );
  return {
    code: 'unknown-key',
    path,
    at: 'key',
    message: `unknown key ${key}${kinds}`,
    ...(hint && { hint }),
  };
}

/** Of the ways something may be written, the one that was tried. */
function complaintsOfUnion(issue: Issue & { code: 'invalid_union' }, path: Path): Complaint[] {
  const ways = issue.errors as readonly (readonly Issue[])[];
  const tried = ways.find((issues) => !issues.some(isOtherType));
  if (tried !== undefined)
    return tried.flatMap((each) => complaintsOfIssue(each, [...path, ...(each.path as Path)]));
  return [
    wrongType(
      ways.flatMap((issues) => issues.flatMap(expectedTypes)),
      issue.input,
      path,
    ),
  ];
}

function isOtherType(issue: Issue): boolean {
  if (issue.path.length > 0) return false;
  if (issue.code === 'invalid_union') return issue.errors.every((issues) => issues.some(isOtherType));
  return issue.code === 'invalid_type';
}

function expectedTypes(issue: Issue): string[] {
  if (issue.code === 'invalid_union') return issue.errors.flatMap((issues) => issues.flatMap(expectedTypes));
  return issue.code === 'invalid_type' ? [issue.expected] : [];
}

function wrongType(types: readonly string[], input: unknown, path: Path): Complaint {
  if (input === undefined) {
    return { code: 'missing', path, message: `missing; expected ${expectedText(types)}` };
  }
  const last = path.at(-1);
  if (last === 'limit' && isMapping(input)) return { code: 'not-available', path, ...notAvailable('tiers') };
  const hint =
    types.every((type) => type === 'string') && typeof input === 'number' ? 'put it in quotes' : undefined;
  return {
    code: 'type',
    path,
    message: `expected ${expectedText(types)}, got ${show(input)}`,
    ...(hint && { hint }),
  };
}

function expectedText(types: readonly string[]): string {
  return [...new Set(types.filter((type) => type !== 'null').map((type) => EXPECTED[type] ?? type))].join(
    ' or ',
  );
}

function wrongValue(values: readonly string[], input: unknown, path: Path): Complaint {
  if (input === undefined)
    return { code: 'missing', path, message: `missing; expected ${values.join(' or ')}` };
  if (path.at(-1) === 'onBlock' && (input === 'defer' || isMapping(input))) {
    return { code: 'not-available', path, ...notAvailable('defer') };
  }
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

function isMapping(input: unknown): boolean {
  return typeof input === 'object' && input !== null && !Array.isArray(input);
}

/** A value as an author recognises it, never long. */
function show(input: unknown): string {
  if (Array.isArray(input)) return input.length === 0 ? 'an empty list' : 'a list';
  if (input === null) return 'nothing';
  if (typeof input === 'object') return 'a mapping';
  if (typeof input !== 'string') return String(input);
  return JSON.stringify(input.length > 40 ? `${input.slice(0, 40)}…` : input);
}
