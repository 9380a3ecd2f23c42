import type { Duration, Instant } from '../../kernel/time.ts';
import { formatDuration } from '../../kernel/time.ts';
import { selects } from '../../model/selector.ts';
import type { FirstSendWindow, OpenWindow } from '../../model/window.ts';
import type { Facts, RuleOf } from '../rule-kind.ts';
import { type Bucket, isInBucket } from './bucket.ts';

/**
 * The window that the first send opened: each send of the bucket that lies in no window opens the next. `openedBefore`
 * is when the last window was opened by a send that is forgotten.
 */
export function openFirstSend(
  { counts }: RuleOf<unknown>,
  { state, now }: Facts,
  { length }: FirstSendWindow,
  bucket: Bucket,
  openedBefore: Instant | undefined,
): OpenWindow {
  let opened = openedBefore ?? Number.NEGATIVE_INFINITY;
  // More than one only where the log holds what is stamped later than now.
  const openings = opened + length > now ? [opened] : [];
  for (const send of state.sends) {
    if (send.at < opened + length || send.returned) continue;
    if (!selects(counts, send, state.attributes) || !isInBucket(bucket, send)) continue;
    opened = send.at;
    if (opened + length > now) openings.push(opened);
  }
  return new FirstSend(length, openings);
}

class FirstSend implements OpenWindow {
  readonly start: Instant;
  readonly #length: Duration;
  readonly #openings: readonly Instant[];

  constructor(length: Duration, openings: readonly Instant[]) {
    this.start = openings[0] ?? Number.POSITIVE_INFINITY;
    this.#length = length;
    this.#openings = openings;
  }

  get text(): string {
    return `${formatDuration(this.#length)} from the first send`;
  }

  leaves(at: Instant): Instant {
    return this.togetherWith(at) + this.#length;
  }

  togetherWith(at: Instant): Instant {
    return this.#openings.findLast((opened) => opened <= at) ?? Number.NEGATIVE_INFINITY;
  }

  endAt(): Instant {
    return Number.POSITIVE_INFINITY;
  }
}
