import { Temporal } from 'temporal-polyfill';
import type { Instant } from '../kernel/time.ts';
import { DAY } from '../kernel/time.ts';

/** In `[start, end)` the clocks of a zone show the instant plus `offset`; before and after they may do so as well. */
export interface OffsetSpan {
  readonly start: Instant;
  readonly end: Instant;
  readonly offset: number;
}

/** No zone ever kept an offset for less than this. */
const STEP = 7 * DAY;
const BLOCK = 8 * STEP;
const ZONES_MAX = 2_000;
const BLOCKS_MAX = 100;
/** The last instant that is asked about: the end of the year 9999. */
const LAST: Instant = 253_402_300_799_999;

/** By zone, the spans of blocks of time. Finding them costs a millisecond, so they are found once. */
const known = new Map<string, Map<number, readonly OffsetSpan[]>>();

/** The span around an instant in a zone that `isKnownZone`. Before 1970 and after 9999 clocks are not known to change. */
export function offsetSpan(zone: string, at: Instant): OffsetSpan {
  if (at < 0) return { start: Number.NEGATIVE_INFINITY, end: 0, offset: offsetAt(zone, 0) };
  if (at > LAST) return { start: LAST + 1, end: Number.POSITIVE_INFINITY, offset: offsetAt(zone, LAST) };
  const spans = spansAround(zone, at);
  for (const span of spans) if (at < span.end) return span;
  return spans.at(-1) as OffsetSpan;
}

function spansAround(zone: string, at: Instant): readonly OffsetSpan[] {
  const block = Math.floor(at / BLOCK);
  let blocks = known.get(zone);
  if (blocks === undefined) {
    if (known.size >= ZONES_MAX) known.clear();
    blocks = new Map();
    known.set(zone, blocks);
  }
  let spans = blocks.get(block);
  if (spans === undefined) {
    if (blocks.size >= BLOCKS_MAX) blocks.clear();
    spans = spansWithin(zone, block * BLOCK, Math.min((block + 1) * BLOCK, LAST + 1));
    blocks.set(block, spans);
  }
  return spans;
}

/** The spans of `[from, to)`, in order and without gaps. */
function spansWithin(zone: string, from: Instant, to: Instant): readonly OffsetSpan[] {
  const spans: OffsetSpan[] = [];
  let start = from;
  let offset = offsetAt(zone, from);
  for (let at = from; at < to; at += STEP) {
    const next = Math.min(at + STEP, to - 1);
    const nextOffset = offsetAt(zone, next);
    if (nextOffset === offset) continue;
    const change = changeBetween(zone, at, next, offset);
    spans.push({ start, end: change, offset });
    start = change;
    offset = nextOffset;
  }
  return [...spans, { start, end: to, offset }];
}

/** The first instant in `(from, to]` at which the offset is another than at `from`. */
function changeBetween(zone: string, from: Instant, to: Instant, offset: number): Instant {
  let before = from;
  let after = to;
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (offsetAt(zone, middle) === offset) before = middle;
    else after = middle;
  }
  return after;
}

function offsetAt(zone: string, at: Instant): number {
  return Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone).offsetNanoseconds / 1_000_000;
}
