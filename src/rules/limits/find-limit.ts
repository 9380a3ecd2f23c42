import type { Instant } from '../../kernel/time.ts';
import type { Finding } from '../../model/decision.ts';
import type { ReasonCode } from '../../model/reason.ts';
import { openWindow, type Window } from '../../model/window.ts';
import type { Facts, RuleOf } from '../rule-kind.ts';
import { type Bucket, bucketsOf } from './bucket.ts';
import { type Counted, countSends } from './count-sends.ts';
import { type Demand, demandOf } from './demand.ts';
import { openFirstSend } from './first-send.ts';
import type { Limit } from './limit.ts';
import { tallyOf } from './tally.ts';
import { isTableFull } from './tally-table.ts';

/** What a limit finds: the bucket that stays closed longest, else the fullest; undefined when the message is in none. */
export function findLimit(
  kind: string,
  reached: ReasonCode,
  rule: RuleOf<Limit>,
  facts: Facts,
): Finding | undefined {
  const buckets = bucketsOf(rule.spec.per, facts.message);
  if (buckets.length === 0) return undefined;
  const { window } = rule.spec;
  const demand = demandOf(rule.spec, facts);
  const binding = strictest(rule, facts, demand, window, buckets);
  const roomAt =
    buckets.length === 1 ? binding.roomAt : roomInAll(binding, rule, facts, demand, window, buckets);
  return findingOf(kind, reached, rule.id, demand, binding, roomAt);
}

function strictest(
  rule: RuleOf<Limit>,
  facts: Facts,
  demand: Demand,
  window: Window,
  buckets: readonly Bucket[],
): Counted {
  let binding: Counted | undefined;
  for (const bucket of buckets) {
    const counted = countIn(rule, facts, demand, window, bucket);
    if (binding === undefined || isStricter(counted, binding)) binding = counted;
  }
  return binding as Counted;
}

/** When there is room in every bucket at once: while one is waited for, another may have been closed again. */
function roomInAll(
  first: Counted,
  rule: RuleOf<Limit>,
  facts: Facts,
  demand: Demand,
  window: Window,
  buckets: readonly Bucket[],
): Instant | undefined {
  let binding = first;
  let at: Instant | undefined;
  for (let tries = 0; binding.blocks && tries < TRIES_MAX; tries++) {
    at = binding.roomAt;
    if (at === undefined) return undefined;
    binding = strictest(rule, { ...facts, now: at }, demand, window, buckets);
  }
  return binding.blocks ? undefined : at;
}

/** Enough for every time at which something leaves one of the buckets, but in the strangest of logs. */
const TRIES_MAX = 100;

function countIn(rule: RuleOf<Limit>, facts: Facts, demand: Demand, window: Window, bucket: Bucket): Counted {
  const { state, timezone, now } = facts;
  if (window.kind === 'first-send') {
    const openedBefore = tallyOf(rule.id, bucket, state)?.openedAt;
    const open = openFirstSend(rule, facts, window, bucket, openedBefore);
    return countSends(rule, facts, demand, open, bucket, 0);
  }
  const open = openWindow(window, { customer: state.timezone, policy: timezone }, now);
  if (window.kind !== 'lifetime') return countSends(rule, facts, demand, open, bucket, 0);
  const tally = tallyOf(rule.id, bucket, state);
  const counted = countSends(rule, facts, demand, open, bucket, tally?.weight ?? 0);
  const isForgotten = tally === undefined && isTableFull(state.tallies) && demand.weight > 0;
  return isForgotten ? { ...counted, blocks: true, why: 'forgotten', roomAt: undefined } : counted;
}

const WHY: Readonly<Record<Exclude<Counted['why'], 'reached'>, ReasonCode>> = {
  reserved: 'cap-reserved',
  forgotten: 'history-full',
};

function findingOf(
  kind: string,
  reached: ReasonCode,
  rule: string,
  { weight }: Demand,
  { blocks, why, count, limit, window }: Counted,
  roomAt: Instant | undefined,
): Finding {
  // Built by assignment: spreading each optional field costs more than counting.
  const finding: { -readonly [Key in keyof Finding]: Finding[Key] } = {
    rule,
    kind,
    verdict: blocks ? 'blocks' : 'allows',
    reason: !blocks ? 'cleared' : why === 'reached' ? reached : WHY[why],
    count,
    limit,
    window: window.text,
  };
  if (weight !== 1) finding.weight = weight;
  if (Number.isFinite(window.start)) finding.windowStart = window.start;
  if (roomAt !== undefined) finding.nextEligibleAt = roomAt;
  return finding;
}

/** Blocked before allowed; of the blocked the one that waits longer, for ever if need be; else the one with less room. */
function isStricter(one: Counted, other: Counted): boolean {
  if (one.blocks !== other.blocks) return one.blocks;
  if (!one.blocks) return one.limit - one.count < other.limit - other.count;
  const wait = one.roomAt ?? Number.POSITIVE_INFINITY;
  const otherWait = other.roomAt ?? Number.POSITIVE_INFINITY;
  return wait === otherWait ? one.count > other.count : wait > otherWait;
}
