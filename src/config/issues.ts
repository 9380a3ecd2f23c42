import type { z } from 'zod';
import { formatPath } from '../kernel/path.ts';
import { suggest } from '../kernel/suggest.ts';
import { isSecret, keysAt, listFields } from './fields.ts';

/** What the schema or a rule refuses, before it is known where it was written. */
export interface Refusal {
  readonly path: readonly PropertyKey[];
  readonly message: string;
  /** It is about the name of the field, not about its value. */
  readonly unknownKey?: true;
}

type Issue = z.core.$ZodIssue;

/** One refusal for each mistake, in our words; shows the refused value where it is no secret. */
export function refusalsOf(issues: readonly Issue[], raw: unknown): Refusal[] {
  return issues.flatMap((issue) => refusals(issue, [], raw));
}

function refusals(issue: Issue, prefix: readonly PropertyKey[], raw: unknown): Refusal[] {
  const path = [...prefix, ...issue.path];
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      path: [...path, key],
      message: unknownKey(path, key),
      unknownKey: true as const,
    }));
  }
  if (issue.code === 'invalid_union' && issue.message.startsWith('Invalid ')) {
    const nearest = [...issue.errors].sort((one, other) => one.length - other.length)[0] ?? [];
    if (nearest.length > 0) return nearest.flatMap((inner) => refusals(inner, path, raw));
  }
  return [{ path, message: messageOf(issue, valueAt(raw, path), isSecret(path)) }];
}

function messageOf(issue: Issue, value: unknown, secret: boolean): string {
  const shown = secret ? '' : show(value);
  const own = !/^(Invalid|Too|Unrecognized) /.test(issue.message);
  if (own) return issue.message.startsWith('must be ') ? `${issue.message}${shown}` : issue.message;
  if (issue.code === 'invalid_type') {
    if (value === undefined) return 'is missing';
    const quote = issue.expected === 'string' && typeof value !== 'object' ? '; put it in quotes' : '';
    return `must be ${typeName(issue.expected)}, not ${kindOf(value)}${quote}`;
  }
  if (issue.code === 'invalid_value') {
    return value === undefined
      ? `is missing: ${oneOf(issue.values)}`
      : `must be ${oneOf(issue.values)}${shown}`;
  }
  if (issue.code === 'too_small') return `${bound('at least', issue.minimum, issue.origin)}${shown}`;
  if (issue.code === 'too_big') return `${bound('at most', issue.maximum, issue.origin)}${shown}`;
  return `is not valid${shown}`;
}

function bound(word: string, limit: number | bigint, origin: string): string {
  if (origin === 'array' || origin === 'set')
    return `must have ${word} ${limit} ${limit === 1 ? 'entry' : 'entries'}`;
  if (origin === 'string') return `must have ${word} ${limit} ${limit === 1 ? 'character' : 'characters'}`;
  return `must be ${word} ${limit}`;
}

function unknownKey(path: readonly PropertyKey[], key: string): string {
  const near = suggest(key, keysAt(path));
  if (near !== undefined) return `is no known field: did you mean ${formatPath([...path, near])}?`;
  const elsewhere = listFields().find((field) => field.path.at(-1) === key);
  if (elsewhere !== undefined) return `is no known field here: did you mean ${formatPath(elsewhere.path)}?`;
  const known = keysAt(path);
  return known.length === 0 ? 'is no known field' : `is no known field; known here: ${known.join(', ')}`;
}

function valueAt(raw: unknown, path: readonly PropertyKey[]): unknown {
  let value: unknown = raw;
  for (const part of path) value = (value as Record<PropertyKey, unknown> | null | undefined)?.[part];
  return value;
}

function show(value: unknown): string {
  if (typeof value === 'string') return value.length > 100 ? '' : `, not ${JSON.stringify(value)}`;
  return typeof value === 'number' || typeof value === 'boolean' ? `, not ${value}` : '';
}

function oneOf(values: readonly unknown[]): string {
  return values.length === 1 ? String(values[0]) : `one of ${values.join(', ')}`;
}

function typeName(expected: string): string {
  const names: Record<string, string> = {
    string: 'text',
    number: 'a number',
    int: 'a whole number',
    boolean: 'true or false',
    array: 'a list',
    object: 'a mapping',
    record: 'a mapping',
  };
  return names[expected] ?? expected;
}

function kindOf(value: unknown): string {
  if (value === null) return 'empty';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'string') return 'text';
  return typeof value === 'object' ? 'a mapping' : `a ${typeof value}`;
}
