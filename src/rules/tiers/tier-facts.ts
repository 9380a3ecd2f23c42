import type { Instant } from '../../kernel/time.ts';
import type { CustomerState } from '../../model/customer-state.ts';
import { ANSWER_TYPES, type InteractionType } from '../../model/interaction.ts';
import { covers, selects } from '../../model/selector.ts';
import { eventsOf, lastTimeOf } from '../events/event.ts';
import type { Facts } from '../rule-kind.ts';
import type { Ago, Bounds, TierCondition, TierConditions } from './tier-condition.ts';

/** All that a tier may look at: everything but the tier. */
export type TierFacts = Omit<Facts, 'tier'>;

/** What shows an interest in a category. */
export const INTEREST_TYPES: readonly InteractionType[] = ['opened', ...ANSWER_TYPES];

/** Whether every condition holds for the customer and, where they ask for its categories, the message. */
export function fits(conditions: TierConditions, facts: TierFacts): boolean {
  return conditions.every((condition) => holds(condition, facts));
}

function holds(condition: TierCondition, facts: TierFacts): boolean {
  const { state, now } = facts;
  switch (condition.kind) {
    case 'firstSeen':
      return isAgo(condition, now - state.firstSeenAt);
    case 'lastEngaged':
      return isAgo(condition, now - (state.lastEngagedAt ?? Number.NEGATIVE_INFINITY));
    case 'responses': {
      const since = now - condition.within;
      return isBetween(condition, eventsOf(state, condition.types).filter(({ at }) => at > since).length);
    }
    case 'contacts':
      return isBetween(condition, contacts(state, now, condition.within));
    case 'unanswered':
      return isBetween(condition, unanswered(state));
    case 'interest':
      return isInterested(facts, now - condition.within);
    case 'attributes':
      return selects(condition.selector, facts.message, state.attributes);
    case 'any':
      return condition.of.some((each) => fits(each, facts));
    case 'not':
      return !fits(condition.of, facts);
  }
}

function isAgo({ within, before }: Ago, age: number): boolean {
  return (within === undefined || age < within) && (before === undefined || age >= before);
}

function isBetween({ atLeast, atMost }: Bounds, count: number): boolean {
  return (atLeast === undefined || count >= atLeast) && (atMost === undefined || count <= atMost);
}

function contacts(
  { sends, forgottenSends }: CustomerState,
  now: Instant,
  within: number | undefined,
): number {
  const since = within === undefined ? Number.NEGATIVE_INFINITY : now - within;
  const remembered = sends.filter(({ at, returned }) => !returned && at > since).length;
  return within === undefined ? forgottenSends + remembered : remembered;
}

/** How many sends went out since the last answer. */
function unanswered(state: CustomerState): number {
  const answeredAt = lastTimeOf(state, ANSWER_TYPES) ?? Number.NEGATIVE_INFINITY;
  const sends = state.sends.filter(({ returned }) => !returned);
  const lastAnswered = sends.findLastIndex(({ answered }) => answered);
  return sends.slice(lastAnswered + 1).filter(({ at }) => at > answeredAt).length;
}

function isInterested({ state, message }: TierFacts, since: Instant): boolean {
  return eventsOf(state, INTEREST_TYPES).some(
    ({ at, categories }) =>
      at > since &&
      categories.some((path) =>
        message.categories.some((category) => covers(path, category) || covers(category, path)),
      ),
  );
}
