import { z } from 'zod';
import { type Duration, type Instant, parseDuration } from '../kernel/time.ts';

/** An instant as a test says it: by itself, or so long after the test's start (before it where negative). */
export type Moment =
  | { readonly kind: 'at'; readonly instant: Instant }
  | { readonly kind: 'from-start'; readonly offset: Duration };

export const START: Moment = { kind: 'from-start', offset: 0 };

const ISO_PATTERN = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})$/;
const OFFSET_PATTERN = /^([+-])((?:\d{1,9}(?:ms|s|m|h|d|w))+)$/;

/** `2026-03-10T09:00:00+01:00`, `start`, `+3d4h` after the start, `-90m` before it. */
export const momentSchema = z
  .string()
  .transform((text, context) => {
    const moment = parseMoment(text);
    if (moment !== undefined) return moment;
    const message = 'expected +3d4h or -90m from the start, or 2026-03-10T09:00:00+01:00 with its offset';
    context.issues.push({ code: 'custom', message, input: text });
    return z.NEVER;
  })
  .meta({
    id: 'moment',
    description:
      'start, +3d4h (after it), -90m (before it), or an instant such as 2026-03-10T09:00:00+01:00.',
  });

function parseMoment(text: string): Moment | undefined {
  if (text === 'start') return START;
  const [, sign, parts] = OFFSET_PATTERN.exec(text) ?? [];
  if (parts !== undefined) return { kind: 'from-start', offset: (sign === '-' ? -1 : 1) * sumOf(parts) };
  const instant = ISO_PATTERN.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(instant) ? undefined : { kind: 'at', instant };
}

function sumOf(parts: string): Duration {
  const each = parts.match(/\d+[a-z]+/g) ?? [];
  return each.reduce((sum, part) => sum + (parseDuration(part) ?? 0), 0);
}

/** The instant that is meant in a test that begins at `start`. */
export function instantOf(moment: Moment, start: Instant): Instant {
  return moment.kind === 'at' ? moment.instant : start + moment.offset;
}
