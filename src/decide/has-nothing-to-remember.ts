import type { Instant } from '../kernel/time.ts';
import type { CustomerState } from '../model/customer-state.ts';
import { ENGAGEMENT_RETENTION } from '../model/customer-state.ts';
import type { Preferences } from '../model/preferences.ts';
import type { Policy } from './policy.ts';
import { prune } from './prune.ts';

/** True when forgetting the customer altogether changes no later decision and no explanation of an earlier one. */
export function hasNothingToRemember(state: CustomerState, policy: Policy, now: Instant): boolean {
  const known = prune(policy, state, now);
  const { sends, stops, optOuts, consents, timezone, attributes, lastEngagedAt } = known;
  return (
    sends.length === 0 &&
    stops.length === 0 &&
    known.waiting.length === 0 &&
    known.events.length === 0 &&
    known.tallies.length === 0 &&
    known.busyUntil === undefined &&
    known.cancellations.length === 0 &&
    known.incompleteUntil === undefined &&
    wantsNothing(known.preferences) &&
    !isStillNew(known, policy, now) &&
    optOuts.length === 0 &&
    consents.length === 0 &&
    timezone === undefined &&
    Object.keys(attributes).length === 0 &&
    lastEngagedAt === undefined
  );
}

function wantsNothing({ pauses, ...said }: Preferences): boolean {
  return pauses.length === 0 && Object.values(said).every((part) => part.value.length === 0);
}

/** Tiers may ask how long the customer is known, and how many messages she had. */
function isStillNew({ firstSeenAt }: CustomerState, { tiers }: Policy, now: Instant): boolean {
  return tiers.length > 0 && firstSeenAt > now - ENGAGEMENT_RETENTION;
}
