import { z } from 'zod';
import { RETENTION } from '../model/customer-state.ts';
import { interactionTypesSchema } from './events/written-interaction.ts';
import { perSchema, UNSPLIT } from './limits/bucket.ts';
import { findLimit } from './limits/find-limit.ts';
import type { WrittenLimit } from './limits/limit.ts';
import { reserveSchema } from './limits/reserve.ts';
import { weightsSchema } from './limits/weight.ts';
import { windowSchema } from './limits/written-window.ts';
import type { RuleKind } from './rule-kind.ts';
import { isTiered, tieredSchema, valuesOf } from './tiers/tiered.ts';
import { limitSchema } from './written/written.ts';

const writtenSchema = z.strictObject({
  limit: tieredSchema(limitSchema),
  window: windowSchema,
  per: perSchema,
  count: z
    .enum(['sends', 'dispatches'])
    .default('sends')
    .meta({ description: 'dispatches: what goes out of one dispatch, over several channels, counts once.' }),
  weights: weightsSchema,
  reserve: reserveSchema.optional(),
  releaseOn: interactionTypesSchema
    .optional()
    .meta({ description: 'After these interactions the customer begins anew: earlier sends do not count.' }),
  mayRaiseTo: tieredSchema(limitSchema).optional().meta({
    description: 'Customers who ask for more in such a window get it, up to this.',
  }),
});
type Written = z.output<typeof writtenSchema>;

/** At most so many sends in a window. */
export const cap: RuleKind<WrittenLimit> = {
  schema: writtenSchema
    .check(({ value, issues }) => {
      for (const { key, message } of contradictionsIn(value)) {
        issues.push({ code: 'custom', path: [...key], message, input: value[key[0]] });
      }
    })
    .transform(
      ({ limit, window, per, count, weights, reserve, releaseOn, mayRaiseTo }): WrittenLimit => ({
        limit,
        window,
        per: per ?? UNSPLIT,
        count,
        weights,
        ...(reserve && { reserve }),
        releaseOn: releaseOn ?? [],
        ...(mayRaiseTo && { mayRaiseTo }),
      }),
    )
    .meta({ description: 'At most `limit` sends in `window`.' }),
  exemption: 'caps',
  counting: true,
  atTop: false,
  deferrable: true,
  recurs: ({ count, reserve }) =>
    // The dispatch that a message counts with leaves the window before others do; and reserves come back.
    count === 'dispatches' || reserve?.releaseBefore !== undefined,
  remembers: ({ spec }) =>
    spec.releaseOn.map((type) => ({ type, for: RETENTION, count: 1, fields: [], labels: [] })),
  reads: ({ weights }) => ({ selectors: weights.map((each) => each.for) }),
  evaluate: (rule, facts) => findLimit('cap', 'cap-reached', rule, facts),
};

interface Contradiction {
  readonly key: readonly [keyof Written, ...string[]];
  readonly message: string;
}

/** What cannot be asked of windows that look further back than the log, and of those without an end. */
function* contradictionsIn({ window, reserve, releaseOn, weights }: Written): Generator<Contradiction> {
  const kinds = valuesOf(window).map(({ kind }) => kind);
  const forgets = kinds.includes('lifetime');
  if (releaseOn && (forgets || kinds.includes('first-send'))) {
    yield {
      key: ['releaseOn'],
      message: 'expected a rolling or calendar window, or one of days, beside this',
    };
  }
  if (forgets && isTiered(weights)) {
    const message = 'expected one weight for all tiers beside lifetime: what is forgotten has been weighed';
    yield { key: ['weights'], message };
  }
  if (reserve && forgets) {
    yield { key: ['reserve'], message: 'expected another window than lifetime beside this' };
  }
  if (
    reserve?.releaseBefore !== undefined &&
    !kinds.every((kind) => kind === 'calendar' || kind === 'days')
  ) {
    const message = 'expected a window that ends beside this: { calendar: … } or { days: … }';
    yield { key: ['reserve', 'releaseBefore'], message };
  }
}
