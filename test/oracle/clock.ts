import { DAY, HOUR, MINUTE } from './written.ts';

/** Clocks of our time differ from UTC by multiples of this, and change at multiples of it. */
const SLOT = 15 * MINUTE;

const formats = new Map<string, Intl.DateTimeFormat | undefined>();
const offsets = new Map<string, Map<number, number>>();
const starts = new Map<string, number>();

export function isZone(zone: string): boolean {
  return formatOf(zone) !== undefined;
}

function formatOf(zone: string): Intl.DateTimeFormat | undefined {
  if (!formats.has(zone)) {
    try {
      const fields = {
        year: 'numeric',
        month: '2-digit',
        day: '2-digit',
        hour: '2-digit',
        minute: '2-digit',
      } as const;
      formats.set(zone, new Intl.DateTimeFormat('en-GB', { timeZone: zone, hourCycle: 'h23', ...fields }));
    } catch {
      formats.set(zone, undefined);
    }
  }
  return formats.get(zone);
}

/** What clocks in the zone show beyond UTC, in milliseconds. */
export function offsetAt(zone: string, at: number): number {
  const slot = Math.floor(at / SLOT);
  let known = offsets.get(zone);
  if (known === undefined) {
    known = new Map();
    offsets.set(zone, known);
  }
  let offset = known.get(slot);
  if (offset === undefined) {
    offset = readOffset(zone, slot * SLOT);
    known.set(slot, offset);
  }
  return offset;
}

function readOffset(zone: string, at: number): number {
  const format = formatOf(zone);
  if (format === undefined) throw new Error(`not a zone: ${zone}`);
  const part: Record<string, number> = {};
  for (const { type, value } of format.formatToParts(at)) part[type] = Number(value);
  const { year = 0, month = 0, day = 0, hour = 0, minute = 0 } = part;
  const offset = Date.UTC(year, month - 1, day, hour, minute) - at;
  if (offset % SLOT !== 0) throw new Error(`${zone} is off the grid at ${at}`);
  return offset;
}

/** What a clock on the wall shows: days since 1970-01-01, minutes after midnight, 1 = Monday. */
export interface Reading {
  readonly date: number;
  readonly minute: number;
  readonly weekday: number;
}

export function readingAt(zone: string, at: number): Reading {
  const local = at + offsetAt(zone, at);
  const date = Math.floor(local / DAY);
  return { date, minute: Math.floor((local - date * DAY) / MINUTE), weekday: weekdayOf(date) };
}

/** 1970-01-01 was a Thursday. */
export function weekdayOf(date: number): number {
  return ((((date + 3) % 7) + 7) % 7) + 1;
}

/** The first instant at which clocks in the zone show this date or a later one. */
export function startOfDate(zone: string, date: number): number {
  const key = `${zone} ${date}`;
  let start = starts.get(key);
  if (start === undefined) {
    start = date * DAY - 16 * HOUR;
    while (readingAt(zone, start).date < date) start += SLOT;
    starts.set(key, start);
  }
  return start;
}

/** The date whose day it is: the latest that has begun, whatever the clocks show again. */
export function dateAt(zone: string, at: number): number {
  let date = readingAt(zone, at).date + 2;
  while (startOfDate(zone, date) > at) date--;
  return date;
}

export type Unit = 'minute' | 'hour' | 'day' | 'week' | 'month';

/** `[start, end)` of the unit around the instant. */
export interface UnitSpan {
  readonly start: number;
  readonly end: number;
}

const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];
export function weekdayNamed(name: string): number {
  return WEEKDAYS.indexOf(name) + 1;
}

export function unitAround(unit: Unit, zone: string, at: number, weekStart = 'monday'): UnitSpan {
  if (unit === 'minute') {
    const start = Math.floor(at / MINUTE) * MINUTE;
    return { start, end: start + MINUTE };
  }
  if (unit === 'hour') return hourAround(zone, at);
  const date = dateAt(zone, at);
  const { first, next } = datesAround(unit, date, weekStart);
  return { start: startOfDate(zone, first), end: startOfDate(zone, next) };
}

function datesAround(unit: Unit, date: number, weekStart: string): { first: number; next: number } {
  if (unit === 'day') return { first: date, next: date + 1 };
  if (unit === 'week') {
    let first = date;
    while (weekdayOf(first) !== weekdayNamed(weekStart)) first--;
    return { first, next: first + 7 };
  }
  const day = new Date(date * DAY);
  const firstOf = (months: number) => Date.UTC(day.getUTCFullYear(), day.getUTCMonth() + months, 1) / DAY;
  return { first: firstOf(0), next: firstOf(1) };
}

/** So long as clocks show the same hour and are not changed. */
function hourAround(zone: string, at: number): UnitSpan {
  const hourOf = (t: number) => `${Math.floor((t + offsetAt(zone, t)) / HOUR)} ${offsetAt(zone, t)}`;
  let start = Math.floor(at / SLOT) * SLOT;
  let end = start + SLOT;
  while (hourOf(start - SLOT) === hourOf(at)) start -= SLOT;
  while (hourOf(end) === hourOf(at)) end += SLOT;
  return { start, end };
}

/** `2026-01-05` as days since 1970-01-01. */
export function dateNamed(text: string): number {
  return Date.parse(`${text}T00:00:00Z`) / DAY;
}

/** `21:30` as minutes after midnight. */
export function minuteNamed(text: string): number {
  const [hours, minutes] = text.split(':');
  return Number(hours) * 60 + Number(minutes);
}
