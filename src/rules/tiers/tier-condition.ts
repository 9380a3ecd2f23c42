import { z } from 'zod';
import type { Duration } from '../../kernel/time.ts';
import { EVENTS_MAX, SENDS_MAX } from '../../model/customer-state.ts';
import { ANSWER_TYPES, type InteractionType } from '../../model/interaction.ts';
import type { Selector } from '../../model/selector.ts';
import { interactionTypesSchema } from '../events/written-interaction.ts';
import { ageSchema, rememberedDurationSchema } from '../written/written.ts';
import { compileSelector, conditionSchema, type WrittenSelector } from '../written/written-selector.ts';

/** One thing that is true of the customers of a tier. */
export type TierCondition =
  | ({ readonly kind: 'firstSeen' | 'lastEngaged' } & Ago)
  | ({
      readonly kind: 'responses';
      readonly types: readonly InteractionType[];
      readonly within: Duration;
    } & Bounds)
  /** Without `within`: all that ever went out. */
  | ({ readonly kind: 'contacts'; readonly within?: Duration } & Bounds)
  | ({ readonly kind: 'unanswered' } & Bounds)
  | { readonly kind: 'interest'; readonly within: Duration }
  | { readonly kind: 'attributes'; readonly selector: Selector }
  | { readonly kind: 'any'; readonly of: readonly TierConditions[] }
  | { readonly kind: 'not'; readonly of: TierConditions };

/** Every one must hold; without any, they hold for everybody. */
export type TierConditions = readonly TierCondition[];

/** How long ago: less than `within`, and at least `before`. */
export interface Ago {
  readonly within?: Duration;
  readonly before?: Duration;
}

/** How many, both ends included. */
export interface Bounds {
  readonly atLeast?: number;
  readonly atMost?: number;
}

const CONTACTS_MAX = 1_000_000;
const ATTRIBUTE = 'attribute:';

const boundsUpTo = (most: number) => {
  const count = z.int().min(0).max(most).optional();
  return { atLeast: count, atMost: count };
};

function isBounded(bounds: { readonly atLeast?: unknown; readonly atMost?: unknown }): boolean {
  return bounds.atLeast !== undefined || bounds.atMost !== undefined;
}

const UNBOUNDED = { message: 'expected atLeast, atMost or both', abort: true };

const agoSchema = z
  .strictObject({ within: ageSchema.optional(), before: ageSchema.optional() })
  .refine(({ within, before }) => within !== undefined || before !== undefined, {
    message: 'expected within, before or both',
    abort: true,
  })
  .meta({ description: 'How long ago: less than `within`, at least `before`.' });

const measures = {
  firstSeen: agoSchema.optional().meta({ description: 'When the customer was seen for the first time.' }),
  lastEngaged: agoSchema.optional().meta({
    description: 'When the customer opened or answered last; whoever never did is before every time.',
  }),
  // One more than `atMost` has to be remembered to know that it is passed.
  responses: z
    .strictObject({
      ...boundsUpTo(EVENTS_MAX - 1),
      within: ageSchema,
      types: interactionTypesSchema.default(ANSWER_TYPES).meta({
        description: 'What counts as a response: clicked, replied, visited and purchased unless it says.',
      }),
    })
    .refine(isBounded, UNBOUNDED)
    .optional()
    .meta({ description: 'How many responses in so long.' }),
  contacts: z
    .strictObject({ ...boundsUpTo(CONTACTS_MAX), within: rememberedDurationSchema.optional() })
    .refine(isBounded, UNBOUNDED)
    .optional()
    .meta({ description: 'How many messages went out, in so long or ever.' }),
  unanswered: z
    .strictObject(boundsUpTo(SENDS_MAX))
    .refine(isBounded, UNBOUNDED)
    .optional()
    .meta({ description: 'How many of the last messages were not answered, in a row.' }),
  interest: z
    .strictObject({ within: ageSchema })
    .optional()
    .meta({ description: "The customer opened or answered something of the message's own category." }),
};

interface WrittenWhen {
  readonly [key: string]: unknown;
}

const writtenSchema: z.ZodType<WrittenWhen> = z.lazy(() =>
  z
    .object({ ...measures, any: z.array(writtenSchema).min(1).optional(), not: writtenSchema.optional() })
    // What a key that is not known holds is nobody's concern: only the key is wrong.
    .catchall(z.unknown())
    .check(({ value, issues }) => {
      const unknown = Object.keys(value).filter((key) => !isKey(key));
      if (unknown.length > 0) issues.push({ code: 'unrecognized_keys', keys: unknown, input: value });
      for (const key of Object.keys(value).filter(isAttribute)) {
        if (conditionSchema.safeParse(value[key]).success) continue;
        const message = 'expected a value, a list of values, or { not: … }';
        issues.push({ code: 'custom', message, path: [key], input: value[key] });
      }
    })
    .meta({
      id: 'when',
      additionalProperties: false,
      patternProperties: { [`^${ATTRIBUTE}.+$`]: { $ref: '#/definitions/condition' } },
    }),
) as unknown as z.ZodType<WrittenWhen>;

/** Who is in a tier, as it is written under `when`. */
export const whenSchema: z.ZodType<TierConditions> = writtenSchema.transform(compileWhen);

function isKey(key: string): boolean {
  return key === 'any' || key === 'not' || Object.hasOwn(measures, key) || isAttribute(key);
}

function isAttribute(key: string): boolean {
  return key.startsWith(ATTRIBUTE) && key.length > ATTRIBUTE.length;
}

function compileWhen(written: WrittenWhen): TierConditions {
  // Unknown keys are complained about elsewhere, and come through all the same.
  return Object.entries(written).flatMap(([key, value]) =>
    value === undefined || !isKey(key) ? [] : [compileEntry(key, value)],
  );
}

function compileEntry(key: string, value: unknown): TierCondition {
  if (key === 'any') return { kind: 'any', of: (value as readonly WrittenWhen[]).map(compileWhen) };
  if (key === 'not') return { kind: 'not', of: compileWhen(value as WrittenWhen) };
  if (isAttribute(key)) {
    return { kind: 'attributes', selector: compileSelector({ [key]: value } as WrittenSelector) };
  }
  // The schema of each measure gives what its condition holds.
  return { kind: key, ...(value as object) } as TierCondition;
}
