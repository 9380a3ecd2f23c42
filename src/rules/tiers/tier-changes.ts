import type { Duration, Instant } from '../../kernel/time.ts';
import { RETENTION } from '../../model/customer-state.ts';
import { eventsOf } from '../events/event.ts';
import type { Tier } from './tier.ts';
import type { Ago, TierCondition, TierConditions } from './tier-condition.ts';
import { INTEREST_TYPES, type TierFacts } from './tier-facts.ts';

/** Every instant after `now` at which the customer may come into another tier if nothing else happens, in the order of time. */
export function tierChanges(tiers: readonly Tier[], facts: TierFacts): readonly Instant[] {
  const instants = new Set([...changesOf(tiers, facts)].filter((at) => at > facts.now));
  return [...instants].sort((one, other) => one - other);
}

function* changesOf(tiers: readonly Tier[], facts: TierFacts): Generator<Instant> {
  const { tier: held } = facts.state;
  for (const { id, when, hold } of tiers) {
    if (hold !== undefined && held?.id === id) yield held.since + hold;
    yield* all(when, facts);
  }
}

function* all(conditions: TierConditions, facts: TierFacts): Generator<Instant> {
  for (const condition of conditions) yield* each(condition, facts);
}

function* each(condition: TierCondition, facts: TierFacts): Generator<Instant> {
  const { state } = facts;
  switch (condition.kind) {
    case 'firstSeen':
      yield* afterAgo(condition, state.firstSeenAt);
      return;
    case 'lastEngaged':
      if (state.lastEngagedAt !== undefined) yield* afterAgo(condition, state.lastEngagedAt);
      return;
    case 'responses':
      yield* after(eventsOf(state, condition.types), condition.within);
      return;
    case 'contacts':
      if (condition.within !== undefined) yield* after(state.sends, condition.within);
      return;
    case 'unanswered':
      yield* after(state.sends, RETENTION);
      return;
    case 'interest':
      yield* after(eventsOf(state, INTEREST_TYPES), condition.within);
      return;
    case 'any':
      for (const conditions of condition.of) yield* all(conditions, facts);
      return;
    case 'not':
      yield* all(condition.of, facts);
      return;
    case 'attributes':
      return;
  }
}

function* afterAgo({ within, before }: Ago, at: Instant): Generator<Instant> {
  if (within !== undefined) yield at + within;
  if (before !== undefined) yield at + before;
}

function* after(times: readonly { readonly at: Instant }[], duration: Duration): Generator<Instant> {
  for (const { at } of times) yield at + duration;
}
