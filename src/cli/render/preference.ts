import type { HourSpan } from '../../model/preferences.ts';

/** By `Weekday` less one. */
export const WEEKDAYS = [
  'Monday',
  'Tuesday',
  'Wednesday',
  'Thursday',
  'Friday',
  'Saturday',
  'Sunday',
] as const;

/** `09:00–12:00, 18:00–20:00`. */
export function describeHours(hours: readonly HourSpan[]): string {
  return hours.map(({ from, to }) => `${clock(from)}–${clock(to)}`).join(', ');
}

function clock(minutes: number): string {
  return [Math.floor(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, '0')).join(':');
}
