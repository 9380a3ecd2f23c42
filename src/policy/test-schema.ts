import { z } from 'zod';
import { RETENTION } from '../model/customer-state.ts';
import type { Outcome } from '../model/decision.ts';
import { type InteractionType, isInteractionType } from '../model/interaction.ts';
import { REASONS, type ReasonCode } from '../model/reason.ts';
import { SCOPE_FIELDS, type Scope } from '../model/scope.ts';
import { durationSchema, weekdaySchema, zoneSchema } from '../rules/written/written.ts';
import { momentSchema } from './test-moment.ts';

const textSchema = z.string().min(1);
const entriesSchema = z.record(z.string(), z.string());

/** One text, or a list of them. */
const listSchema = z
  .union([textSchema.transform((text): readonly string[] => [text]), z.array(textSchema)])
  .meta({ id: 'texts' });

/** One moment, or a list of them. */
const momentsSchema = z.union([momentSchema.transform((moment) => [moment]), z.array(momentSchema).min(1)]);

const scopeSchema: z.ZodType<Scope> = z
  .strictObject(Object.fromEntries(SCOPE_FIELDS.map((field) => [field, listSchema.optional()])))
  .meta({ id: 'scope' }) as unknown as z.ZodType<Scope>;

const clockSchema = z
  .string()
  .refine((text) => /^([01]\d|2[0-3]):[0-5]\d$|^24:00$/.test(text), {
    message: 'expected a time of day in quotes, such as "21:00"',
  })
  .transform((text) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3)));

const preferencesSchema = z.strictObject({
  limits: z
    .array(
      z.strictObject({
        scope: scopeSchema.default({}),
        limit: z.int().min(0),
        window: durationSchema(RETENTION),
      }),
    )
    .optional(),
  declinedTopics: listSchema.optional(),
  wantedTopics: listSchema.optional(),
  days: z.array(weekdaySchema).optional(),
  hours: z.array(z.strictObject({ from: clockSchema, to: clockSchema })).optional(),
});

const messageSchema = z
  .strictObject({
    messageId: textSchema.optional(),
    channel: textSchema,
    class: textSchema.optional(),
    campaignId: textSchema.optional(),
    dispatchId: textSchema.optional(),
    categories: listSchema.default([]),
    products: listSchema.default([]),
    topics: listSchema.default([]),
    sender: textSchema.optional(),
    purpose: textSchema.optional(),
    fingerprint: textSchema.optional(),
    createdAt: momentSchema.optional(),
    expiresAt: momentSchema.optional(),
    rank: z.number().optional(),
    place: textSchema.optional(),
    labels: entriesSchema.default({}),
    sourceTopic: textSchema
      .default('outbound')
      .meta({ description: 'The topic that the message comes in on; classes may be claimed by topic.' }),
  })
  .meta({ id: 'message', description: 'A message by the fields of schemas/OutboundMessage.avsc.' });

const interactionSchema = z
  .strictObject({
    type: z
      .string()
      .refine(isInteractionType, { message: 'expected a type of interaction such as purchased' })
      .transform((type) => type as InteractionType),
    occurredAt: momentSchema.optional(),
    source: textSchema.default('test'),
    channel: textSchema.optional(),
    purpose: textSchema.optional(),
    messageId: textSchema.optional(),
    class: textSchema.optional(),
    campaignId: textSchema.optional(),
    categories: listSchema.default([]),
    products: listSchema.default([]),
    scope: scopeSchema.default({}),
    until: momentSchema.optional(),
    terms: textSchema.optional(),
    automated: z.boolean().default(false),
    preferences: preferencesSchema.optional(),
    timezone: zoneSchema.optional(),
    attributes: entriesSchema.default({}),
    labels: entriesSchema.default({}),
    governed: z
      .boolean()
      .default(true)
      .meta({ description: 'false: its source sends without asking, so its `sent` takes a slot.' }),
  })
  .meta({ id: 'interaction', description: 'An interaction by the fields of schemas/Interaction.avsc.' });

const OUTCOMES = ['cleared', 'suppressed', 'deferred'] as const satisfies readonly Outcome[];

