import type { Instant } from '../kernel/time.ts';
import type { LogRecord, OutputRecord } from '../model/record.ts';
import { SCOPE_FIELDS, type Scope } from '../model/scope.ts';
import { STOP_MODES, type Stop, type StopMode } from '../model/stop.ts';

/** A key of the control topic begins with the kind of what it tells; each scope has a key of its own. */
const STOP_PREFIX = 'stop:';
const VERSION = 1;
/** In characters; the reason stands in every decision that a stop makes. */
export const BECAUSE_MAX = 200;
const VALUE_MAX = 200;
const VALUES_MAX = 50;

/** What a record of the control topic says of the stop with this key: it is there, it is gone, or nobody can tell. */
export interface StopRecord {
  readonly key: string;
  /** Null: it was resumed. */
  readonly stop: Stop | null;
}

/** The scope's record: the stop, or that it was resumed (null). */
export function stopRecord(scope: Scope, stop: Stop | null, now: Instant): OutputRecord {
  const value = stop === null ? null : Buffer.from(JSON.stringify({ v: VERSION, ...stop }));
  return { key: Buffer.from(stopKey(scope)), value, headers: [], timestamp: now };
}

/** `stop:{"channel":["push"]}`: the same for equal scopes, however they are written. */
export function stopKey(scope: Scope): string {
  const sorted = SCOPE_FIELDS.flatMap((field) => {
    const values = [...new Set(scope[field] ?? [])].sort();
    return values.length === 0 ? [] : [[field, values]];
  });
  return STOP_PREFIX + JSON.stringify(Object.fromEntries(sorted));
}

/** Undefined for what is of another kind, or of no kind that is known; `malformed` for a stop that nobody can read. */
export function readStop(record: Pick<LogRecord, 'key' | 'value'>): StopRecord | 'malformed' | undefined {
  const key = record.key?.toString('utf8') ?? '';
  if (!key.startsWith(STOP_PREFIX)) return undefined;
  if (record.value === null) return { key, stop: null };
  const stop = parseStop(record.value.toString('utf8'));
  return stop === undefined || stopKey(stop.scope) !== key ? 'malformed' : { key, stop };
}

function parseStop(text: string): Stop | undefined {
  const { v, scope, mode, at, by, because } = parseObject(text);
  if (v !== VERSION || !isScope(scope) || !isMode(mode) || !Number.isSafeInteger(at)) return undefined;
  if (!isText(by, VALUE_MAX) || !isText(because, BECAUSE_MAX)) return undefined;
  return {
    scope,
    mode,
    at: at as Instant,
    ...(by !== undefined && { by }),
    ...(because !== undefined && { because }),
  };
}

type Fields = Record<string, unknown>;

function parseObject(text: string): Fields {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isScope(value: unknown): value is Scope {
  const fields: readonly string[] = SCOPE_FIELDS;
  return (
    isObject(value) &&
    Object.entries(value).every(([field, values]) => fields.includes(field) && isValues(values))
  );
}

function isValues(values: unknown): boolean {
  if (!Array.isArray(values) || values.length === 0 || values.length > VALUES_MAX) return false;
  return values.every((value) => typeof value === 'string' && value !== '' && value.length <= VALUE_MAX);
}

function isMode(value: unknown): value is StopMode {
  return STOP_MODES.includes(value as StopMode);
}

function isText(value: unknown, max: number): value is string | undefined {
  return value === undefined || (typeof value === 'string' && value.length <= max);
}
