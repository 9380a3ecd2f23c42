import type { Instant } from '../../kernel/time.ts';
import type { Weekday } from '../../model/calendar.ts';
import { readClock } from '../../model/clock-reading.ts';
import type { HourSpan, Preferences } from '../../model/preferences.ts';
import { firstOpenInstant, openWeekWhere } from '../../model/timetable.ts';

/** When messages are welcome: on these days, and at these hours. An empty list leaves it open. */
export interface WelcomeTimes {
  readonly days: readonly Weekday[];
  readonly hours: readonly HourSpan[];
}

/** What the customer said about days and hours; undefined when all are welcome. */
export function welcomeTimesOf({ days, hours }: Preferences): WelcomeTimes | undefined {
  const times = { days: days?.value ?? [], hours: hours?.value ?? [] };
  return times.days.length === 0 && times.hours.length === 0 ? undefined : times;
}

/** Whether messages are welcome at an instant in a known zone. The day is that of the instant, after midnight too. */
export function isWelcomeAt(times: WelcomeTimes, zone: string, at: Instant): boolean {
  const { weekday, minute } = readClock(zone, at);
  return isWelcome(times, weekday, minute);
}

/** The first welcome instant at or after `from`; undefined when there is none. */
export function firstWelcomeInstant(times: WelcomeTimes, zone: string, from: Instant): Instant | undefined {
  const edges = times.hours.flatMap((span) => [span.from, span.to]);
  const week = openWeekWhere(edges, (weekday, minute) => isWelcome(times, weekday, minute));
  return firstOpenInstant({ week, closed: [] }, [zone], from);
}

function isWelcome({ days, hours }: WelcomeTimes, weekday: Weekday, minute: number): boolean {
  if (days.length > 0 && !days.includes(weekday)) return false;
  return hours.length === 0 || hours.some((span) => isWithinHours(span, minute));
}

function isWithinHours({ from, to }: HourSpan, minute: number): boolean {
  return from < to ? from <= minute && minute < to : from <= minute || minute < to;
}
