import { z } from 'zod';
import type { Weekday } from '../../model/calendar.ts';
import { MINUTES_OF_DAY } from '../../model/clock-reading.ts';
import type { OpenWeek } from '../../model/timetable.ts';
import { openWeekWhere } from '../../model/timetable.ts';
import { weekdaySchema } from '../written/written.ts';

/** A span of every week by the clock, `[from, to)`; over midnight, into the next day, where `to` is not after `from`. */
export interface WrittenSpan {
  /** Minutes after midnight. */
  readonly from: number;
  readonly to: number;
  /** The days on which it begins. */
  readonly days: readonly Weekday[];
}

const EVERY_DAY: readonly Weekday[] = [1, 2, 3, 4, 5, 6, 7];
const A_TIME_OF_DAY = 'expected a time of day such as 08:00 or 21:30, up to 24:00';
const TIME_PATTERN = /^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$/;
const DATE_PATTERN = /^([0-9]{4}-)?(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$/;

/** A time of day by the clock, in minutes after midnight. */
export const timeOfDaySchema = z
  .string({ error: A_TIME_OF_DAY })
  .regex(TIME_PATTERN, { message: A_TIME_OF_DAY, abort: true })
  .transform((text) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3)))
  .meta({ description: 'A time of day by the clock, 00:00 to 24:00.' });

const spanSchema = z
  .strictObject({
    from: timeOfDaySchema.optional().meta({ description: 'Included. Without from and to: the whole day.' }),
    to: timeOfDaySchema
      .optional()
      .meta({ description: 'Not included; of the next day, unless it is after `from`.' }),
    days: z
      .array(weekdaySchema)
      .min(1)
      .optional()
      .meta({ description: 'The days on which it begins; every day, unless it says.' }),
  })
  .refine(({ from, to }) => (from === undefined) === (to === undefined), {
    message: 'expected both from and to, or neither',
    abort: true,
  })
  .transform(({ from, to, days }) => spanOf(from, to, days));

/** Spans of every week. */
export const spansSchema = z.array(spanSchema).min(1);

/** A date, or a day of every year. */
export const dateSchema = z
  .string()
  .refine(isDate, { message: 'expected a date such as 2026-12-25, or 12-25 for every year' })
  .meta({
    pattern: DATE_PATTERN.source,
    description: 'A date such as 2026-12-25, or 12-25 for every year.',
  });

/** A span of whole days, of every day, unless it says. */
export function spanOf(from = 0, to = MINUTES_OF_DAY, days = EVERY_DAY): WrittenSpan {
  return { from, to, days };
}

/** The week that is open within the spans, or outside of them. */
export function openWeek(spans: readonly WrittenSpan[], open: 'within' | 'outside'): OpenWeek {
  const edges = spans.flatMap(({ from, to }) => [from, to]);
  return openWeekWhere(
    edges,
    (weekday, minute) => spans.some((span) => covers(span, weekday, minute)) === (open === 'within'),
  );
}

function covers({ from, to, days }: WrittenSpan, weekday: Weekday, minute: number): boolean {
  if (from < to) return days.includes(weekday) && from <= minute && minute < to;
  const dayBefore = (weekday === 1 ? 7 : weekday - 1) as Weekday;
  return (days.includes(weekday) && from <= minute) || (days.includes(dayBefore) && minute < to);
}

function isDate(text: string): boolean {
  if (!DATE_PATTERN.test(text)) return false;
  // Every day of the year exists in a leap year.
  const date = text.length === 5 ? `2024-${text}` : text;
  const parsed = new Date(`${date}T00:00:00Z`);
  return !Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(date);
}
