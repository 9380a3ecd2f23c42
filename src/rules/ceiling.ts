import { z } from 'zod';
import type { Selector } from '../model/selector.ts';
import { UNSPLIT } from './limits/bucket.ts';
import { findLimit } from './limits/find-limit.ts';
import type { WrittenLimit } from './limits/limit.ts';
import { windowSchema } from './limits/written-window.ts';
import type { RuleKind } from './rule-kind.ts';
import { tieredSchema } from './tiers/tiered.ts';
import { limitSchema } from './written/written.ts';
import { selectorSchema } from './written/written-selector.ts';

export interface WrittenCeiling extends WrittenLimit {
  /** The classes that it does not stop; what they send counts all the same. */
  readonly except: readonly string[];
  readonly counts: Selector;
}

/** One limit above all rules, which no exemption and no mode lifts. */
export const ceiling: RuleKind<WrittenCeiling> = {
  schema: z
    .strictObject({
      limit: tieredSchema(limitSchema),
      window: windowSchema,
      except: z.array(z.string()).default([]).meta({
        description: 'The classes that the ceiling does not stop. What they send counts all the same.',
      }),
      counts: selectorSchema
        .optional()
        .meta({ description: 'Which sends count; every send unless it says less.' }),
    })
    .transform(
      ({ limit, window, except, counts }): WrittenCeiling => ({
        limit,
        window,
        per: UNSPLIT,
        count: 'sends',
        weights: [],
        releaseOn: [],
        except,
        counts: counts ?? [],
      }),
    )
    .meta({ description: 'One limit above all rules; nothing but its own `except` lifts it.' }),
  counting: false,
  atTop: true,
  deferrable: false,
  evaluate: (rule, facts) =>
    rule.spec.except.includes(facts.message.class)
      ? undefined
      : findLimit('ceiling', 'ceiling-reached', rule, facts),
};
