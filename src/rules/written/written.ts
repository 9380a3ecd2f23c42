import { z } from 'zod';
import type { Duration } from '../../kernel/time.ts';
import { DAY, formatDuration, parseDuration } from '../../kernel/time.ts';
import { isKnownZone, type Weekday } from '../../model/calendar.ts';
import { RETENTION, SENDS_MAX } from '../../model/customer-state.ts';

const AS_FAR_AS_LOOKED_AT = ', which is as far as is looked at';
const A_DURATION = 'expected a length of time such as 90s, 4h or 7d';
const DURATION_PATTERN = '^[0-9]{1,9}(ms|s|m|h|d|w)$';

/** A length of time as it is written, longer than nothing and at most `longest`, and why not longer. */
export function durationSchema(longest: Duration, why = ''): z.ZodType<Duration, string> {
  return z
    .string({ error: A_DURATION })
    .meta({ pattern: DURATION_PATTERN, description: 'A length of time: 90s, 15m, 4h, 7d. 1d is 24 hours.' })
    .transform((text, context) => {
      const duration = parseDuration(text);
      const message =
        duration === undefined || duration === 0
          ? A_DURATION
          : duration > longest
            ? `expected at most ${formatDuration(longest)}${why}`
            : undefined;
      if (duration !== undefined && message === undefined) return duration;
      context.issues.push({ code: 'custom', message: message as string, input: text });
      return z.NEVER;
    });
}

/** A name of a policy's own: it becomes a label of metrics, and what people quote. */
export const nameSchema = z.string().regex(/^[a-z0-9][a-z0-9_-]{0,62}$/, {
  message: 'expected a name of up to 63 small letters, digits, - and _',
});

/** A length of time within which sends are remembered. */
export const rememberedDurationSchema = durationSchema(RETENTION, AS_FAR_AS_LOOKED_AT);

/** An age; messages older than a year are nobody's wish. */
export const ageSchema = durationSchema(366 * DAY, AS_FAR_AS_LOOKED_AT);

/** How many sends a limit allows. */
export const limitSchema = z
  .int()
  .min(0)
  .max(SENDS_MAX)
  .meta({ description: 'How many sends the window may hold. 0 allows nothing.' });

/** An IANA zone. */
export const zoneSchema = z
  .string()
  .refine(isKnownZone, { message: 'expected an IANA time zone such as Europe/Berlin' })
  .meta({ description: 'An IANA time zone such as Europe/Berlin.' });

/** Whose clocks: `customer`, `policy`, or an IANA zone's. */
export const whoseClocksSchema = z
  .string()
  .refine((zone) => zone === 'customer' || zone === 'policy' || isKnownZone(zone), {
    message: 'expected customer, policy or an IANA time zone such as Europe/Berlin',
  })
  .meta({ description: "Whose clocks: customer (the default), policy, or an IANA time zone's." });

const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;

/** A day of the week by its name. */
export const weekdaySchema = z
  .enum(WEEKDAYS)
  .transform((name) => (WEEKDAYS.indexOf(name) + 1) as Weekday)
  .meta({ description: 'A day of the week, such as monday.' });
