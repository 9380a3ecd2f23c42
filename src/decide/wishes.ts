import type { CustomerState } from '../model/customer-state.ts';
import {
  type Pause,
  PREFERENCES_MAX,
  type Preferences,
  type PreferencesUpdate,
} from '../model/preferences.ts';
import type { Scope } from '../model/scope.ts';
import { isSameScope, normalizeScope } from '../rules/scope.ts';
import { isNewer } from './context.ts';
import type { Folding } from './folding.ts';

/** Takes each part of an update unless something later is known of it; of one instant, what came last holds. */
export function updatePreferences(state: CustomerState, { interaction, saidAt: at }: Folding): CustomerState {
  const update: PreferencesUpdate = interaction.preferences ?? {};
  const newer = Object.entries(update).filter(([part, value]) => {
    const known = state.preferences[part as keyof PreferencesUpdate];
    return isNewer(at, known?.at) && !(at === known?.at && isSameValue(known.value, value));
  });
  if (newer.length === 0) return state;
  const said = Object.fromEntries(newer.map(([part, value]) => [part, { value, at }]));
  return { ...state, preferences: { ...state.preferences, ...said } as Preferences };
}

/** A pause of everything within the scope; a later one of the same scope replaces it, also with an earlier end. */
export function snooze(
  state: CustomerState,
  { interaction, saidAt: at }: Folding,
  scope: Scope,
): CustomerState {
  const { until } = interaction;
  if (until === undefined) return state;
  const pause: Pause = { scope: normalizeScope(scope), until, at };
  const { pauses } = state.preferences;
  const known = pauses.find((each) => isSameScope(each.scope, pause.scope));
  if (!isNewer(at, known?.at) || (known?.at === at && known.until === until)) return state;
  const others = pauses.filter((each) => each !== known);
  return { ...state, preferences: { ...state.preferences, pauses: bounded([...others, pause]) } };
}

/** Too many pauses become one of everything. */
function bounded(pauses: readonly Pause[]): readonly Pause[] {
  if (pauses.length <= PREFERENCES_MAX) return pauses;
  const until = Math.max(...pauses.map((each) => each.until));
  const at = Math.max(...pauses.map((each) => each.at));
  return [{ scope: {}, until, at }];
}

function isSameValue(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
