import { z } from 'zod';
import type { Duration } from '../../kernel/time.ts';
import { RETENTION, SENDS_MAX } from '../../model/customer-state.ts';
import { ANSWER_TYPES, type InteractionType } from '../../model/interaction.ts';
import { perSchema, type Split, UNSPLIT } from '../limits/bucket.ts';
import { EVENT_FIELDS, type EventField } from '../rule-kind.ts';
import { type Resolved, same, type Tiered, tieredSchema } from '../tiers/tiered.ts';
import { issuesOf, type Mistake } from '../written/mistake.ts';
import { rememberedDurationSchema } from '../written/written.ts';
import { interactionTypesSchema } from './written-interaction.ts';

/** What follows when so many messages in a row went unanswered. */
export interface WrittenUnanswered {
  readonly messages: Tiered<number>;
  /** Messages of `(now − within, now]` are looked at. */
  readonly within: Tiered<Duration>;
  readonly answers: readonly InteractionType[];
  /** By what messages and their answers are told apart; none = not at all. */
  readonly fields: readonly EventField[];
  readonly split: Split;
  readonly rest: Pause | FewerMessages;
}

/** The same for customers of one tier. */
export type Unanswered = Resolved<WrittenUnanswered>;

/** Nothing for so long after the last of them. */
interface Pause {
  readonly kind: 'pause';
  readonly pause: Tiered<Duration>;
}

/** At most so many in `(now − window, now]`, until there is an answer. */
interface FewerMessages {
  readonly kind: 'fewer';
  readonly limit: Tiered<number>;
  readonly window: Tiered<Duration>;
}

const messagesSchema = z.int().min(1).max(SENDS_MAX);
const limitSchema = z.int().min(0).max(SENDS_MAX);

const writtenSchema = z.strictObject({
  messages: tieredSchema(messagesSchema).meta({
    description: 'So many messages in a row without an answer.',
  }),
  within: tieredSchema(rememberedDurationSchema)
    .default(same(RETENTION))
    .meta({ description: 'Older messages are not looked at; 35d unless it says.' }),
  answers: interactionTypesSchema.default(ANSWER_TYPES).meta({
    description: 'What is an answer: clicked, replied, visited and purchased unless it says.',
  }),
  per: z
    .array(z.enum(EVENT_FIELDS))
    .min(1)
    .refine(areDifferent, { message: 'expected each field once' })
    .optional()
    .meta({
      description: 'One row for each value of these fields, and only answers of that value.',
    }),
  pause: tieredSchema(rememberedDurationSchema).optional().meta({
    description: 'Nothing for so long after the last message.',
  }),
  limit: tieredSchema(limitSchema).optional().meta({ description: 'Instead of a pause: at most so many …' }),
  window: tieredSchema(rememberedDurationSchema).optional().meta({ description: '… in so long.' }),
});

function areDifferent(values: readonly unknown[]): boolean {
  return new Set(values).size === values.length;
}

type Written = z.output<typeof writtenSchema>;

/** An `unanswered` rule as it is written. */
export const unansweredSchema: z.ZodType<WrittenUnanswered> = writtenSchema
  .check(({ value, issues }) => {
    issues.push(...issuesOf(mistakesOf(value)));
  })
  .transform(compile)
  .meta({ description: 'A rest, or fewer messages, when so many in a row were not answered.' });

function* mistakesOf({ pause, limit, window }: Written): Generator<Mistake> {
  if (pause === undefined && limit === undefined && window === undefined) {
    yield { key: 'pause', expected: 'a pause, or a limit and its window' };
  } else if (pause !== undefined) {
    const expected = 'either a pause, or a limit and its window';
    if (limit !== undefined || window !== undefined) yield { key: 'pause', expected, written: 'both' };
  } else if (window === undefined) {
    yield { key: 'window', expected: 'in how long the limit allows so many' };
  } else if (limit === undefined) {
    yield { key: 'limit', expected: 'how many messages the window allows' };
  }
}

function compile({ messages, within, answers, per = [], pause, limit, window }: Written): WrittenUnanswered {
  const split = per.length === 0 ? UNSPLIT : (perSchema.parse(per) ?? UNSPLIT);
  const asked = { messages, within, answers, fields: per, split };
  if (limit !== undefined && window !== undefined) {
    return { ...asked, rest: { kind: 'fewer', limit, window } };
  }
  return { ...asked, rest: { kind: 'pause', pause: pause as Tiered<Duration> } };
}
