import type { CustomerState } from '../model/customer-state.ts';
import { isSameScope } from '../rules/scope.ts';
import type { Policy } from './policy.ts';

/**
 * Whether the customer objects to direct marketing (GDPR 21(2)): an opt-out of everything, without an end, that nothing newer
 * opened again in any part. It is no matter of time, so that what is asked about later holds as long as nothing happens.
 */
export function objects({ optOuts }: CustomerState): boolean {
  return optOuts.some(
    ({ scope, at, until, takenBack }) =>
      until === undefined && isSameScope(scope, {}) && !takenBack?.some((each) => each.at > at),
  );
}

/**
 * Of somebody who objects, without all that only serves to judge what she does: the tier, when she was engaged last, which
 * sends she answered, and what happened that nothing but tiers and `unanswered` ask about. The same value where there is
 * nothing of it, or no objection.
 */
export function withoutScores({ remembers }: Policy, state: CustomerState): CustomerState {
  if (state.optOuts.length === 0 || !objects(state)) return state;
  const { tier, lastEngagedAt, ...unscored } = state;
  const events = state.events.filter(({ type }) => remembers.unscored.includes(type));
  const isScored =
    tier !== undefined ||
    lastEngagedAt !== undefined ||
    events.length < state.events.length ||
    state.sends.some(({ answered }) => answered);
  if (!isScored) return state;
  const sends = state.sends.map((send) => (send.answered ? { ...send, answered: false } : send));
  return { ...unscored, events, sends };
}
