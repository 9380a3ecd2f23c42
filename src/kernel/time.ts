/** Milliseconds since the epoch, as `Date.now()` gives them. */
export type Instant = number;
/** A length of time in milliseconds. */
export type Duration = number;

export const SECOND: Duration = 1_000;
export const MINUTE: Duration = 60 * SECOND;
export const HOUR: Duration = 60 * MINUTE;
/** Always 24 hours; calendar days are windows of their own. */
export const DAY: Duration = 24 * HOUR;

/** No two clocks that are believed are farther apart, whatever `clock.toleranceMs` is. */
export const CLOCK_TOLERANCE_MAX: Duration = 10 * MINUTE;

const UNITS: Record<string, Duration> = { ms: 1, s: SECOND, m: MINUTE, h: HOUR, d: DAY, w: 7 * DAY };

/** `"90s"`, `"4h"`, `"7d"`, `"2w"` as milliseconds; undefined for anything else. */
export function parseDuration(text: string): Duration | undefined {
  const match = /^(\d{1,9})(ms|s|m|h|d|w)$/.exec(text);
  if (!match) return undefined;
  return Number(match[1]) * (UNITS[match[2] as string] as number);
}

/** The shortest text that `parseDuration` reads back: `604800000` is `7d`. */
export function formatDuration(duration: Duration): string {
  for (const unit of ['d', 'h', 'm', 's'] as const) {
    const size = UNITS[unit] as number;
    if (duration >= size && duration % size === 0) return `${duration / size}${unit}`;
  }
  return `${duration}ms`;
}
