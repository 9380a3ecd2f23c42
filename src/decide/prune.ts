import type { Instant } from '../kernel/time.ts';
import { type CustomerState, ENGAGEMENT_RETENTION, RETENTION } from '../model/customer-state.ts';
import { pruneCancellations } from './cancellations.ts';
import { forgetSends } from './forget-sends.ts';
import { withoutScores } from './objection.ts';
import { pruneOptOuts } from './opt-outs.ts';
import type { Policy } from './policy.ts';
import { pruneEvents } from './remember-event.ts';

/** Without what can change no decision any more, or may not; the same value when there is no such thing. */
export function prune(policy: Policy, state: CustomerState, now: Instant): CustomerState {
  const sends = forgetSends(policy, state, now);
  const events = pruneEvents(policy, pruneOptOuts(policy, sends, now), now);
  const wishes = pruneEngagement(pruneWishes(pruneStops(events, now), now), now);
  return withoutScores(policy, pruneIncompleteness(pruneCancellations(wishes, now), now));
}

function pruneIncompleteness(state: CustomerState, now: Instant): CustomerState {
  const { incompleteUntil, ...complete } = state;
  return incompleteUntil === undefined || incompleteUntil > now ? state : complete;
}

/** No tier looks further back: an engagement of that age is as good as none. */
function pruneEngagement(state: CustomerState, now: Instant): CustomerState {
  const { lastEngagedAt, ...others } = state;
  return lastEngagedAt === undefined || lastEngagedAt > now - ENGAGEMENT_RETENTION ? state : others;
}

function pruneStops(state: CustomerState, now: Instant): CustomerState {
  const kept = state.stops.findIndex((stop) => stop.at > now - RETENTION);
  if (kept === 0 || state.stops.length === 0) return state;
  return { ...state, stops: kept < 0 ? [] : state.stops.slice(kept) };
}

function pruneWishes(state: CustomerState, now: Instant): CustomerState {
  const { preferences, busyUntil } = state;
  const isOver = preferences.pauses.some(({ until }) => until <= now);
  const isFree = busyUntil !== undefined && busyUntil <= now;
  if (!isOver && !isFree) return state;
  const { busyUntil: _, busyAt: __, ...others } = state;
  const pauses = preferences.pauses.filter(({ until }) => until > now);
  return { ...(isFree ? others : state), preferences: { ...preferences, pauses } };
}
