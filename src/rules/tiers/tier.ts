import { z } from 'zod';
import { type Duration, formatDuration } from '../../kernel/time.ts';
import { RETENTION } from '../../model/customer-state.ts';
import { ANSWER_TYPES, type InteractionType } from '../../model/interaction.ts';
import { conditionsOf } from '../../model/selector.ts';
import type { EventNeed } from '../rule-kind.ts';
import { ageSchema, nameSchema } from '../written/written.ts';
import { type TierCondition, type TierConditions, whenSchema } from './tier-condition.ts';
import { fits, INTEREST_TYPES, type TierFacts } from './tier-facts.ts';
import { OTHER_TIERS } from './tiered.ts';

/** What customers have in common, so that a rule's numbers may differ for them. */
export interface Tier {
  readonly id: string;
  /** Every condition must hold; without any, everybody is in it. */
  readonly when: TierConditions;
  /** Whoever came into the tier stays for at least so long; absent = no longer than the conditions hold. */
  readonly hold?: Duration;
}

const TIERS_MAX = 20;

/** The tiers as they are written. */
export const tiersSchema = z
  .array(
    z.strictObject({
      id: nameSchema.meta({ description: 'What numbers that differ by tier, and decisions, call it.' }),
      when: whenSchema.default([]).meta({ description: 'Who is in it; everybody unless it says less.' }),
      hold: ageSchema
        .optional()
        .meta({ description: 'Whoever came into the tier stays for at least so long.' }),
    }),
  )
  .max(TIERS_MAX)
  .check((context) => {
    if (![...allOf(context.value)].some(({ kind }) => kind === 'interest')) return;
    for (const [i, { hold }] of context.value.entries()) {
      if (hold === undefined) continue;
      const message = 'expected no hold where a tier asks for an interest, which differs by message';
      context.issues.push({ code: 'custom', message, path: [i, 'hold'], input: formatDuration(hold) });
    }
  })
  .transform((tiers): readonly Tier[] =>
    tiers.map(({ hold, ...tier }) => (hold === undefined ? tier : { ...tier, hold })),
  )
  .meta({ description: 'Groups of customers for whom numbers differ; the first that fits is theirs.' });

/** The name of every tier that a customer may be in. */
export function tierNames(tiers: readonly Tier[]): readonly string[] {
  const ids = tiers.map(({ id }) => id);
  return tiers.some(({ when }) => when.length === 0) ? ids : [...ids, OTHER_TIERS];
}

/** The tier of customers of whom nothing is asked: the first without a condition, else none. */
export function unconditionalTier(tiers: readonly Tier[]): string {
  return tiers.find(({ when }) => when.length === 0)?.id ?? OTHER_TIERS;
}

/** The customer's tier for this message: the first that fits, or the one that is held; `other` when none fits. */
export function tierOf(tiers: readonly Tier[], facts: TierFacts): string {
  const { tier: last } = facts.state;
  const hold = last && tiers.find(({ id }) => id === last.id)?.hold;
  if (last !== undefined && hold !== undefined && facts.now < last.since + hold) return last.id;
  return tiers.find(({ when }) => fits(when, facts))?.id ?? OTHER_TIERS;
}

/** The interactions that the tiers look back to. */
export function needsOfTiers(tiers: readonly Tier[]): EventNeed[] {
  return [...allOf(tiers)].flatMap(needsOf);
}

/** The attributes that the tiers ask for. */
export function attributesOfTiers(tiers: readonly Tier[]): string[] {
  const selectors = [...allOf(tiers)].flatMap((each) => (each.kind === 'attributes' ? [each.selector] : []));
  return selectors.flatMap((selector) =>
    [...conditionsOf(selector)].flatMap((each) => (each.kind === 'attribute' ? [each.name] : [])),
  );
}

function needsOf(condition: TierCondition): EventNeed[] {
  switch (condition.kind) {
    case 'responses': {
      const { types, within, atLeast = 0, atMost = 0 } = condition;
      return needs(types, { for: within, count: Math.max(atLeast, atMost + 1), fields: [] });
    }
    case 'unanswered':
      return needs(ANSWER_TYPES, { for: RETENTION, count: 1, fields: [] });
    case 'interest':
      return needs(INTEREST_TYPES, { for: condition.within, count: 1, fields: ['category'] });
    default:
      return [];
  }
}

function needs(
  types: readonly InteractionType[],
  need: Pick<EventNeed, 'for' | 'count' | 'fields'>,
): EventNeed[] {
  return types.map((type) => ({ type, ...need, labels: [] }));
}

function* allOf(tiers: readonly Pick<Tier, 'when'>[]): Generator<TierCondition> {
  for (const { when } of tiers) yield* all(when);
}

/** Every condition, those inside `any` and `not` included. */
function* all(conditions: TierConditions): Generator<TierCondition> {
  for (const condition of conditions) {
    yield condition;
    if (condition.kind === 'any') for (const each of condition.of) yield* all(each);
    if (condition.kind === 'not') yield* all(condition.of);
  }
}
