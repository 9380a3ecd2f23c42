import { z } from 'zod';
import type { Selector } from '../model/selector.ts';
import type { Window } from '../model/window.ts';
import { UNSPLIT } from './bucket.ts';
import { findLimit } from './limit.ts';
import type { RuleKind } from './rule-kind.ts';
import { limitSchema, windowSchema } from './written.ts';
import { selectorSchema } from './written-selector.ts';

export interface Ceiling {
  readonly limit: number;
  readonly window: Window;
  /** The classes that it does not stop; what they send counts all the same. */
  readonly except: readonly string[];
  readonly counts: Selector;
}

/** One limit above all rules, which no exemption and no mode lifts. */
export const ceiling: RuleKind<Ceiling> = {
  schema: z
    .strictObject({
      limit: limitSchema,
      window: windowSchema,
      except: z.array(z.string()).default([]).meta({
        description: 'The classes that the ceiling does not stop. What they send counts all the same.',
      }),
      counts: selectorSchema
        .optional()
        .meta({ description: 'Which sends count; every send unless it says less.' }),
    })
    .transform(
      ({ limit, window, except, counts }): Ceiling => ({ limit, window, except, counts: counts ?? [] }),
    )
    .meta({ description: 'One limit above all rules; nothing but its own `except` lifts it.' }),
  counting: false,
  atTop: true,
  evaluate(rule, facts) {
    const { limit, window, except } = rule.spec;
    if (except.includes(facts.message.class)) return undefined;
    return findLimit('ceiling', 'ceiling-reached', rule, { limit, window, per: UNSPLIT }, facts);
  },
};