const expectSchema = z
  .strictObject({
    outcome: z.enum(OUTCOMES),
    verdict: z.enum(OUTCOMES).optional(),
    reason: z.enum(Object.keys(REASONS) as ReasonCode[]).optional(),
    rule: textSchema.optional(),
    blockedBy: listSchema.optional().meta({
      description: 'Every rule that blocks, those in shadow mode too, in any order; [] is none.',
    }),
    count: z.int().min(0).optional().meta({ description: 'What the rule that binds counted.' }),
    limit: z
      .int()
      .min(0)
      .optional()
      .meta({ description: 'The limit that the rule that binds held it against.' }),
    nextEligibleAt: z
      .union([z.literal('never'), momentSchema])
      .optional()
      .meta({ description: 'never: there is no such time, or it comes too late for the message.' }),
    dueAt: momentSchema.optional(),
    decidedAt: momentSchema.optional(),
    tier: textSchema.optional(),
    class: textSchema.optional(),
    channel: textSchema.optional(),
  })
  .meta({ id: 'expect', description: 'What the decision has to say; what is not written may be anything.' });

const customerSchema = z
  .union([
    z.literal('unknown'),
    z.strictObject({
      since: momentSchema.optional().meta({ description: 'When it became known; -180d unless it says.' }),
      engaged: momentSchema.optional().meta({ description: 'When it opened something last.' }),
      timezone: zoneSchema.optional(),
      attributes: entriesSchema.optional(),
      consents: z
        .array(
          z.strictObject({
            channel: textSchema.optional(),
            purpose: textSchema.optional(),
            terms: textSchema.optional(),
          }),
        )
        .optional()
        .meta({ description: 'What the customer agreed to since then; {} is everything.' }),
    }),
  ])
  .meta({ id: 'customer', description: 'Who the customer is; unknown: nobody that anything is known of.' });

const STEP_KEYS = ['sent', 'interaction', 'message', 'waited'] as const;

const stepSchema = z
  .strictObject({
    at: momentsSchema,
    sent: messageSchema.optional().meta({ description: 'A message that went out, whatever the rules say.' }),
    interaction: interactionSchema.optional(),
    message: messageSchema.optional(),
    waited: textSchema.optional().meta({ description: 'Id of a message of this test that waited.' }),
    expect: expectSchema.optional(),
  })
  .refine((step) => STEP_KEYS.filter((key) => step[key] !== undefined).length === 1, {
    message: `expected exactly one of ${STEP_KEYS.join(', ')}`,
  })
  .refine(({ expect, message, waited }) => expect === undefined || (message ?? waited) !== undefined, {
    message: 'expected something only of a message, or of one that waited',
  })
  .meta({ id: 'step', description: 'What happens at one moment, or at each of several.' });

const testSchema = z.strictObject({
  name: textSchema.meta({ description: 'What holds, in one plain sentence.' }),
  start: momentSchema.optional().meta({ description: "Where +3d counts from; the file's unless it says." }),
  customer: customerSchema.optional().meta({ description: "The file's, but for what it says itself." }),
  history: z.array(stepSchema).default([]).meta({ description: 'What happened before, in any order.' }),
  message: messageSchema.safeExtend({ at: momentSchema.optional() }).optional(),
  expect: expectSchema.optional(),
  timeline: z
    .array(stepSchema)
    .optional()
    .meta({ description: 'Instead of one message: a table over time, in its order.' }),
});

/** A file of policy tests as it is written. */
export const testFileSchema = z
  .strictObject({
    policy: textSchema.meta({ description: 'The policy that is tested, beside this file.' }),
    start: momentSchema.optional().meta({ description: 'Where +3d counts from in tests that do not say.' }),
    customer: customerSchema.optional().meta({ description: 'The customer of tests that do not say.' }),
    tests: z.array(testSchema).min(1),
  })
  .meta({ title: 'Tact policy tests', description: 'What a policy decides, by examples.' });

export type WrittenTests = z.output<typeof testFileSchema>;
export type WrittenTest = WrittenTests['tests'][number];
export type WrittenStep = z.output<typeof stepSchema>;
export type WrittenMessage = z.output<typeof messageSchema>;
export type WrittenInteraction = z.output<typeof interactionSchema>;
export type WrittenExpectation = z.output<typeof expectSchema>;
export type WrittenCustomer = Exclude<z.output<typeof customerSchema>, 'unknown'>;
