import type { Instant } from '../kernel/time.ts';
import type { CustomerState } from '../model/customer-state.ts';

/** With the customer in this tier, since `at` unless she was in it before. The same value where there are no tiers. */
export function holdTier(state: CustomerState, id: string | undefined, at: Instant): CustomerState {
  return id === undefined || state.tier?.id === id ? state : { ...state, tier: { id, since: at } };
}
