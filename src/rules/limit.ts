import type { Finding } from '../model/decision.ts';
import type { ReasonCode } from '../model/reason.ts';
import type { Window } from '../model/window.ts';
import { openWindow } from '../model/window.ts';
import { bucketsOf, type Split } from './bucket.ts';
import { type Counted, countSends } from './count-sends.ts';
import type { Facts, RuleOf } from './rule-kind.ts';

/** At most `limit` sends in the window, for each bucket of the split. */
export interface Limit {
  readonly limit: number;
  readonly window: Window;
  readonly per: Split;
}

/** What a limit finds: the bucket that stays closed longest, else the fullest; undefined when the message is in none. */
export function findLimit(
  kind: string,
  reason: ReasonCode,
  rule: RuleOf<unknown>,
  { limit, window, per }: Limit,
  facts: Facts,
): Finding | undefined {
  const buckets = bucketsOf(per, facts.message);
  if (buckets.length === 0) return undefined;
  const clocks = { customer: facts.state.timezone, policy: facts.timezone };
  const open = openWindow(window, clocks, facts.now);
  let binding: Counted | undefined;
  for (const bucket of buckets) {
    const counted = countSends(rule, facts, limit, open, bucket);
    if (binding === undefined || isStricter(counted, binding)) binding = counted;
  }
  const { count, roomAt } = binding as Counted;
  const blocks = count >= limit;
  const finding: Finding = {
    rule: rule.id,
    kind,
    verdict: blocks ? 'blocks' : 'allows',
    reason: blocks ? reason : 'cleared',
    count,
    limit,
    windowStart: open.start,
    window: open.text,
  };
  return blocks && roomAt !== undefined ? { ...finding, nextEligibleAt: roomAt } : finding;
}

function isStricter(one: Counted, other: Counted): boolean {
  const wait = one.roomAt ?? Number.NEGATIVE_INFINITY;
  const otherWait = other.roomAt ?? Number.NEGATIVE_INFINITY;
  return wait === otherWait ? one.count > other.count : wait > otherWait;
}
