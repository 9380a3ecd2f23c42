import type { Instant } from '../kernel/time.ts';
import { DAY } from '../kernel/time.ts';
import type { Weekday } from './calendar.ts';
import { type ClockReading, dateText, MINUTES_OF_DAY, readClock, whenClockShows } from './clock-reading.ts';

/** The minutes `[from, to)` of one day, by the clock. */
export interface MinuteSpan {
  readonly from: number;
  readonly to: number;
}

/** For each day from Monday on, when it is open: in order, apart from each other. */
export type OpenWeek = readonly (readonly MinuteSpan[])[];

/** When something is open, by what the clocks show. Never within less than a minute of the clock does it change. */
export interface Timetable {
  readonly week: OpenWeek;
  /** Dates that are closed all day: `2026-12-25`, or `12-25` for every year. */
  readonly closed: readonly string[];
}

/** How far ahead is searched: nothing that comes round once a year is missed. */
const AHEAD = 400 * DAY;

const WEEK: readonly Weekday[] = [1, 2, 3, 4, 5, 6, 7];

/** The week that is open where the fact holds; it may change at the edges, minutes of any day, and at midnight only. */
export function openWeekWhere(
  edges: readonly number[],
  isOpen: (weekday: Weekday, minute: number) => boolean,
): OpenWeek {
  const starts = [...new Set([0, ...edges])]
    .filter((edge) => edge < MINUTES_OF_DAY)
    .sort((one, other) => one - other);
  return WEEK.map((weekday) => {
    const spans: MinuteSpan[] = [];
    for (const [i, from] of starts.entries()) {
      if (!isOpen(weekday, from)) continue;
      const to = starts[i + 1] ?? MINUTES_OF_DAY;
      const last = spans.at(-1);
      if (last?.to === from) spans[spans.length - 1] = { from: last.from, to };
      else spans.push({ from, to });
    }
    return spans;
  });
}

/** Whether it is open when calendar and clock show this. */
export function isOpenAt({ week, closed }: Timetable, reading: ClockReading): boolean {
  const { weekday, minute } = reading;
  const spans = week[weekday - 1] as readonly MinuteSpan[];
  return spans.some(({ from, to }) => from <= minute && minute < to) && !isClosed(closed, reading);
}

function isClosed(closed: readonly string[], reading: ClockReading): boolean {
  if (closed.length === 0) return false;
  const date = dateText(reading);
  return date !== undefined && (closed.includes(date) || closed.includes(date.slice(5)));
}

/** What was found from an instant on: it holds for every later one too, up to what was found. */
interface Search {
  readonly from: Instant;
  readonly horizon: Instant;
  readonly found: Instant | undefined;
}

/** The last search of each timetable in several zones: messages come in the order of time, and ask the same. */
const lastSearches = new WeakMap<Timetable, WeakMap<readonly string[], Search>>();

/** The first instant at or after `from` at which it is open in all of the zones; undefined when 400 days hold none. */
export function firstOpenInstant(
  timetable: Timetable,
  zones: readonly string[],
  from: Instant,
): Instant | undefined {
  const horizon = Math.floor(from / DAY) * DAY + AHEAD;
  if (zones.length <= 1) return searchOpen(timetable, zones, from, horizon);
  const searches = lastSearches.get(timetable) ?? new WeakMap<readonly string[], Search>();
  lastSearches.set(timetable, searches);
  const last = searches.get(zones);
  if (last?.horizon === horizon && last.from <= from && from <= (last.found ?? horizon)) return last.found;
  const found = searchOpen(timetable, zones, from, horizon);
  searches.set(zones, { from, horizon, found });
  return found;
}

function searchOpen(
  timetable: Timetable,
  zones: readonly string[],
  from: Instant,
  horizon: Instant,
): Instant | undefined {
  let at = from;
  for (;;) {
    const before = at;
    for (const zone of zones) at = firstOpenIn(timetable, zone, at, horizon);
    if (at > horizon) return undefined;
    if (at === before) return at;
  }
}

function firstOpenIn(timetable: Timetable, zone: string, from: Instant, horizon: Instant): Instant {
  let at = from;
  while (at <= horizon) {
    const reading = readClock(zone, at);
    if (isOpenAt(timetable, reading)) break;
    at = whenClockShows(zone, nextStart(timetable, reading), at);
  }
  return at;
}

/** The minute of the day at which it may open next, or midnight. */
function nextStart({ week }: Timetable, { weekday, minute }: ClockReading): number {
  const spans = week[weekday - 1] as readonly MinuteSpan[];
  return spans.find(({ from }) => from > minute)?.from ?? MINUTES_OF_DAY;
}
