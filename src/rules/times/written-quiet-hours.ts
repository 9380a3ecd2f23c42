import { z } from 'zod';
import type { OpenWeek, Timetable } from '../../model/timetable.ts';
import { whoseClocksSchema } from '../written/written.ts';
import { QUIET_SETS, US_BASELINE, US_STATES, US_STRICTEST } from './quiet-sets.ts';
import {
  dateSchema,
  openWeek,
  spanOf,
  spansSchema,
  timeOfDaySchema,
  type WrittenSpan,
} from './written-times.ts';

export interface QuietHours {
  readonly open: OpenTimes;
  /** `customer`, `policy`, or an IANA name. */
  readonly zone: string;
  /** What holds for a customer without a known zone. */
  readonly unknownZone: 'strict' | 'assume' | 'ignore';
  /** The attribute that holds the customer's country. */
  readonly country: string;
  readonly doNotDisturb: boolean;
  /** The purpose of a consent under which quiet times do not bind. */
  readonly waivedBy?: string;
}

/** When it is not quiet: for everybody alike, or by the region that an attribute holds. */
export type OpenTimes =
  | { readonly kind: 'same'; readonly timetable: Timetable }
  | {
      readonly kind: 'by-region';
      readonly attribute: string;
      /** Without a prototype. */
      readonly timetables: Readonly<Record<string, Timetable>>;
      /** Of customers whose region is none of these. */
      readonly unknown: Timetable;
    };

const HOLIDAYS_MAX = 1_000;
const attributeSchema = z.string().min(1);

const writtenSchema = z.strictObject({
  from: timeOfDaySchema.optional().meta({ description: 'When it becomes quiet, every day.' }),
  to: timeOfDaySchema
    .optional()
    .meta({ description: 'When it is no longer quiet; of the next day, unless it is after `from`.' }),
  denied: spansSchema.optional().meta({ description: 'It is quiet within these spans.' }),
  allowed: spansSchema.optional().meta({ description: 'It is quiet outside of these spans.' }),
  set: z
    .enum(QUIET_SETS)
    .optional()
    .meta({ description: 'A ready-made set: us, or us-states with the stricter states by region.' }),
  holidays: z
    .array(dateSchema)
    .max(HOLIDAYS_MAX)
    .default([])
    .meta({ description: 'Dates that are quiet all day.' }),
  zone: whoseClocksSchema.default('customer'),
  unknownZone: z.enum(['strict', 'assume', 'ignore']).optional().meta({
    description:
      "For customers without a known zone. strict (the default): quiet if it is in any zone of their country. assume: the policy's zone. ignore: the rule has nothing to say.",
  }),
  country: attributeSchema.optional().meta({
    description: "The attribute with the customer's country, as two letters; country, unless it says.",
  }),
  region: attributeSchema
    .optional()
    .meta({ description: "The attribute with the customer's state, such as FL; region, unless it says." }),
  doNotDisturb: z
    .boolean()
    .default(true)
    .meta({ description: 'Whether it is quiet, too, while the customer asked not to be disturbed.' }),
  waivedBy: z
    .string()
    .min(1)
    .optional()
    .meta({ description: 'Purpose of a consent by which the customer waives quiet times.' }),
});
type Written = z.output<typeof writtenSchema>;

/** The times as they are written, in one of the ways there are. */
export const quietHoursSchema = writtenSchema
  .check((context) => {
    for (const [message, at] of contradictionsOf(context.value)) {
      context.issues.push({
        code: 'custom',
        message,
        input: at ? context.value[at] : context.value,
        path: at ? [at] : [],
      });
    }
  })
  .transform(compile)
  .meta({
    description:
      'When nothing goes out, by the clock of the customer: from and to, denied, allowed, or a set.',
  });

type Contradiction = [message: string, at?: keyof Written];

function contradictionsOf(written: Written): readonly Contradiction[] {
  return [...contradictionsOfTimes(written), ...contradictionsOfZone(written)];
}

function* contradictionsOfTimes(written: Written): Generator<Contradiction> {
  const { from, to, denied, allowed, set, holidays, region } = written;
  if ((from === undefined) !== (to === undefined)) yield ['expected both from and to'];
  const ways = [from ?? to, denied, allowed, set].filter((way) => way !== undefined).length;
  if (ways > 1 || (ways === 0 && holidays.length === 0)) {
    yield ['expected one of: from and to, denied, allowed, set'];
  } else if (set === undefined && isNeverOpen(weekOf(written))) {
    yield ['expected times that are not quiet all week'];
  }
  if (region !== undefined && set !== 'us-states') yield ['expected only beside set: us-states', 'region'];
}

function* contradictionsOfZone({ zone, unknownZone, country }: Written): Generator<Contradiction> {
  const beside = zone === 'customer' ? undefined : 'expected only beside zone: customer';
  if (beside !== undefined && unknownZone !== undefined) yield [beside, 'unknownZone'];
  if (country === undefined) return;
  if (beside !== undefined) yield [beside, 'country'];
  else if ((unknownZone ?? 'strict') !== 'strict')
    yield ['expected only beside unknownZone: strict', 'country'];
}

function isNeverOpen(week: OpenWeek): boolean {
  return week.every((day) => day.length === 0);
}

function weekOf({ from, to, denied, allowed }: Written): OpenWeek {
  if (allowed !== undefined) return openWeek(allowed, 'within');
  const everyDay: readonly WrittenSpan[] = from === undefined ? [] : [spanOf(from, to)];
  return openWeek(denied ?? everyDay, 'outside');
}

function compile(written: Written): QuietHours {
  const { zone, unknownZone = 'strict', country = 'country', doNotDisturb, waivedBy } = written;
  return {
    open: compileTimes(written),
    zone,
    unknownZone,
    country,
    doNotDisturb,
    ...(waivedBy !== undefined && { waivedBy }),
  };
}

function compileTimes(written: Written): OpenTimes {
  const { set, holidays: closed, region: attribute = 'region' } = written;
  if (set !== 'us-states') {
    return { kind: 'same', timetable: { week: set === 'us' ? US_BASELINE : weekOf(written), closed } };
  }
  const timetables: Record<string, Timetable> = Object.create(null);
  for (const [state, week] of US_STATES) timetables[state] = { week, closed };
  return { kind: 'by-region', attribute, timetables, unknown: { week: US_STRICTEST, closed } };
}
