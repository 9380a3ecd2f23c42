import { z } from 'zod';
import { DAY } from '../kernel/time.ts';
import { WAIT_MAX } from '../model/customer-state.ts';
import { RULE_KIND_NAMES, RULE_KINDS, type RuleKindName } from '../rules/kinds.ts';
import { EXEMPTIONS } from '../rules/rule-kind.ts';
import { tiersSchema } from '../rules/tiers/tier.ts';
import { tieredSchema } from '../rules/tiers/tiered.ts';
import { ageSchema, durationSchema, nameSchema, zoneSchema } from '../rules/written/written.ts';
import { selectorSchema } from '../rules/written/written-selector.ts';

const RULES_MAX = 200;
const RANK_MAX = 1_000;
/** Nobody remembers having opted out longer ago. */
const CONFIRMATION_MAX = DAY;
const SPREAD_MAX = DAY;

const channelSchema = z
  .strictObject({
    aliases: z
      .array(z.string().min(1))
      .default([])
      .meta({ description: 'Other names that producers write, in any case.' }),
  })
  .nullable()
  .meta({ description: 'A channel that messages may go out on.' });

const claimedBySchema = z
  .strictObject({
    senders: z.array(z.string().min(1)).default([]),
    topics: z.array(z.string().min(1)).default([]),
  })
  .meta({ description: 'Who may claim the class: these senders, and what comes in on these topics.' });

const classSchema = z
  .strictObject({
    default: z
      .boolean()
      .default(false)
      .meta({ description: 'The class of messages that name none, or one they may not claim.' }),
    claimedBy: claimedBySchema.optional(),
    exempt: z
      .array(z.enum(EXEMPTIONS))
      .default([])
      .meta({ description: 'What does not bind messages of this class.' }),
    maxAge: ageSchema
      .optional()
      .meta({ description: 'Older messages are not worth sending, counted from their createdAt.' }),
    rank: z
      .int()
      .min(0)
      .max(RANK_MAX)
      .default(0)
      .meta({ description: 'Of the messages of one customer that wait, the larger goes first.' }),
    confirmsOptOut: durationSchema(CONFIRMATION_MAX).optional().meta({
      description: 'One message of the class may go out within so long after an opt-out, to confirm it.',
    }),
  })
  .nullable()
  .meta({ description: 'What a message is to the customer.' });

const kindSchemas = Object.fromEntries(
  RULE_KIND_NAMES.filter((kind) => !RULE_KINDS[kind].atTop).map((kind) => [
    kind,
    RULE_KINDS[kind].schema.optional(),
  ]),
);

/** The kinds that may be written in `rules`. */
export const LISTED_KINDS = Object.keys(kindSchemas) as readonly RuleKindName[];

/** What becomes of what a rule blocks, as it is written. */
export const onBlockSchema = z
  .union([
    z.enum(['suppress', 'defer']),
    z.strictObject({
      defer: z.strictObject(
        {
          spread: tieredSchema(durationSchema(SPREAD_MAX))
            .optional()
            .meta({ description: 'Releases are spread over so long, so that not all go out at once.' }),
          longest: tieredSchema(durationSchema(WAIT_MAX)).optional().meta({
            description:
              'What would have to wait longer is suppressed; counted from the first deferral; 30 days unless it says.',
          }),
        },
        { error: 'expected a spread, a longest wait or both: { defer: { spread: 15m, longest: 2d } }' },
      ),
    }),
  ])
  .meta({ description: 'What happens to a message that the rule blocks: suppress (the default) or defer.' });

/** One entry of `rules`, read by itself so that one mistake hides no other. */
const ruleSchema = z
  .strictObject({
    id: nameSchema.meta({ description: 'Stable: what decisions, metrics and people call the rule.' }),
    for: selectorSchema
      .optional()
      .meta({ description: 'Which messages obey; every message unless it says less.' }),
    counts: selectorSchema
      .optional()
      .meta({ description: 'Which sends count; those that `for` selects unless it says.' }),
    mode: z
      .enum(['enforce', 'shadow'])
      .default('enforce')
      .meta({ description: 'shadow: evaluated and reported, blocks nothing.' }),
    onBlock: onBlockSchema.optional(),
    replaces: z
      .array(z.string())
      .default([])
      .meta({ description: 'Ids of rules that are not asked about messages that this one speaks about.' }),
    comment: z.string().optional().meta({ description: 'For the reader; decides nothing.' }),
    ...kindSchemas,
  })
  .meta({
    description: 'One rule: an id, and exactly one kind.',
    oneOf: LISTED_KINDS.map((kind) => ({ required: [kind] })),
  });

/** What an entry of `rules` may hold. */
export const RULE_KEYS: readonly string[] = Object.keys(ruleSchema.shape);

/** The whole of a policy as it is written. */
export const policySchema = z
  .strictObject({
    apiVersion: z.literal('tact/v1'),
    name: nameSchema.meta({ description: 'What the policy is called in decisions.' }),
    enforce: z
      .boolean()
      .meta({ description: 'false: everything clears, and decisions say what would have happened.' }),
    timezone: zoneSchema.default('UTC'),
    channels: z
      .record(nameSchema, channelSchema)
      .refine((channels) => Object.keys(channels).length > 0, { message: 'expected at least one channel' })
      .meta({ description: 'Every channel there is; messages on others are suppressed.' }),
    classes: z
      .record(nameSchema, classSchema)
      .refine((classes) => Object.keys(classes).length > 0, { message: 'expected at least one class' })
      .meta({ description: 'Every class there is.' }),
    tiers: tiersSchema.default([]),
    rules: z.array(ruleSchema).max(RULES_MAX).default([]),
    ceiling: RULE_KINDS.ceiling.schema.optional(),
  })
  .meta({ title: 'Tact policy', description: 'Who may be contacted how often.' });

export type WrittenPolicy = z.output<typeof policySchema>;
