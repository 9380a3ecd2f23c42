import { z } from 'zod';
import { DAY } from '../../kernel/time.ts';
import { CALENDAR_UNITS, type CalendarUnit } from '../../model/calendar.ts';
import type { Window } from '../../model/window.ts';
import { byTierSchema, same, type Tiered } from '../tiers/tiered.ts';
import { rememberedDurationSchema, weekdaySchema, whoseClocksSchema } from '../written/written.ts';

/** So many units lie within what is remembered, however the clocks change. */
const UNITS_MAX: Readonly<Record<CalendarUnit, number>> = {
  minute: 35 * 24 * 60,
  hour: 35 * 24,
  day: 34,
  week: 4,
  month: 1,
};
/** No tier goes by the keys of windows. */
const WINDOW_KEYS = ['calendar', 'units', 'weekStart', 'zone', 'days', 'anchor', 'from', 'length'];

const rollingSchema = rememberedDurationSchema.transform(
  (duration): Window => ({ kind: 'rolling', duration }),
);

const textSchema = z
  .string()
  .transform((text, context): Window => {
    if (text === 'lifetime') return { kind: 'lifetime' };
    const { success, data, error } = rollingSchema.safeParse(text);
    if (success) return data;
    context.issues.push({ code: 'custom', message: error.issues[0]?.message, input: text });
    return z.NEVER;
  })
  .meta({
    pattern: '^([0-9]{1,9}(ms|s|m|h|d|w)|lifetime)$',
    description: 'A length of time up to now, such as 7d; or lifetime: everything that ever counted.',
  });

const zoneSchema = whoseClocksSchema.default('customer');

const calendarSchema = z
  .strictObject({
    calendar: z.enum(CALENDAR_UNITS).meta({ description: 'The present minute, hour, day, week or month.' }),
    units: z
      .int()
      .min(1)
      .default(1)
      .meta({ description: 'The present unit and those before it, so many together.' }),
    zone: zoneSchema,
    weekStart: weekdaySchema.prefault('monday').meta({ description: 'The first day of a calendar week.' }),
  })
  .check(({ value: { calendar, units }, issues }) => {
    const most = UNITS_MAX[calendar];
    if (units <= most) return;
    const message = `expected at most ${most} for ${calendar}: sends are remembered for 35 days`;
    issues.push({ code: 'custom', path: ['units'], message, input: units });
  })
  .transform(
    ({ calendar, units, zone, weekStart }): Window => ({
      kind: 'calendar',
      unit: calendar,
      units,
      zone,
      weekStart,
    }),
  );

const anchorSchema = z
  .string({ error: 'expected a date such as 2026-01-05' })
  .transform((text, context) => {
    const date = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
    // Dates such as the 31st of February are read as a later one.
    if (!Number.isNaN(date) && new Date(date).toISOString().startsWith(text)) return date / DAY;
    context.issues.push({ code: 'custom', message: 'expected a date such as 2026-01-05', input: text });
    return z.NEVER;
  })
  .meta({
    pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}$',
    description: 'A date on which a block begins; blocks are counted from it in both directions.',
  });

const daysSchema = z
  .strictObject({
    days: z
      .int()
      .min(1)
      .max(UNITS_MAX.day)
      .meta({ description: 'The present block of so many calendar days.' }),
    anchor: anchorSchema,
    zone: zoneSchema,
  })
  .transform(({ days, anchor, zone }): Window => ({ kind: 'days', days, anchor, zone }));

const firstSendSchema = z
  .strictObject({
    from: z.literal('first-send').meta({ description: 'The first send that counts opens the window.' }),
    length: rememberedDurationSchema.meta({ description: 'How long it lasts once it is open.' }),
  })
  .transform(({ length }): Window => ({ kind: 'first-send', length }));

/** What is looked back from may differ by tier; not that of which something is remembered, lest it mean another time. */
const ofTierSchema = z
  .union([textSchema, calendarSchema, daysSchema, firstSendSchema])
  .refine(({ kind }) => kind !== 'lifetime' && kind !== 'first-send', {
    message: 'expected a rolling or calendar window, or one of days, where it differs by tier',
  });

/** Every window there is. */
export const windowSchema = z
  .union(
    [
      textSchema.transform(same),
      calendarSchema.transform(same),
      daysSchema.transform(same),
      firstSendSchema.transform(same),
      byTierSchema(ofTierSchema, WINDOW_KEYS),
    ],
    { error: 'expected a window such as 7d, { calendar: day } or lifetime' },
  )
  .meta({
    id: 'window',
    description:
      'How far back is counted: 7d, { calendar: day }, { days: 14, anchor: 2026-01-05 }, lifetime.',
  }) as unknown as z.ZodType<Tiered<Window>>;
