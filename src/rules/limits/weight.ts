import { z } from 'zod';
import { type Selector, type Subject, selects } from '../../model/selector.ts';
import { type Resolved, type Tiered, tieredSchema } from '../tiers/tiered.ts';
import { selectorSchema } from '../written/written-selector.ts';

/** How much one message counts, by what it is. */
export interface WrittenWeight {
  readonly for: Selector;
  readonly weight: Tiered<number>;
}

export type Weight = Resolved<WrittenWeight>;

const HEAVIEST = 1_000;

/** The weights as they are written: the first that selects a message or send is its own. */
export const weightsSchema: z.ZodType<readonly WrittenWeight[]> = z
  .array(
    z.strictObject({
      for: selectorSchema.meta({ description: 'Which messages and sends weigh so much.' }),
      weight: tieredSchema(z.int().min(0).max(HEAVIEST)).meta({
        description: 'How many messages one of these counts as; 0 = it does not count.',
      }),
    }),
  )
  .default([])
  .meta({ description: 'The first that selects a message is its weight; others weigh 1.' });

/** What a message or a send counts as. */
export function weightOf(
  weights: readonly Weight[],
  subject: Subject,
  attributes: Readonly<Record<string, string>>,
): number {
  for (const each of weights) {
    if (selects(each.for, subject, attributes)) return each.weight;
  }
  return 1;
}
