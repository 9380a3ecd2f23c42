import { InvalidArgumentError } from 'commander';
import { type Duration, type Instant, parseDuration } from '../kernel/time.ts';

/** Reads a whole number in `[min, max]`, for commander. */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = /^-?\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= min && value <= max) return value;
    throw new InvalidArgumentError(`Must be a whole number from ${min} to ${max}.`);
  };
}

/** Reads `2026-03-10` as its midnight UTC, for commander. */
export function calendarDate(text: string): Instant {
  const date = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  if (Number.isNaN(date)) throw new InvalidArgumentError('Must be a date such as 2026-03-10.');
  return date;
}

/** Reads `30d` or `12h`, for commander. */
export function duration(text: string): Duration {
  const value = parseDuration(text);
  if (value === undefined) throw new InvalidArgumentError('Must be a duration such as 30d, 12h or 90m.');
  return value;
}
