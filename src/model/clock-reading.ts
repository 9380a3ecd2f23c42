import type { Instant } from '../kernel/time.ts';
import { DAY, MINUTE } from '../kernel/time.ts';
import type { Weekday } from './calendar.ts';
import { offsetSpan } from './zone-offset.ts';

/** So many minutes does the day of a clock have, whatever the day. */
export const MINUTES_OF_DAY = 1_440;

/** What calendar and clock of a zone show at an instant. An instant that clocks show twice reads the same both times. */
export interface ClockReading {
  /** The date, in days since 1970-01-01. */
  readonly day: number;
  readonly weekday: Weekday;
  /** The minute of the day, from 0 to 1439. */
  readonly minute: number;
}

/** The reading at an instant in a zone that `isKnownZone`. */
export function readClock(zone: string, at: Instant): ClockReading {
  return readingOf(at + offsetSpan(zone, at).offset);
}

/** The first instant after `at` that may show another date or a minute of the day that is not before `minute`. */
export function whenClockShows(zone: string, minute: number, at: Instant): Instant {
  const { end, offset } = offsetSpan(zone, at);
  const local = at + offset;
  return Math.min(Math.floor(local / DAY) * DAY + minute * MINUTE - offset, end);
}

/** The date as `2026-03-04`; undefined outside the years that have four digits. */
export function dateText({ day }: ClockReading): string | undefined {
  const date = new Date(day * DAY);
  const text = Number.isNaN(date.getTime()) ? '' : date.toISOString();
  return text.length === FOUR_DIGIT_YEAR ? text.slice(0, 10) : undefined;
}

const FOUR_DIGIT_YEAR = '2026-03-04T12:00:00.000Z'.length;

/** The time of day as `07:05`. */
export function timeText({ minute }: ClockReading): string {
  const two = (value: number) => String(value).padStart(2, '0');
  return `${two(Math.floor(minute / 60))}:${two(minute % 60)}`;
}

function readingOf(local: number): ClockReading {
  const day = Math.floor(local / DAY);
  return {
    day,
    // 1970-01-01 was a Thursday.
    weekday: (((((day + 3) % 7) + 7) % 7) + 1) as Weekday,
    minute: Math.floor((local - day * DAY) / MINUTE),
  };
}
