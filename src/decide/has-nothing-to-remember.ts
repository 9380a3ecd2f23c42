import type { Instant } from '../kernel/time.ts';
import type { CustomerState } from '../model/customer-state.ts';
import { ENGAGEMENT_RETENTION } from '../model/customer-state.ts';
import type { Policy } from './policy.ts';
import { prune } from './prune.ts';

/** True when forgetting the customer altogether changes no later decision and no explanation of an earlier one. */
export function hasNothingToRemember(state: CustomerState, _policy: Policy, now: Instant): boolean {
  const { sends, stops, optOuts, consents, timezone, attributes, lastEngagedAt } = prune(state, now);
  return (
    sends.length === 0 &&
    stops.length === 0 &&
    optOuts.length === 0 &&
    consents.length === 0 &&
    timezone === undefined &&
    Object.keys(attributes).length === 0 &&
    (lastEngagedAt === undefined || lastEngagedAt <= now - ENGAGEMENT_RETENTION)
  );
}
