import { Temporal } from 'temporal-polyfill';
import type { Duration, Instant } from '../kernel/time.ts';
import { DAY, HOUR, MINUTE } from '../kernel/time.ts';
import { offsetSpan } from './zone-offset.ts';

export const CALENDAR_UNITS = ['minute', 'hour', 'day', 'week', 'month'] as const;
export type CalendarUnit = (typeof CALENDAR_UNITS)[number];

/** 1 is Monday (ISO), 7 is Sunday. */
export type Weekday = 1 | 2 | 3 | 4 | 5 | 6 | 7;

/** The instants `[start, end)`. */
export interface Span {
  readonly start: Instant;
  readonly end: Instant;
}

/** How a calendar cuts time into spans: by the clock, by so many dates counted from one of them, or by months. */
export type Cut =
  | { readonly kind: 'clock'; readonly size: Duration }
  /** Dates are days since 1970-01-01. */
  | { readonly kind: 'dates'; readonly days: number; readonly anchor: number }
  | { readonly kind: 'months' };

/** The first millisecond of the year 10000; calendars are not asked about what lies outside `[0, CALENDAR_END)`. */
const CALENDAR_END: Instant = 253_402_300_800_000;
/** 1970-01-05 was a Monday. */
const A_MONDAY = 4;
const ZONES_MAX = 2_000;

const knownZones = new Map<string, boolean>();

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
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(zone);
    return true;
  } catch {
    return false;
  }
}

/** How a unit cuts time; the first day matters to weeks only. */
export function cutOf(unit: CalendarUnit, weekStart: Weekday = 1): Cut {
  switch (unit) {
    case 'minute':
      return { kind: 'clock', size: MINUTE };
    case 'hour':
      return { kind: 'clock', size: HOUR };
    case 'day':
      return { kind: 'dates', days: 1, anchor: 0 };
    case 'week':
      return { kind: 'dates', days: 7, anchor: A_MONDAY + weekStart - 1 };
    case 'month':
      return { kind: 'months' };
  }
}

/**
 * The start of the span so many spans after the one around an instant, before it where `steps` is negative, in an IANA
 * zone that `isKnownZone`. Spans cover time without gap or overlap, whatever the clocks do. A date begins at its first
 * instant, and is over once the next one has begun. Where the clocks change within an hour or a minute, the span ends
 * there and the next begins.
 */
export function spanStart(cut: Cut, zone: string, at: Instant, steps: number): Instant {
  const instant = Math.min(Math.max(at, 0), CALENDAR_END);
  if (cut.kind === 'clock') return clockStart(cut.size, zone, instant, steps);
  const date = dateAt(zone, instant);
  if (cut.kind === 'months') return dateStart(zone, firstOfMonth(date, steps));
  const { days, anchor } = cut;
  return dateStart(zone, anchor + (Math.floor((date - anchor) / days) + steps) * days);
}

/** The span around an instant. */
export function spanAround(cut: Cut, zone: string, at: Instant): Span {
  return { start: spanStart(cut, zone, at, 0), end: spanStart(cut, zone, at, 1) };
}

function firstOfMonth(date: number, steps: number): number {
  const day = new Date(date * DAY);
  return Date.UTC(day.getUTCFullYear(), day.getUTCMonth() + steps, 1) / DAY;
}

/** Clocks set back over midnight show the old date again, after the new one has begun. */
function dateAt(zone: string, at: Instant): number {
  const date = Math.floor((at + offsetSpan(zone, at).offset) / DAY);
  return dateStart(zone, date + 1) <= at ? date + 1 : date;
}

/** The first instant at which the clocks show the date, or, where they leave it out, a later one. */
function dateStart(zone: string, date: number): Instant {
  const midnight = date * DAY;
  // No zone is a whole day ahead of UTC.
  let span = offsetSpan(zone, midnight - DAY);
  while (span.end + span.offset <= midnight) span = offsetSpan(zone, span.end);
  return Math.max(midnight - span.offset, span.start);
}

function clockStart(size: Duration, zone: string, at: Instant, steps: number): Instant {
  let start = clockSpan(size, zone, at).start;
  let left = Math.abs(steps);
  while (left > 0) {
    const whole = wholeSpans(size, zone, start, steps);
    const taken = Math.min(whole, left);
    if (whole > 0) start += Math.sign(steps) * taken * size;
    else start = steps > 0 ? clockSpan(size, zone, start).end : clockSpan(size, zone, start - 1).start;
    left -= Math.max(taken, 1);
  }
  return start;
}

/** How many whole spans follow an instant, or lie before it where `steps` is negative, until the clocks may change. */
function wholeSpans(size: Duration, zone: string, from: Instant, steps: number): number {
  const { start, end, offset } = offsetSpan(zone, steps > 0 ? from : from - 1);
  if ((from + offset) % size !== 0) return 0;
  return Math.floor((steps > 0 ? end - from : from - start) / size);
}

function clockSpan(size: Duration, zone: string, at: Instant): Span {
  const { offset } = offsetSpan(zone, at);
  const start = Math.floor((at + offset) / size) * size - offset;
  return { start: steadyFrom(zone, at, start), end: steadyUntil(zone, at, start + size) };
}

/** The first instant of `[from, at]` since which the clocks have not changed. */
function steadyFrom(zone: string, at: Instant, from: Instant): Instant {
  let { start, offset } = offsetSpan(zone, at);
  while (start > from) {
    const before = offsetSpan(zone, start - 1);
    if (before.offset !== offset) return start;
    start = before.start;
  }
  return from;
}

/** The end of the instants of `[at, to)` until which the clocks do not change. */
function steadyUntil(zone: string, at: Instant, to: Instant): Instant {
  let { end, offset } = offsetSpan(zone, at);
  while (end < to) {
    const after = offsetSpan(zone, end);
    if (after.offset !== offset) return end;
    end = after.end;
  }
  return to;
}
