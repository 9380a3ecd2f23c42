import { z } from 'zod';
import { DAY, type Duration, formatDuration } from '../../kernel/time.ts';
import { ENGAGEMENT_RETENTION, RETENTION } from '../../model/customer-state.ts';
import type { InteractionType } from '../../model/interaction.ts';
import { conditionsOf, type Selector } from '../../model/selector.ts';
import { EVENT_FIELDS } from '../rule-kind.ts';
import { byTierSchema, type Resolved, same, type Tiered, tieredSchema, valuesOf } from '../tiers/tiered.ts';
import { issuesOf, type Mistake } from '../written/mistake.ts';
import { ageSchema, whoseClocksSchema } from '../written/written.ts';
import { selectorSchema } from '../written/written-selector.ts';
import { type Match, matchFieldsSchema } from './match.ts';
import { interactionTypesSchema } from './written-interaction.ts';

/** After what such messages rest, and how long. */
export interface WrittenAfter {
  readonly trigger: Trigger;
  readonly match: Match;
  /** So many triggers together begin the rest. */
  readonly count: Tiered<number>;
  /** The last trigger and the first of those that count lie less than so long apart. */
  readonly within: Tiered<Duration>;
  /** Whether something good between them lets them not count together. */
  readonly inARow: boolean;
  /** Triggers at or before the last of these do not count; empty = every one counts. */
  readonly until: readonly InteractionType[];
  readonly suppress: Tiered<WrittenRest>;
}

/** The same for customers of one tier. */
export type After = Resolved<WrittenAfter>;

export type Trigger =
  | { readonly kind: 'interaction'; readonly types: readonly InteractionType[]; readonly where: Selector }
  /** A send of our own that did not come back. */
  | { readonly kind: 'cleared'; readonly selector: Selector };

/** How long a trigger stands: `[at, end)`. */
type WrittenRest =
  | { readonly kind: 'span'; readonly duration: Duration }
  /** Until so many dates later begins: 1 = the next date. */
  | { readonly kind: 'days'; readonly days: Tiered<number>; readonly zone: string }
  | { readonly kind: 'for-good' };
export type Rest = Resolved<WrittenRest>;

const COUNT_MAX = 100;
const DEPTH_MAX = 20;
const DAYS_MAX = ENGAGEMENT_RETENTION / DAY;

const daysSchema = z
  .strictObject({
    days: tieredSchema(z.int().min(1).max(DAYS_MAX)).meta({
      description: 'So many dates later; 1 = the next date.',
    }),
    zone: whoseClocksSchema.default('customer'),
  })
  .transform(({ days, zone }): WrittenRest => ({ kind: 'days', days, zone }));

const lengthSchema = z
  .string()
  .transform((text, context): WrittenRest => {
    if (text === 'forever') return { kind: 'for-good' };
    const { success, data, error } = ageSchema.safeParse(text);
    if (success) return { kind: 'span', duration: data };
    context.issues.push({ code: 'custom', message: error.issues[0]?.message, input: text });
    return z.NEVER;
  })
  .meta({
    pattern: '^([0-9]{1,9}(ms|s|m|h|d|w)|forever)$',
    description: 'A length of time such as 10d, or forever.',
  });

const restSchema: z.ZodType<Tiered<WrittenRest>> = z
  .union(
    [
      lengthSchema.transform(same),
      daysSchema.transform(same),
      byTierSchema(z.union([lengthSchema, daysSchema]), ['days', 'zone']),
    ],
    { error: 'expected a length of time such as 10d, { days: 3 } or forever' },
  )
  .meta({
    description: 'How long such messages rest: 10d, { days: 3 } by the calendar, or forever.',
  }) as unknown as z.ZodType<Tiered<WrittenRest>>;

const writtenSchema = z.strictObject({
  interaction: interactionTypesSchema.optional(),
  where: selectorSchema
    .optional()
    .meta({ description: 'Which of these interactions; each, unless it says.' }),
  cleared: selectorSchema.optional().meta({ description: 'After which sends of our own, instead.' }),
  count: tieredSchema(z.int().min(1).max(COUNT_MAX))
    .default(same(1))
    .meta({ description: 'After so many of them.' }),
  within: tieredSchema(ageSchema).optional().meta({ description: 'In how long so many must happen.' }),
  inARow: z
    .boolean()
    .default(false)
    .meta({ description: 'Whether an answer in between lets them not count.' }),
  until: interactionTypesSchema.optional().meta({ description: 'What ends the rest at once.' }),
  match: matchFieldsSchema.default([]),
  depth: z.int().min(1).max(DEPTH_MAX).optional().meta({
    description: "So many parts of a category's path are compared, and must be equal.",
  }),
  suppress: restSchema,
});

