import { parseDuration } from '../kernel/time.ts';
import type { Weekday } from '../model/calendar.ts';
import { RETENTION } from '../model/customer-state.ts';
import {
  type HourSpan,
  type OwnLimit,
  PREFERENCES_MAX,
  type PreferencesUpdate,
} from '../model/preferences.ts';
import { addScope, badField, entriesIn, type FieldLimits, listOf } from './field-value.ts';

const DAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];
const LIMIT_MAX = 2_000;

type Reader = (field: string, raw: unknown, limits: FieldLimits) => unknown;

const PARTS: { readonly [Part in keyof PreferencesUpdate]-?: Reader } = {
  limits: (field, raw, limits) => itemsOf(field, raw).map((each) => ownLimitOf(each, limits)),
  declinedTopics: topicsOf,
  wantedTopics: topicsOf,
  days: (field, raw, limits) => listOf(field, raw, limits).map(weekdayOf),
  hours: (field, raw) => itemsOf(field, raw).map(hourSpanOf),
};

/**
 * What a customer wants from now on, part by part. A part that cannot be understood makes the whole record unreadable: a
 * wish that is half understood is not obeyed.
 */
export function preferencesOf(raw: unknown, limits: FieldLimits): PreferencesUpdate {
  const update: Record<string, unknown> = {};
  for (const [part, value] of entriesIn('preferences', raw, limits)) {
    if (value === undefined || value === null) continue;
    const read = Object.hasOwn(PARTS, part) ? PARTS[part as keyof PreferencesUpdate] : undefined;
    if (!read) throw badField(`preferences has a part that is none of ${Object.keys(PARTS).join(', ')}`);
    update[part] = read(`preferences.${part}`, value, limits);
  }
  return update;
}

function itemsOf(field: string, raw: unknown): readonly unknown[] {
  if (!Array.isArray(raw)) throw badField(`${field} is not a list`);
  if (raw.length > PREFERENCES_MAX) {
    throw badField(`${field} has ${raw.length} items, at most ${PREFERENCES_MAX} are kept`);
  }
  return raw;
}

function topicsOf(field: string, raw: unknown, limits: FieldLimits): string[] {
  const topics = [...new Set(listOf(field, raw, limits))];
  itemsOf(field, topics);
  return topics.sort();
}

function ownLimitOf(raw: unknown, limits: FieldLimits): OwnLimit {
  const { scope: written, limit, window } = partsOf('preferences.limits', raw, limits);
  const scope: Record<string, string[]> = {};
  addScope(scope, written, limits);
  const count = Number(limit);
  if (limit === undefined || limit === null || !Number.isInteger(count) || count < 0 || count > LIMIT_MAX) {
    throw badField(`preferences.limits has a limit that is no whole number from 0 to ${LIMIT_MAX}`);
  }
  const duration = parseDuration(String(window));
  if (duration === undefined || duration === 0 || duration > RETENTION) {
    throw badField('preferences.limits has a window that is not between 1ms and 35d, such as 7d');
  }
  return { scope, limit: count, window: duration };
}

function weekdayOf(name: string): Weekday {
  const day = DAYS.indexOf(name.toLowerCase()) + 1;
  if (day === 0) throw badField(`preferences.days has a day that is none of ${DAYS.join(', ')}`);
  return day as Weekday;
}

function hourSpanOf(raw: unknown): HourSpan {
  const { from, to } = (typeof raw === 'object' && raw !== null ? raw : {}) as Record<string, unknown>;
  return { from: minuteOf(from), to: minuteOf(to) };
}

/** `09:30` as minutes after midnight; `24:00` is the end of the day. */
function minuteOf(raw: unknown): number {
  const match = /^([01]?\d|2[0-4]):([0-5]\d)$/.exec(String(raw));
  const minute = match ? Number(match[1]) * 60 + Number(match[2]) : Number.NaN;
  if (!(minute <= 24 * 60)) throw badField('preferences.hours has a time that is not such as 09:30');
  return minute;
}

function partsOf(field: string, raw: unknown, limits: FieldLimits): Record<string, unknown> {
  return Object.fromEntries(entriesIn(field, raw, limits));
}
