import type { Instant } from '../../kernel/time.ts';
import type { Send } from '../../model/customer-state.ts';
import { selects } from '../../model/selector.ts';
import type { OpenWindow } from '../../model/window.ts';
import { lastTimeOf } from '../events/event.ts';
import type { Facts, RuleOf } from '../rule-kind.ts';
import { type Bucket, isInBucket } from './bucket.ts';
import { Count } from './count.ts';
import type { Demand } from './demand.ts';
import type { Limit } from './limit.ts';
import { weightOf } from './weight.ts';

/** How a limit stands for a message. */
export interface Counted {
  readonly blocks: boolean;
  readonly count: number;
  /** The limit that holds now, less what is kept for others. */
  readonly limit: number;
  /** Why it blocks, if it does: the limit is reached, its last slots are kept for others, or too much is forgotten. */
  readonly why: 'reached' | 'reserved' | 'forgotten';
  /** The first instant at which it fits if nothing else happens; undefined when it fits now, or never does. */
  readonly roomAt: Instant | undefined;
  readonly window: OpenWindow;
}

/**
 * Counts the sends of a bucket that lie in the window, and `before`, which is no longer in the log. A send stamped later
 * than `now` counts as well. The log is walked from its end, and whatever leaves a window leaves it in the order of
 * time: so each place on the way shows how the limit will stand once all that is older has left.
 */
export function countSends(
  rule: RuleOf<Limit>,
  facts: Facts,
  demand: Demand,
  window: OpenWindow,
  bucket: Bucket,
  before: number,
): Counted {
  const { spec } = rule;
  const { sends, attributes } = facts.state;
  const start = startOf(spec, facts, window);
  const count = new Count(spec, demand, before);
  let together = Number.POSITIVE_INFINITY;
  for (let i = sends.length - 1; i >= 0; i--) {
    const send = sends[i];
    if (send === undefined || send.at < start) break;
    if (!isCounted(rule, send, facts, bucket)) continue;
    if (send.at < together) {
      count.noteLeaving(send.at);
      together = window.togetherWith(send.at);
    }
    count.add(send, weightOf(spec.weights, send, attributes));
  }
  return countedOf(count, window, facts.now);
}

/** The earliest instant that counts. */
function startOf({ releaseOn }: Limit, { state }: Facts, window: OpenWindow): Instant {
  if (releaseOn.length === 0) return window.start;
  const released = lastTimeOf(state, releaseOn);
  return released === undefined ? window.start : Math.max(window.start, released + 1);
}

function isCounted({ counts, spec }: RuleOf<Limit>, send: Send, facts: Facts, bucket: Bucket): boolean {
  if (send.returned || !isInBucket(bucket, send)) return false;
  if (spec.count === 'other-dispatches' && isOfDispatch(send, facts.message.dispatchId)) return false;
  return selects(counts, send, facts.state.attributes);
}

function isOfDispatch({ dispatchId }: Send, dispatch: string | undefined): boolean {
  return dispatchId !== undefined && dispatchId === dispatch;
}

function countedOf(count: Count, window: OpenWindow, now: Instant): Counted {
  const released = now >= releaseAt(count, window, now);
  const blocks = !count.fits(released);
  return {
    blocks,
    count: count.total,
    limit: count.limit(released),
    why: blocks && count.fits(true) ? 'reserved' : 'reached',
    roomAt: blocks ? roomAt(count, window, now) : undefined,
    window,
  };
}

function roomAt(count: Count, window: OpenWindow, now: Instant): Instant | undefined {
  // Nothing leaves before the present span ends, and the reserve is released before that.
  if (count.releaseBefore !== undefined && count.fits(true)) return releaseAt(count, window, now);
  if (count.leaving === undefined) return undefined;
  const left = window.leaves(count.leaving);
  if (!Number.isFinite(left)) return undefined;
  return count.leavingAndRelease ? Math.max(left, releaseAt(count, window, left)) : left;
}

function releaseAt({ releaseBefore }: Count, window: OpenWindow, at: Instant): Instant {
  return releaseBefore === undefined ? Number.POSITIVE_INFINITY : window.endAt(at) - releaseBefore;
}
