import type { Scope } from '../../src/model/scope.ts';
import { channelNamed, scopeText } from './select.ts';
import { DAY, type WrittenPolicy } from './written.ts';

export interface OptOut {
  readonly scope: Scope;
  readonly at: number;
  readonly readAt: number;
  readonly until?: number | undefined;
  readonly cause: 'opt-out' | 'complaint' | 'erasure';
  /** Opt-ins that came after it. */
  readonly later: { reach: Scope; at: number; fromErasureOnly: boolean }[];
}

/** An opt-out that is no newer than one that is alike is not a new one, so that what took that back still does. */
export function addOptOut(policy: WrittenPolicy, optOuts: OptOut[], optOut: OptOut, now: number): void {
  const textOf = ({ scope, until, cause }: OptOut) => `${scopeText(scope)} ${until} ${cause}`;
  const same = optOuts.findLast((each) => textOf(each) === textOf(optOut) && each.at >= optOut.at);
  if (same === undefined) optOuts.push(optOut);
  else if (isForgotten(policy, same, now)) optOuts.push(optOut);
}

/** Whether somebody wants nothing any more, for good, and nothing that was said later takes back any of it. */
export function isObjecting(optOuts: readonly OptOut[]): boolean {
  return optOuts.some(
    ({ scope, at, until, later, cause }) =>
      until === undefined &&
      Object.values(scope).every((values) => values.length === 0) &&
      later.every((each) => each.at <= at || (each.fromErasureOnly && cause !== 'erasure')),
  );
}

/** What was taken back as a whole is remembered for so long; after that it is news. */
export function isForgotten(policy: WrittenPolicy, optOut: OptOut, now: number): boolean {
  const { scope, at, later, cause } = optOut;
  const taken = later.filter(
    (each) =>
      each.at > at && (!each.fromErasureOnly || cause === 'erasure') && isAllOf(policy, each.reach, scope),
  );
  return taken.length > 0 && now - Math.max(...taken.map((each) => each.at)) >= 35 * DAY;
}

/** Whether the reach leaves nothing of the scope. */
function isAllOf(policy: WrittenPolicy, reach: Scope, scope: Scope): boolean {
  return Object.entries(reach).every(([field, values]) => {
    const named = (value: string) => (field === 'channel' ? (channelNamed(policy, value) ?? value) : value);
    const own = scope[field as keyof Scope];
    return own?.every((value) => values.map(named).includes(named(value)));
  });
}
