import { z } from 'zod';
import type { Duration } from '../kernel/time.ts';
import { DAY, formatDuration, parseDuration } from '../kernel/time.ts';
import { CALENDAR_UNITS, isKnownZone, type Weekday } from '../model/calendar.ts';
import { RETENTION, SENDS_MAX } from '../model/customer-state.ts';
import type { Window } from '../model/window.ts';

const DURATION_PATTERN = '^[0-9]{1,9}(ms|s|m|h|d|w)$';

/** A length of time as it is written, longer than nothing and at most `longest`. */
function durationSchema(longest: Duration): z.ZodType<Duration, string> {
  return z
    .string()
    .meta({ pattern: DURATION_PATTERN, description: 'A length of time: 90s, 15m, 4h, 7d. 1d is 24 hours.' })
    .transform((text, context) => {
      const duration = parseDuration(text);
      const message =
        duration === undefined || duration === 0
          ? 'expected a length of time such as 90s, 4h or 7d'
          : duration > longest
            ? `expected at most ${formatDuration(longest)}, which is as far as is looked at`
            : undefined;
      if (duration !== undefined && message === undefined) return duration;
      context.issues.push({ code: 'custom', message: message as string, input: text });
      return z.NEVER;
    });
}

/** A length of time within which sends are remembered. */
export const rememberedDurationSchema = durationSchema(RETENTION);

/** An age; messages older than a year are nobody's wish. */
export const ageSchema = durationSchema(366 * DAY);

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

const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;

const calendarWindowSchema = z
  .strictObject({
    calendar: z.enum(CALENDAR_UNITS).meta({ description: 'The present minute, hour, day, week or month.' }),
    zone: z
      .string()
      .refine((zone) => zone === 'customer' || zone === 'policy' || isKnownZone(zone), {
        message: 'expected customer, policy or an IANA time zone such as Europe/Berlin',
      })
      .default('customer')
      .meta({ description: "Whose clocks: customer (the default), policy, or an IANA time zone's." }),
    weekStart: z.enum(WEEKDAYS).default('monday').meta({ description: 'The first day of a calendar week.' }),
  })
  .transform(
    ({ calendar, zone, weekStart }): Window => ({
      kind: 'calendar',
      unit: calendar,
      zone,
      weekStart: (WEEKDAYS.indexOf(weekStart) + 1) as Weekday,
    }),
  );

/** A rolling window by its length, or a calendar window by its name. */
export const windowSchema = z
  .union([
    rememberedDurationSchema.transform((duration): Window => ({ kind: 'rolling', duration })),
    calendarWindowSchema,
  ])
  .meta({
    id: 'window',
    description: 'A rolling window such as 7d, or a calendar window such as { calendar: day }.',
  });
