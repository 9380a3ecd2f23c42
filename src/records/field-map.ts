import type { LogRecord } from '../model/record.ts';
import type { FieldPath } from './field-path.ts';
import { type FieldTarget, fieldsOf, fieldTarget } from './fields.ts';
import { lastHeader } from './headers.ts';
import type { FieldSource, Input } from './input.ts';

/** A record with the parts of its value and key that the map asks for. */
export interface OpenedRecord {
  readonly record: LogRecord;
  /** By `FieldMap.valuePaths`. */
  readonly value: readonly unknown[];
  /** By `FieldMap.keyPaths`. */
  readonly key: readonly unknown[];
}

/** One of our fields, and how to get at the producer's value for it. */
export interface MappedField extends FieldTarget {
  /** Milliseconds in one of the producer's units, for instants written as numbers. */
  readonly unitMs: number;
  /** The producer's value, value map applied; undefined where there is none. */
  find(opened: OpenedRecord): unknown;
}

export interface FieldMap {
  readonly fields: readonly MappedField[];
  readonly valuePaths: readonly FieldPath[];
  readonly keyPaths: readonly FieldPath[];
  /** How a whole key is written; undefined when the schema frame or UTF-8 text is looked for. */
  readonly keyAs: 'text' | 'int32' | 'int64' | undefined;
}

/** Makes the map of an input. Without one of its own, every one of our fields is looked for under our own name. */
export function createFieldMap(input: Pick<Input, 'kind' | 'map'>): FieldMap {
  const map =
    input.map ?? Object.fromEntries(Object.keys(fieldsOf(input.kind)).map((field) => [field, field]));
  const valuePaths: FieldPath[] = [];
  const keyPaths: FieldPath[] = [];
  let keyAs: FieldMap['keyAs'];
  const fields: MappedField[] = [];
  for (const [name, source] of Object.entries(map)) {
    const target = fieldTarget(input.kind, name);
    if (!target) continue;
    if (typeof source === 'object' && 'key' in source) keyAs = source.as ?? keyAs;
    const find = withValues(source, finder(source, valuePaths, keyPaths));
    fields.push({ ...target, unitMs: unitMsOf(source), find });
  }
  return { fields, valuePaths, keyPaths, keyAs };
}

type Find = MappedField['find'];

function finder(source: FieldSource, valuePaths: FieldPath[], keyPaths: FieldPath[]): Find {
  if (typeof source === 'string') return fromValue(valuePaths.push(source.split('.')) - 1);
  if ('path' in source) return fromValue(valuePaths.push(segments(source.path)) - 1);
  if ('key' in source) return fromKey(keyPaths.push(source.key === true ? [] : segments(source.key)) - 1);
  if ('header' in source) {
    const { header } = source;
    return ({ record }) => lastHeader(record.headers, header)?.toString('utf8');
  }
  const { constant } = source;
  return () => constant;
}

function fromValue(slot: number): Find {
  return ({ value }) => value[slot];
}

function fromKey(slot: number): Find {
  return ({ key }) => key[slot];
}

function segments(path: string | readonly string[]): FieldPath {
  return typeof path === 'string' ? path.split('.') : path;
}

function withValues(source: FieldSource, find: Find): Find {
  if (typeof source === 'string' || !('values' in source) || source.values === undefined) return find;
  const values = new Map(Object.entries(source.values));
  const translate = (word: unknown) => (isScalar(word) ? (values.get(String(word)) ?? word) : word);
  return (opened) => {
    const found = find(opened);
    return Array.isArray(found) ? found.map(translate) : translate(found);
  };
}

function isScalar(value: unknown): boolean {
  return ['string', 'number', 'bigint', 'boolean'].includes(typeof value);
}

function unitMsOf(source: FieldSource): number {
  return typeof source === 'object' && 'unit' in source && source.unit === 's' ? 1_000 : 1;
}
