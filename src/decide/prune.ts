import type { Instant } from '../kernel/time.ts';
import { type CustomerState, RETENTION } from '../model/customer-state.ts';
import { pruneOptOuts } from './opt-outs.ts';
import { pruneSends } from './send-log.ts';

/** Without what can change no decision any more; the same value when there is no such thing. */
export function prune(state: CustomerState, now: Instant): CustomerState {
  return pruneStops(pruneOptOuts(pruneSends(state, now), now), now);
}

function pruneStops(state: CustomerState, now: Instant): CustomerState {
  const kept = state.stops.findIndex((stop) => stop.at > now - RETENTION);
  if (kept === 0 || state.stops.length === 0) return state;
  return { ...state, stops: kept < 0 ? [] : state.stops.slice(kept) };
}
