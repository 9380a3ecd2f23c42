import { createHash } from 'node:crypto';
import type { Instant } from '../../kernel/time.ts';
import { RETENTION } from '../../model/customer-state.ts';
import { parseObject } from '../event.ts';
import type { ColumnPlan, PlannedField } from './columns.ts';
import type { ImportRow } from './table.ts';
import { parseTime } from './time.ts';
import { DEFAULT_TYPE, EXAMPLE_TYPES, type ImportKind, typeOf } from './words.ts';

/** How rows become interactions. */
export interface ImportRules {
  readonly kind: ImportKind;
  readonly plan: ColumnPlan;
  /** IANA zone of times that name none. */
  readonly zone: string;
  readonly now: Instant;
}

export type Imported =
  | {
      readonly kind: 'interaction';
      /** As the JSON reader takes it. */
      readonly value: Readonly<Record<string, unknown>>;
      readonly customerId: string;
      readonly type: string;
      readonly channel?: string;
      /** Whether its time was read as the clocks of the zone show it. */
      readonly assumedZone: boolean;
    }
  /** A send that no limit looks back to any more. */
  | { readonly kind: 'too-old' }
  | { readonly kind: 'bad'; readonly problem: string };

/** A row as an interaction; equal rows always become equal ones, so that it may be imported again. */
export function importRow({ cells, problem }: ImportRow, rules: ImportRules): Imported {
  if (problem !== undefined) return bad(problem);
  const value: Record<string, unknown> = {};
  let assumedZone = false;
  for (const field of rules.plan.fields) {
    const raw = cellOf(field, cells);
    if (raw === undefined) continue;
    const read = readField(field, raw, rules);
    if ('problem' in read) return bad(read.problem);
    if (read.assumedZone) assumedZone = true;
    put(value, field, read.value);
  }
  value.type ??= DEFAULT_TYPE[rules.kind];
  return checked(value, assumedZone, rules);
}

function checked(
  value: Record<string, unknown>,
  assumedZone: boolean,
  { kind, now, zone }: ImportRules,
): Imported {
  const { type, customerId, occurredAt, channel } = value;
  if (customerId === undefined) return bad('names no customer');
  if (typeof type !== 'string') return bad('has no type');
  if (typeof occurredAt !== 'number') return bad('does not say when it happened');
  const asRead = assumedZone ? `, its time being read as ${zone}` : '';
  if (occurredAt > now) return bad(`says that it happened in the future${asRead}`);
  if (kind === 'sends' && channel === undefined) return bad('names no channel');
  if (type === 'sent' && occurredAt <= now - RETENTION) return { kind: 'too-old' };
  return {
    kind: 'interaction',
    value: identified(reaching(value, kind)),
    customerId: String(customerId),
    type,
    ...(typeof channel === 'string' && { channel }),
    assumedZone,
  };
}

/** An opt-out reaches as far as its scope, so the channel of a suppression list is that. */
function reaching(value: Record<string, unknown>, kind: ImportKind): Record<string, unknown> {
  const { channel, scope } = value;
  if (kind !== 'suppressions' || channel === undefined || scope !== undefined) return value;
  return { ...value, scope: { channel: [channel] } };
}

/** With ids that are the same whenever the same row comes, and its own where it has any. */
function identified(value: Record<string, unknown>): Record<string, unknown> {
  const sorted = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  const digest = createHash('sha256').update(JSON.stringify(sorted)).digest('base64url').slice(0, 22);
  const id = `import-${digest}`;
  return { interactionId: id, ...(value.type === 'sent' && { messageId: id }), ...value };
}

/** What the row says; undefined where it says nothing. */
function cellOf(field: PlannedField, cells: ImportRow['cells']): unknown {
  if ('constant' in field) return field.constant;
  const raw = Object.hasOwn(cells, field.column)
    ? cells[field.column]
    : field.column.split('.').reduce<unknown>(part, cells);
  const trimmed = typeof raw === 'string' ? raw.trim() : raw;
  return trimmed === '' || trimmed === null ? undefined : trimmed;
}

function part(value: unknown, name: string): unknown {
  const isObject = typeof value === 'object' && value !== null && Object.hasOwn(value, name);
  return isObject ? (value as Record<string, unknown>)[name] : undefined;
}

type Read = { readonly value: unknown; readonly assumedZone?: boolean } | { readonly problem: string };

function readField({ name, kind, entry }: PlannedField, raw: unknown, rules: ImportRules): Read {
  if (name === 'type') return readType(raw, rules);
  switch (kind) {
    case 'past-instant':
    case 'instant':
      return readTime(name, raw, rules);
    case 'list':
    case 'scope':
      return { value: typeof raw === 'string' ? listOf(raw) : raw };
    case 'flag':
      return { value: typeof raw === 'string' ? /^(true|yes|y|1)$/i.test(raw) : raw };
    case 'preferences':
    case 'entries':
      return { value: entry === undefined && typeof raw === 'string' ? (parseObject(raw) ?? raw) : raw };
    default:
      return { value: raw };
  }
}

function readType(raw: unknown, { kind }: ImportRules): Read {
  const type = typeOf(kind, String(raw));
  return type === undefined
    ? { problem: `has a type that ${kind} do not have${typesHint(kind)}` }
    : { value: type };
}

function typesHint(kind: ImportKind): string {
  const example = EXAMPLE_TYPES[kind];
  return example === undefined ? '' : `: write ${example}`;
}

function readTime(name: string, raw: unknown, { zone }: ImportRules): Read {
  const time = parseTime(raw, zone);
  if (time) return { value: time.at, assumedZone: !time.zoned };
  return { problem: `has a time in ${name} that cannot be told: write 2026-03-10T09:00:00Z` };
}

/** `shoes/running; sale` or `shoes/running|sale` as a list. */
function listOf(text: string): string[] {
  return text
    .split(/[;|,]/)
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

function put(value: Record<string, unknown>, { field, entry }: PlannedField, read: unknown): void {
  if (entry === undefined) value[field] = read;
  else value[field] = { ...(value[field] as object | undefined), [entry]: read };
}

function bad(problem: string): Imported {
  return { kind: 'bad', problem };
}
