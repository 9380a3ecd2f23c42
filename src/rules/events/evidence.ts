import type { Instant } from '../../kernel/time.ts';

/** The furthest instant that has a date. */
const LAST_DATE: Instant = 8_640_000_000_000_000;

/** An instant as evidence shows it, in ISO 8601. */
export function instantText(at: Instant): string {
  return new Date(Math.min(Math.max(at, -LAST_DATE), LAST_DATE)).toISOString();
}
