import type { Instant } from '../kernel/time.ts';
import { isKnownZone } from '../model/calendar.ts';
import type { CustomerState } from '../model/customer-state.ts';
import type { Folding } from './folding.ts';
import { keepNamed } from './remembered.ts';

/** Whether something said at an instant holds over what was said at the other, or before anything else. */
export function isNewer(at: Instant, known: Instant | undefined): boolean {
  return known === undefined || at >= known;
}

/** With the zone that an interaction tells, unless a later one told another. */
export function withZone(state: CustomerState, { interaction, saidAt: at }: Folding): CustomerState {
  const { timezone } = interaction;
  if (timezone === undefined || !isNewer(at, state.timezoneAt) || !isKnownZone(timezone)) return state;
  if (timezone === state.timezone && at === state.timezoneAt) return state;
  return { ...state, timezone, timezoneAt: at };
}

/** With the attributes that the policy asks about, each unless something later was said of it. */
export function updateProfile(
  state: CustomerState,
  { policy, interaction, saidAt: at }: Folding,
): CustomerState {
  const named = keepNamed(interaction.attributes, policy.remembers.attributes);
  const said = Object.entries(named).filter(([name, value]) => {
    const known = Object.hasOwn(state.attributeTimes, name) ? state.attributeTimes[name] : undefined;
    return isNewer(at, known) && !(at === known && state.attributes[name] === value);
  });
  if (said.length === 0) return state;
  return {
    ...state,
    attributes: { ...state.attributes, ...Object.fromEntries(said) },
    attributeTimes: { ...state.attributeTimes, ...Object.fromEntries(said.map(([name]) => [name, at])) },
  };
}

/** Not to be disturbed before `until`; what was said last holds. Without an end nothing is said. */
export function beBusy(state: CustomerState, { interaction, saidAt: at }: Folding): CustomerState {
  const { until } = interaction;
  if (until === undefined || !isNewer(at, state.busyAt)) return state;
  if (until === state.busyUntil && at === state.busyAt) return state;
  return { ...state, busyUntil: until, busyAt: at };
}