type Written = z.output<typeof writtenSchema>;

/** An `after` rule as it is written. */
export const afterSchema: z.ZodType<WrittenAfter> = writtenSchema
  .check(({ value, issues }) => {
    issues.push(...issuesOf(mistakesOf(value)));
  })
  .transform(compile)
  .meta({ description: 'Something happened after which such messages rest.' });

function* mistakesOf(written: Written): Generator<Mistake> {
  yield* mistakesOfTrigger(written);
  const { count, within, inARow, match, depth } = written;
  const several = 'a count of 2 or more beside it';
  const isOne = Math.max(...valuesOf(count)) === 1;
  if (isOne && within !== undefined) {
    yield { key: 'within', expected: several, written: valuesOf(within).map(formatDuration).join(', ') };
  }
  if (isOne && inARow) yield { key: 'inARow', expected: several, written: inARow };
  if (depth !== undefined && !match.includes('category')) {
    yield { key: 'depth', expected: 'match: category beside it', written: depth };
  }
}

function* mistakesOfTrigger(written: Written): Generator<Mistake> {
  const { interaction, cleared, where } = written;
  if (interaction === undefined && cleared === undefined) {
    yield { key: 'interaction', expected: 'an interaction, or cleared with a selector of sends' };
  } else if (interaction !== undefined && cleared !== undefined) {
    const expected = 'either interaction or cleared; write two rules for both';
    yield { key: 'cleared', expected, written: cleared };
  }
  if (where !== undefined && interaction === undefined) {
    const expected = 'no where beside cleared, whose own selector says which sends';
    yield { key: 'where', expected, written: where };
  } else if (where !== undefined && !isAboutEvents(where)) {
    const expected = `only ${EVENT_FIELDS.join(', ')} and label:… of an interaction`;
    yield { key: 'where', expected, written: where };
  }
  if (cleared !== undefined) yield* mistakesOfCleared(written);
}

/** Sends must be remembered for as long as they stand. */
function* mistakesOfCleared({ count, within = same(0), suppress }: Written): Generator<Mistake> {
  const rests = valuesOf(suppress).flatMap((rest) => lengthsOf(rest));
  const longest = rests.includes(undefined) ? undefined : Math.max(...(rests as Duration[]));
  if (Math.max(...valuesOf(count)) > 1 && Math.min(...valuesOf(within)) === 0) {
    yield { key: 'within', expected: 'in how long so many sends must go out' };
  } else if (longest === undefined || longest + Math.max(...valuesOf(within)) > RETENTION) {
    const expected = 'at most 35d, within included: own sends are not remembered for longer';
    yield { key: 'suppress', expected, written: longest === undefined ? 'forever' : formatDuration(longest) };
  }
}

function isAboutEvents(where: Selector): boolean {
  const fields: readonly string[] = EVENT_FIELDS;
  return [...conditionsOf(where)].every((each) =>
    each.kind === 'field' ? fields.includes(each.field) : each.kind !== 'attribute',
  );
}

/** How long a trigger can stand in each tier; undefined = for good. */
function lengthsOf(rest: WrittenRest): readonly (Duration | undefined)[] {
  if (rest.kind !== 'days') return [longestRest(rest)];
  return valuesOf(rest.days).map((days) => longestRest({ ...rest, days }));
}

/** The longest that a trigger can stand; undefined = for good. */
export function longestRest(rest: Rest): Duration | undefined {
  switch (rest.kind) {
    case 'span':
      return rest.duration;
    case 'days':
      // A day more, for clocks that are set back meanwhile.
      return (rest.days + 1) * DAY;
    case 'for-good':
      return undefined;
  }
}

function compile({ interaction, where, cleared, depth, ...written }: Written): WrittenAfter {
  const { match: fields, count, within, inARow, until = [], suppress } = written;
  const trigger: Trigger =
    cleared === undefined
      ? { kind: 'interaction', types: interaction ?? [], where: where ?? [] }
      : { kind: 'cleared', selector: cleared };
  return {
    ...{ trigger, match: { fields, ...(depth !== undefined && { depth }) }, count, inARow, until, suppress },
    within: within ?? same(ENGAGEMENT_RETENTION),
  };
}
