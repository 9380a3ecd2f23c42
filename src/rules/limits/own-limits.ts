import type { Duration, Instant } from '../../kernel/time.ts';
import { formatDuration } from '../../kernel/time.ts';
import { RETENTION } from '../../model/customer-state.ts';
import type { OwnLimit } from '../../model/preferences.ts';
import type { Facts } from '../rule-kind.ts';
import { isWithin } from '../scope.ts';

/** How one of the customer's own limits stands. */
export interface OwnCount {
  readonly blocks: boolean;
  readonly count: number;
  readonly limit: number;
  readonly windowStart: Instant;
  readonly window: string;
  /** When it has room again; undefined when it has room now, or never has any. */
  readonly roomAt: Instant | undefined;
}

/** Of the customer's own limits that cover the message the one that binds; undefined when none covers it. */
export function bindingOwnLimit(facts: Facts): OwnCount | undefined {
  let binding: OwnCount | undefined;
  for (const own of facts.state.preferences.limits?.value ?? []) {
    if (!isWithin(own.scope, facts.message, facts.channels)) continue;
    const counted = count(own, facts);
    if (binding === undefined || isStricter(counted, binding)) binding = counted;
  }
  return binding;
}

function count(own: OwnLimit, { state, channels, now }: Facts): OwnCount {
  // What is not remembered cannot be counted: a longer window is one of all that is.
  const window: Duration = Math.min(own.window, RETENTION);
  const windowStart = now - window + 1;
  let counted = 0;
  let leaving: Instant | undefined;
  for (let i = state.sends.length - 1; i >= 0; i--) {
    const send = state.sends[i];
    if (send === undefined || send.at < windowStart) break;
    if (send.returned || !isWithin(own.scope, send, channels)) continue;
    counted++;
    if (counted === own.limit) leaving = send.at;
  }
  return {
    blocks: counted >= own.limit,
    count: counted,
    limit: own.limit,
    windowStart,
    window: formatDuration(window),
    roomAt: leaving === undefined ? undefined : leaving + window,
  };
}

function isStricter(one: OwnCount, other: OwnCount): boolean {
  if (one.blocks !== other.blocks) return one.blocks;
  if (!one.blocks) return one.limit - one.count < other.limit - other.count;
  return (one.roomAt ?? Number.POSITIVE_INFINITY) > (other.roomAt ?? Number.POSITIVE_INFINITY);
}
