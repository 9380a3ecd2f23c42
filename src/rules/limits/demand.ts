import type { Duration } from '../../kernel/time.ts';
import { DAY } from '../../kernel/time.ts';
import type { Window } from '../../model/window.ts';
import type { Facts } from '../rule-kind.ts';
import { isWithin } from '../scope.ts';
import type { Limit } from './limit.ts';
import { weightOf } from './weight.ts';

/** What one message asks of a limit. */
export interface Demand {
  /** How much the window may hold, whoever it is for: of the customer's tier, raised where the customer asked for more. */
  readonly limit: number;
  /** What the message adds, unless its dispatch counts already. */
  readonly weight: number;
  /** The dispatch it counts with; undefined = it counts by itself. */
  readonly dispatch: string | undefined;
  /** How much is kept for other classes than the message's. */
  readonly slots: number;
}

export function demandOf(limit: Limit, facts: Facts): Demand {
  const { message, state } = facts;
  const { reserve } = limit;
  return {
    limit: raised(limit, facts),
    weight: weightOf(limit.weights, message, state.attributes),
    dispatch: limit.count === 'dispatches' ? message.dispatchId : undefined,
    slots: reserve === undefined || reserve.classes.includes(message.class) ? 0 : reserve.slots,
  };
}

/** The smallest of the customer's own limits that are about the same counts: none of them is to be exceeded. */
function raised({ limit, window, mayRaiseTo }: Limit, facts: Facts): number {
  const { state, message, channels } = facts;
  const own = state.preferences.limits?.value;
  if (mayRaiseTo === undefined || own === undefined) return limit;
  const length = lengthOf(window);
  let asked = Number.POSITIVE_INFINITY;
  for (const each of own) {
    if (each.window === length && isWithin(each.scope, message, channels))
      asked = Math.min(asked, each.limit);
  }
  return asked === Number.POSITIVE_INFINITY ? limit : Math.max(limit, Math.min(asked, mayRaiseTo));
}

const UNIT_LENGTHS: Readonly<Record<string, Duration>> = { day: DAY, week: 7 * DAY, month: 30 * DAY };

/** How long people would call the window; undefined where they would not know. */
function lengthOf(window: Window): Duration | undefined {
  if (window.kind === 'rolling') return window.duration;
  const unit = window.kind === 'calendar' ? UNIT_LENGTHS[window.unit] : undefined;
  return unit === undefined || window.kind !== 'calendar' ? undefined : unit * window.units;
}
