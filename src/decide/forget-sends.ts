import type { Instant } from '../kernel/time.ts';
import type { CustomerState } from '../model/customer-state.ts';
import { RETENTION } from '../model/customer-state.ts';
import { forget } from '../rules/limits/tally.ts';
import type { Policy } from './policy.ts';

/** Without the sends that no rolling window reaches any more, those of `RETENTION` ago included; the same value if there are none. */
export function forgetSends(policy: Policy, state: CustomerState, now: Instant): CustomerState {
  const { sends } = state;
  const kept = sends.findIndex((send) => send.at > now - RETENTION);
  return forgetOldest(policy, state, kept < 0 ? sends.length : kept, now);
}

/** Without the oldest sends; what rules that look further back have to know of them is kept. */
export function forgetOldest(
  policy: Policy,
  state: CustomerState,
  count: number,
  now: Instant,
): CustomerState {
  if (count === 0 && state.tallies.length === 0) return state;
  const { rules, ceiling } = policy;
  const leaving = state.sends.slice(0, count);
  const tallies = forget(ceiling === undefined ? rules : [...rules, ceiling], leaving, state, now);
  if (count === 0) return tallies === state.tallies ? state : { ...state, tallies };
  return {
    ...state,
    sends: state.sends.slice(count),
    forgottenSends: state.forgottenSends + leaving.filter(({ returned }) => !returned).length,
    tallies,
  };
}
