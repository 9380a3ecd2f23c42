import type { CustomerState } from '../../model/customer-state.ts';
import { coordinates, type LogRecord } from '../../model/record.ts';
import { instantText } from '../../rules/events/evidence.ts';
import { explainDecision } from '../render/decision.ts';
import type { TailedDecision } from '../tailed-record.ts';
import type { FoundDecisions, LookedAt } from './decision-search.ts';
import { type CustomerSheet, customerJson } from './sheet.ts';

/** Of the JSON: it grows with what it has more, and is never given for something that means another thing. */
const EXPORT_VERSION = 1;

/** Everything that Tact and its topics know about one customer. */
export interface CustomerExport {
  readonly sheet: CustomerSheet;
  /** Of the messages that wait, as they came in. */
  readonly waitingRecords: readonly LogRecord[];
  readonly decisions: CollectedDecisions;
}

export interface CollectedDecisions {
  /** The latest first, each once. */
  readonly decisions: readonly TailedDecision[];
  readonly lookedAt: readonly LookedAt[];
  /** Why a topic could not be read to the end. */
  readonly problems: readonly string[];
}

/** What was found on several topics: a suppressed message is told on two where all decisions are published. */
export function collectDecisions(found: readonly FoundDecisions[]): CollectedDecisions {
  const byId = new Map<string, TailedDecision>();
  for (const { decisions } of found) for (const each of decisions) byId.set(each.decisionId, each);
  return {
    decisions: [...byId.values()].sort((one, other) => other.decidedAt - one.decidedAt),
    lookedAt: found.flatMap(({ lookedAt }) => (lookedAt === undefined ? [] : [lookedAt])),
    problems: found.flatMap(problemsOf),
  };
}

function problemsOf({ problem, unread, lookedAt }: FoundDecisions): string[] {
  if (problem !== undefined) return [problem];
  if (unread === undefined || lookedAt === undefined) return [];
  return [`${lookedAt.topic}/${lookedAt.partition}: ${unread} offsets before its end were not read`];
}

/** What else a company holds about the customer on the way of a message, and why it is not here. */
export const NOT_INCLUDED = [
  {
    what: 'the content of messages that were cleared or stopped',
    why: 'it belongs to the platforms that send; Tact keeps it only while a message waits, and then it is in here',
  },
  {
    what: 'records of the input topics and the cleared topic',
    why: 'they are the producers’ own; what decisions use of them is in here',
  },
  {
    what: 'dead letters',
    why: 'whose record it was could not be read',
  },
  {
    what: 'decisions on cleared messages rule by rule, unless outputs.decided.mode is all',
    why: 'they are not published; that the message was cleared, and when, is in here for 35 days',
  },
  {
    what: 'decisions that are past the retention of their topic',
    why: 'the topic has deleted them',
  },
] as const;

/** The same as one value, every instant in ISO 8601 and UTC; described in src/cli/README.md. */
export function exportJson({ sheet, waitingRecords, decisions }: CustomerExport) {
  const { now, state: _, shard, watermark, countsNotShown: __, ...base } = customerJson(sheet);
  const { state } = sheet.remembered;
  const whole = {
    format: 'tact-customer-export',
    version: EXPORT_VERSION,
    exportedAt: instantText(sheet.now),
    ...base,
    ...(state && stateJson(state, waitingRecords)),
    messageNow: now,
    decisions: decisions.decisions.map((each) => ({
      ...each,
      explanation: explainDecision(each, base.zone),
    })),
    lookedAt: { shard, watermark, topics: decisions.lookedAt },
    ...(decisions.problems.length > 0 && { incomplete: decisions.problems }),
    notIncluded: NOT_INCLUDED,
  };
  return dated(whole, '');
}

/** Every part of the state under the name that it has there, those that belong together in one. */
function stateJson(state: CustomerState, waitingRecords: readonly LogRecord[]) {
  const { attributes, attributeTimes, timezone, timezoneAt, busyUntil, busyAt, waiting, ...others } = state;
  return {
    ...others,
    ...(timezone !== undefined && { timezone: { value: timezone, at: timezoneAt } }),
    ...(busyUntil !== undefined && { doNotDisturb: { until: busyUntil, at: busyAt } }),
    attributes: Object.entries(attributes).map(([name, value]) => ({
      name,
      value,
      at: Object.hasOwn(attributeTimes, name) ? attributeTimes[name] : undefined,
    })),
    waiting: waiting.map((each) => ({ ...each, record: recordJson(each.source, waitingRecords) })),
  };
}

/** The record of a waiting message; undefined where it ceased to wait while the export was made. */
function recordJson(source: string, records: readonly LogRecord[]) {
  const record = records.find((each) => coordinates(each) === source);
  if (record === undefined) return undefined;
  const base64 = (bytes: Buffer | null) => bytes?.toString('base64') ?? null;
  return {
    timestamp: record.timestamp,
    keyBase64: base64(record.key),
    valueBase64: base64(record.value),
    headers: record.headers.map(({ name, value }) => ({ name, valueBase64: base64(value) })),
  };
}

/** The fields of state and decisions that are instants, besides those whose names end with `At`. */
const INSTANTS: ReadonlySet<string> = new Set([
  'at',
  'until',
  'since',
  'timestamp',
  'windowStart',
  'incompleteUntil',
  'allowsUntil',
]);

function dated(value: unknown, name: string): unknown {
  if (typeof value === 'number') return isInstant(name) ? instantText(value) : value;
  if (Array.isArray(value)) return value.map((each) => dated(each, name));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, dated(part, key)]));
}

function isInstant(name: string): boolean {
  return INSTANTS.has(name) || name.endsWith('At');
}
