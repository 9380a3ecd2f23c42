import { z } from 'zod';
import type { Duration } from '../kernel/time.ts';
import { perSchema, UNSPLIT } from './bucket.ts';
import { findLimit, type Limit } from './limit.ts';
import type { RuleKind } from './rule-kind.ts';
import { rememberedDurationSchema } from './written.ts';

const waitSchema = rememberedDurationSchema.transform(gapOf);

/** So long after the latest send, nothing: allowed again exactly one gap after it. */
export const gap: RuleKind<Limit> = {
  schema: z
    .union([
      waitSchema,
      z
        .strictObject({ wait: rememberedDurationSchema, per: perSchema })
        .transform(({ wait, per }): Limit => ({ ...gapOf(wait), per: per ?? UNSPLIT })),
    ])
    .meta({ description: 'How long to leave the customer alone after a send.' }),
  exemption: 'gap',
  counting: true,
  atTop: false,
  evaluate: (rule, facts) => findLimit('gap', 'too-soon', rule, rule.spec, facts),
};

/** A gap is one send to a rolling window of its length. */
function gapOf(wait: Duration): Limit {
  return { limit: 1, window: { kind: 'rolling', duration: wait }, per: UNSPLIT };
}
