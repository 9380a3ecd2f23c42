import { z } from 'zod';
import { perSchema, UNSPLIT } from './bucket.ts';
import { findLimit, type Limit } from './limit.ts';
import type { RuleKind } from './rule-kind.ts';
import { limitSchema, windowSchema } from './written.ts';

/** At most so many sends in a window. */
export const cap: RuleKind<Limit> = {
  schema: z
    .strictObject({ limit: limitSchema, window: windowSchema, per: perSchema })
    .transform(({ limit, window, per }): Limit => ({ limit, window, per: per ?? UNSPLIT }))
    .meta({ description: 'At most `limit` sends in `window`.' }),
  exemption: 'caps',
  counting: true,
  atTop: false,
  evaluate: (rule, facts) => findLimit('cap', 'cap-reached', rule, rule.spec, facts),
};
