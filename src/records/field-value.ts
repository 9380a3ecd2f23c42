import { DAY, type Instant } from '../kernel/time.ts';
import { isScopeField } from './fields.ts';
import type { ReadFailureReason } from './reader.ts';
import { Unreadable } from './unreadable.ts';

/** The most that one field may hold. */
export interface FieldLimits {
  /** UTF-16 units of a text. */
  readonly textLengthMax: number;
  /** Items of a list, or entries of labels and scopes. */
  readonly itemsMax: number;
  /** Entries of attributes. */
  readonly attributesMax: number;
}

/** The last millisecond of the year 9999: a later end is no end. */
const END_OF_TIME: Instant = 253_402_300_799_999;
/** No fact is dated later than this, whatever the record's own time says. */
const FACTS_BEFORE: Instant = Date.UTC(2100, 0, 1);
/** How far ahead of the record's own time a fact may be dated. */
const AHEAD_MAX = DAY;

const LONE_OR_REPLACED = /[\p{Surrogate}\uFFFD]/u;
const ISO = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d))?$/;
/** Names that are something else on an ordinary object; no entry is called so. */
const RESERVED = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * The customer's id as canonical text: text as it is, nothing trimmed and no case folded; a whole number in decimal digits,
 * so that the long 42 and the text "42" are one customer. Undefined where there is none.
 */
export function customerIdOf(raw: unknown, limits: FieldLimits): string | undefined {
  if (typeof raw === 'number' && !Number.isSafeInteger(raw)) {
    throw badField('customerId is a number that is not whole or beyond 2^53; write it as text');
  }
  if (typeof raw === 'boolean') throw badField('customerId is a boolean');
  const id = textOf('customerId', raw, limits);
  if (id !== undefined && LONE_OR_REPLACED.test(id)) throw badField('customerId is not well-formed Unicode');
  return id;
}

/** Text; numbers and booleans as they are usually written. Undefined for null and for empty text. */
export function textOf(field: string, raw: unknown, limits: FieldLimits): string | undefined {
  if (raw === undefined || raw === null || raw === '') return undefined;
  const text = scalarText(raw);
  if (text === undefined) throw badField(`${field} is ${kindOf(raw)}, not text`);
  if (text.length > limits.textLengthMax) {
    throw badField(`${field} has ${text.length} characters, at most ${limits.textLengthMax} are read`);
  }
  return text;
}

/** A list of texts; a single text is a list of one, null the empty list. */
export function listOf(field: string, raw: unknown, limits: FieldLimits): string[] {
  if (raw === undefined || raw === null) return [];
  const items = Array.isArray(raw) ? raw : [raw];
  if (items.length > limits.itemsMax) {
    throw badField(`${field} has ${items.length} items, at most ${limits.itemsMax} are read`);
  }
  const texts: string[] = [];
  for (const item of items) {
    const text = textOf(field, item, limits);
    if (text !== undefined) texts.push(text);
  }
  return texts;
}

/** true or false, also as text or as 1 and 0. */
export function flagOf(field: string, raw: unknown): boolean | undefined {
  if (raw === undefined || raw === null || raw === '') return undefined;
  const text = String(raw).toLowerCase();
  if (text === 'true' || text === '1') return true;
  if (text === 'false' || text === '0') return false;
  throw badField(`${field} is ${kindOf(raw)}, not true or false`);
}

/** A finite number, or one written as text. */
export function numberOf(field: string, raw: unknown): number | undefined {
  if (raw === undefined || raw === null || raw === '') return undefined;
  const number = typeof raw === 'boolean' || typeof raw === 'object' ? Number.NaN : Number(raw);
  if (!Number.isFinite(number)) throw badField(`${field} is ${kindOf(raw)}, not a finite number`);
  return number;
}

/** When something happened: from 1970 on, not after 2100, and no more than a day after the record's own time where it has one. */
export function pastInstantOf(
  field: string,
  raw: unknown,
  unitMs: number,
  recordTime: Instant,
): Instant | undefined {
  const instant = epochMs(field, raw, unitMs);
  if (instant === undefined) return undefined;
  requireFact(field, instant);
  if (recordTime > 0 && instant > recordTime + AHEAD_MAX) {
    throw badTimestamp(`${field} lies more than a day after the record's own time`);
  }
  return instant;
}

/** The record's own time, where a fact has no other. */
export function recordInstant(field: string, recordTime: Instant): Instant {
  requireFact(`${field}, the record's own time,`, recordTime);
  return recordTime;
}

