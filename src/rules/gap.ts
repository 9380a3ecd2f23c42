import { z } from 'zod';
import type { Duration } from '../kernel/time.ts';
import { perSchema, UNSPLIT } from './limits/bucket.ts';
import { findLimit } from './limits/find-limit.ts';
import type { WrittenLimit } from './limits/limit.ts';
import type { RuleKind } from './rule-kind.ts';
import { byTierSchema, mapTiered, same, type Tiered, tieredSchema } from './tiers/tiered.ts';
import { rememberedDurationSchema } from './written/written.ts';

const detailedSchema = z.strictObject({
  wait: tieredSchema(rememberedDurationSchema).meta({ description: 'How long.' }),
  per: perSchema,
  count: z
    .enum(['sends', 'dispatches'])
    .default('sends')
    .meta({ description: 'dispatches: nobody waits for sends of the same dispatch.' }),
});

/** So long after the latest send, nothing: allowed again exactly one gap after it. */
export const gap: RuleKind<WrittenLimit> = {
  schema: z
    .union([
      rememberedDurationSchema.transform((wait) => gapOf(same(wait))),
      detailedSchema.transform(
        ({ wait, per, count }): WrittenLimit => ({
          ...gapOf(wait),
          per: per ?? UNSPLIT,
          count: count === 'dispatches' ? 'other-dispatches' : 'sends',
        }),
      ),
      byTierSchema(rememberedDurationSchema, Object.keys(detailedSchema.shape)).transform(gapOf),
    ])
    .meta({ description: 'How long to leave the customer alone after a send.' }),
  exemption: 'gap',
  counting: true,
  atTop: false,
  deferrable: true,
  evaluate: (rule, facts) => findLimit('gap', 'too-soon', rule, facts),
};

/** A gap is one send to a rolling window of its length. */
function gapOf(wait: Tiered<Duration>): WrittenLimit {
  return {
    limit: same(1),
    window: mapTiered(wait, (duration) => ({ kind: 'rolling', duration })),
    per: UNSPLIT,
    count: 'sends',
    weights: [],
    releaseOn: [],
  };
}
