import { dateAt, dateNamed, startOfDate, unitAround } from './clock.ts';
import type { Send } from './remembered.ts';
import { type View, zoneFor } from './view.ts';
import { ms, type WrittenWindow } from './written.ts';

/** A window as it lies at one instant. */
export interface Lies {
  inside(send: Send): boolean;
  /** Where the window has an end: the first instant after it. */
  readonly end?: number;
}

/** `counted` are all sends ever that count; a window that opens at one of them depends on them. */
export function lies(window: WrittenWindow, view: View, counted: readonly Send[]): Lies {
  if (window === 'lifetime') return { inside: () => true };
  if (typeof window === 'string') return { inside: ({ at }) => at > view.now - ms(window) };
  if ('from' in window) return liesFromFirstSend(ms(window.length), view.now, counted);
  const { start, end } = 'days' in window ? block(window, view, view.now) : units(window, view, view.now);
  return { inside: ({ at }) => at >= start, end };
}

type UnitsWindow = Extract<WrittenWindow, { calendar: unknown }>;
type BlockWindow = Extract<WrittenWindow, { days: unknown }>;

/** The present unit, and those before it that the window reaches back over. */
function units({ calendar, units = 1, zone, weekStart }: UnitsWindow, view: View, at: number) {
  const where = zoneFor(view, zone);
  const present = unitAround(calendar, where, at, weekStart);
  let { start } = present;
  for (let more = 1; more < units; more++) start = unitAround(calendar, where, start - 1, weekStart).start;
  return { start, end: present.end };
}

function block({ days, anchor, zone }: BlockWindow, view: View, at: number) {
  const where = zoneFor(view, zone);
  let first = dateNamed(anchor);
  const date = dateAt(where, at);
  while (first > date) first -= days;
  while (first + days <= date) first += days;
  return { start: startOfDate(where, first), end: startOfDate(where, first + days) };
}

/** The first counted send opens, and the first at or after the end opens the next. */
function liesFromFirstSend(length: number, now: number, counted: readonly Send[]): Lies {
  let opened: number | undefined;
  for (const { at } of counted) if (opened === undefined || at >= opened + length) opened = at;
  if (opened === undefined || now >= opened + length) return { inside: () => false };
  const start = opened;
  return { inside: ({ at }) => at >= start, end: start + length };
}

/** Every instant at which something leaves the window, or at which one of the next windows ends. */
export function windowChanges(window: WrittenWindow, view: View, counted: readonly Send[]): number[] {
  if (window === 'lifetime') return [];
  if (typeof window === 'string') return counted.map(({ at }) => at + ms(window));
  if ('from' in window) {
    const { end } = lies(window, view, counted);
    return end === undefined ? [] : [end];
  }
  const ends: number[] = [];
  let at = view.now;
  const number = 'days' in window ? 3 : (window.units ?? 1) + 3;
  while (ends.length < number) {
    at = ('days' in window ? block(window, view, at) : units(window, view, at)).end;
    ends.push(at);
  }
  return ends;
}
