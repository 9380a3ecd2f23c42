import { Temporal } from 'temporal-polyfill';
import type { Instant } from '../kernel/time.ts';
import { HOUR, MINUTE } from '../kernel/time.ts';

export const CALENDAR_UNITS = ['minute', 'hour', 'day', 'week', 'month'] as const;
export type CalendarUnit = (typeof CALENDAR_UNITS)[number];

/** 1 is Monday (ISO), 7 is Sunday. */
export type Weekday = 1 | 2 | 3 | 4 | 5 | 6 | 7;

/** The instants `[start, end)`. */
export interface Span {
  readonly start: Instant;
  readonly end: Instant;
}

/** The first millisecond of the year 10000; calendars are not asked about what lies outside `[0, CALENDAR_END)`. */
const CALENDAR_END: Instant = 253_402_300_800_000;
const ZONES_MAX = 2_000;

/**
 * The last span of each zone, by unit and first day of the week. Decisions are made in the order of time, so nearly
 * every question falls into the span that answered the one before it.
 */
const lastSpans = new Map<string, Map<string, Span>>();
const knownZones = new Map<string, boolean>();

/**
 * The calendar span around an instant in an IANA zone that `isKnownZone`. The spans of a unit cover time without gap or
 * overlap, whatever the clocks do. A day begins at its first instant, and is over once the next one has begun. Where
 * the clocks change within an hour or a minute, the span ends there and the next begins.
 */
export function calendarSpan(unit: CalendarUnit, zone: string, at: Instant, weekStart: Weekday = 1): Span {
  const instant = Math.min(Math.max(at, 0), CALENDAR_END);
  const spans = spansOf(unit === 'week' ? `week${weekStart}` : unit);
  const last = spans.get(zone);
  if (last && last.start <= instant && instant < last.end) return last;
  const span =
    unit === 'minute' || unit === 'hour'
      ? clockSpan(unit === 'hour' ? HOUR : MINUTE, zone, instant)
      : dateSpan(unit, zone, instant, weekStart);
  if (spans.size >= ZONES_MAX) spans.clear();
  spans.set(zone, span);
  return span;
}

/** Whether this is a zone whose clocks are known. */
export function isKnownZone(zone: string): boolean {
  const known = knownZones.get(zone);
  if (known !== undefined) return known;
  const answer = zone.length <= 64 && /^[A-Za-z]/.test(zone) && canReadClocks(zone);
  if (knownZones.size >= ZONES_MAX) knownZones.clear();
  knownZones.set(zone, answer);
  return answer;
}

function canReadClocks(zone: string): boolean {
  try {
    zoned(0, zone);
    return true;
  } catch {
    return false;
  }
}

function spansOf(key: string): Map<string, Span> {
  let spans = lastSpans.get(key);
  if (!spans) {
    spans = new Map();
    lastSpans.set(key, spans);
  }
  return spans;
}

function zoned(at: Instant, zone: string): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone);
}

function dateSpan(unit: 'day' | 'week' | 'month', zone: string, at: Instant, weekStart: Weekday): Span {
  let first = firstDate(unit, zoned(at, zone).toPlainDate(), weekStart);
  let start = startOfDate(first, zone);
  for (;;) {
    const next = first.add(unit === 'day' ? { days: 1 } : unit === 'week' ? { weeks: 1 } : { months: 1 });
    const end = startOfDate(next, zone);
    // Clocks set back over midnight show the old date again, after the new one has begun.
    if (end > at) return { start, end };
    first = next;
    start = end;
  }
}

function firstDate(
  unit: 'day' | 'week' | 'month',
  date: Temporal.PlainDate,
  weekStart: Weekday,
): Temporal.PlainDate {
  if (unit === 'day') return date;
  if (unit === 'month') return date.with({ day: 1 });
  return date.subtract({ days: (date.dayOfWeek - weekStart + 7) % 7 });
}

function startOfDate(date: Temporal.PlainDate, zone: string): Instant {
  return date.toZonedDateTime({ timeZone: zone }).epochMilliseconds;
}

function clockSpan(size: number, zone: string, at: Instant): Span {
  const offset = offsetAt(at, zone);
  const start = Math.floor((at + offset) / size) * size - offset;
  const end = start + size;
  return {
    start:
      offsetAt(start, zone) === offset ? start : firstWith(start, at, (t) => offsetAt(t, zone) === offset),
    end:
      offsetAt(end - 1, zone) === offset ? end : firstWith(at, end - 1, (t) => offsetAt(t, zone) !== offset),
  };
}

function offsetAt(at: Instant, zone: string): number {
  return zoned(at, zone).offsetNanoseconds / 1_000_000;
}

/** The first instant in `(from, to]` where the fact holds, given that it fails at `from`, holds at `to` and stays. */
function firstWith(from: Instant, to: Instant, fact: (at: Instant) => boolean): Instant {
  let fails = from;
  let holds = to;
  while (holds - fails > 1) {
    const middle = Math.floor((fails + holds) / 2);
    if (fact(middle)) holds = middle;
    else fails = middle;
  }
  return holds;
}