/** When something ends: from 1970 on. Beyond the year 9999, where `never` is written as a number, it is absent. */
export function instantOf(field: string, raw: unknown, unitMs: number): Instant | undefined {
  const instant = epochMs(field, raw, unitMs);
  if (instant === undefined || instant > END_OF_TIME) return undefined;
  if (instant < 0) throw badTimestamp(`${field} lies before 1970`);
  return instant;
}

/** Puts entries as text on an object without prototype. One that is no scalar, too long, or has a reserved name is left out. */
export function addEntries(
  entries: Record<string, string>,
  field: string,
  raw: unknown,
  limits: FieldLimits,
): void {
  for (const [name, value] of entriesIn(field, raw, limits)) setEntry(entries, name, value, limits);
}

/** Sets one entry as `addEntries` does. */
export function setEntry(
  entries: Record<string, string>,
  name: string,
  value: unknown,
  limits: FieldLimits,
): void {
  const text = scalarText(value);
  if (text === undefined || RESERVED.has(name)) return;
  if (Math.max(name.length, text.length) <= limits.textLengthMax) entries[name] = text;
}

/** What an opt-out covers; a field that none can be limited to is refused, since leaving it out would widen the opt-out. */
export function addScope(scope: Record<string, string[]>, raw: unknown, limits: FieldLimits): void {
  for (const [field, value] of entriesIn('scope', raw, limits)) {
    if (value === null || value === undefined) continue;
    if (!isScopeField(field)) throw badField('scope names a field that an opt-out cannot be limited to');
    const values = listOf(`scope.${field}`, value, limits);
    if (values.length > 0) scope[field] = values;
  }
}

export function entriesIn(field: string, raw: unknown, limits: FieldLimits): Iterable<[string, unknown]> {
  if (raw === undefined || raw === null) return [];
  if (typeof raw !== 'object' || Array.isArray(raw) || raw instanceof Uint8Array) {
    throw badField(`${field} is ${kindOf(raw)}, not an object`);
  }
  const entries = raw instanceof Map ? raw : Object.entries(raw);
  const count = raw instanceof Map ? raw.size : Object.keys(raw).length;
  const max = field === 'attributes' ? limits.attributesMax : limits.itemsMax;
  if (count > max) throw badField(`${field} has ${count} entries, at most ${max} are read`);
  return entries;
}

function scalarText(raw: unknown): string | undefined {
  if (typeof raw === 'string') return raw;
  return typeof raw === 'number' || typeof raw === 'bigint' || typeof raw === 'boolean'
    ? String(raw)
    : undefined;
}

function epochMs(field: string, raw: unknown, unitMs: number): number | undefined {
  if (raw === undefined || raw === null || raw === '') return undefined;
  const ms =
    typeof raw === 'string' ? parseInstant(raw, unitMs) : Number(isNumeric(raw) ? raw : Number.NaN) * unitMs;
  if (Number.isFinite(ms)) return Math.floor(ms);
  throw badTimestamp(`${field} is ${kindOf(raw)}; write epoch milliseconds, or ISO 8601 with a zone`);
}

function parseInstant(text: string, unitMs: number): number {
  if (/^-?\d{1,19}(\.\d{1,9})?$/.test(text)) return Number(text) * unitMs;
  return ISO.test(text) ? Date.parse(text) : Number.NaN;
}

function isNumeric(raw: unknown): raw is number | bigint {
  return typeof raw === 'number' || typeof raw === 'bigint';
}

function requireFact(what: string, instant: Instant): void {
  if (!(instant >= 0)) throw badTimestamp(`${what} lies before 1970`);
  if (instant >= FACTS_BEFORE) throw badTimestamp(`${what} lies after 2100`);
}

function kindOf(raw: unknown): string {
  if (Array.isArray(raw)) return 'a list';
  if (raw instanceof Uint8Array) return 'bytes';
  return (
    { string: 'text', number: 'a number', bigint: 'a number', boolean: 'a boolean' }[
      typeof raw as 'string'
    ] ?? 'an object'
  );
}

export function badField(message: string): Unreadable {
  return unreadable('bad-field', message);
}

function badTimestamp(message: string): Unreadable {
  return unreadable('bad-timestamp', message);
}

function unreadable(reason: ReadFailureReason, message: string): Unreadable {
  return new Unreadable(reason, 'TRANSFORMATION', message);
}
