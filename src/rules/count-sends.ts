import type { Instant } from '../kernel/time.ts';
import { selects } from '../model/selector.ts';
import type { OpenWindow } from '../model/window.ts';
import type { Bucket } from './bucket.ts';
import { isInBucket } from './bucket.ts';
import type { Facts, RuleOf } from './rule-kind.ts';

/** How many sends a limit sees, and when it allows one more. */
export interface Counted {
  readonly count: number;
  /** Undefined when the limit has room now, or never has any. */
  readonly roomAt: Instant | undefined;
}

/**
 * Counts the sends of a bucket that lie in the window. A send stamped later than `now` counts as well. One more is
 * allowed once the `limit`-th latest of them has left the window.
 */
export function countSends(
  rule: RuleOf<unknown>,
  facts: Facts,
  limit: number,
  window: OpenWindow,
  bucket: Bucket,
): Counted {
  const { sends, attributes } = facts.state;
  let count = 0;
  let leaving: Instant | undefined;
  for (let i = sends.length - 1; i >= 0; i--) {
    const send = sends[i];
    // The log is in the order of time: what follows is older still.
    if (send === undefined || send.at < window.start) break;
    if (send.returned || !selects(rule.counts, send, attributes)) continue;
    if (!isInBucket(bucket, send, facts.message)) continue;
    count++;
    if (count === limit) leaving = send.at;
  }
  return { count, roomAt: leaving === undefined ? undefined : window.leaves(leaving) };
}
