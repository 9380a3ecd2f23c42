import type { Duration, Instant } from '../../kernel/time.ts';
import { type CustomerState, RETENTION, type Send, type Tally } from '../../model/customer-state.ts';
import { type Selector, selects } from '../../model/selector.ts';
import type { FirstSendWindow, LifetimeWindow } from '../../model/window.ts';
import type { RuleOf } from '../rule-kind.ts';
import { type Bucket, nameOfBucket, namesOfBuckets } from './bucket.ts';
import type { Limit } from './limit.ts';
import { TallyTable } from './tally-table.ts';
import { weightOf } from './weight.ts';

/** A rule of any kind. */
type AnyRule = RuleOf<unknown> & { readonly kind: string };
/** A limit that asks about sends that are no longer in the log. */
interface Long {
  readonly rule: RuleOf<Limit>;
  readonly window: FirstSendWindow | LifetimeWindow;
}

const KINDS_OF_LIMITS: readonly string[] = ['cap', 'ceiling'];

/** What is known of the forgotten sends of the message's bucket; undefined when none of them counted. */
export function tallyOf(rule: string, bucket: Bucket, { tallies }: CustomerState): Tally | undefined {
  if (tallies.length === 0) return undefined;
  const name = nameOfBucket(bucket);
  return tallies.find((tally) => tally.rule === rule && tally.bucket === name);
}

/**
 * What is known of forgotten sends once these have left the log as well, oldest first; `state` may still hold them.
 * Returned ones change nothing. Openings that can matter no more are dropped. The same value when nothing changes.
 */
export function forget(
  rules: readonly AnyRule[],
  leaving: readonly Send[],
  state: CustomerState,
  now: Instant,
): readonly Tally[] {
  if (leaving.length === 0 && state.tallies.length === 0) return state.tallies;
  const long = rules.flatMap(asLong);
  if (long.length === 0) return state.tallies;
  const table = new TallyTable(
    state.tallies,
    long.map(({ rule }) => rule.id),
  );
  for (const { rule, window } of long) {
    if (window.kind === 'lifetime') addWeights(table, rule, leaving, state);
    else moveOpenings(table, rule, window.length, leaving, state, now);
  }
  return table.tallies;
}

function asLong(rule: AnyRule): readonly Long[] {
  if (!KINDS_OF_LIMITS.includes(rule.kind)) return [];
  // It is the same window for all tiers.
  const { window } = rule.spec as Limit;
  const isLong = window.kind === 'lifetime' || window.kind === 'first-send';
  return isLong ? [{ rule: rule as RuleOf<Limit>, window }] : [];
}

function addWeights(
  table: TallyTable,
  rule: RuleOf<Limit>,
  leaving: readonly Send[],
  state: CustomerState,
): void {
  for (const [i, send] of leaving.entries()) {
    const weight = weightIn(rule, send, state);
    if (weight === 0) continue;
    for (const bucket of namesOfBuckets(rule.spec.per, send)) {
      const kept = rule.spec.count === 'dispatches' ? keptWeight(rule, bucket, leaving, i, state) : 0;
      const before = table.get(rule.id, bucket)?.weight ?? 0;
      if (weight > kept) table.put({ rule: rule.id, bucket, weight: before + weight - kept });
    }
  }
}

/** What of a send's weight its dispatch goes on counting, because later sends of it are left. */
function keptWeight(
  rule: RuleOf<Limit>,
  bucket: string,
  leaving: readonly Send[],
  place: number,
  state: CustomerState,
): number {
  const dispatch = leaving[place]?.dispatchId;
  if (dispatch === undefined) return 0;
  const isOfBucket = (send: Send) =>
    send.dispatchId === dispatch && namesOfBuckets(rule.spec.per, send).includes(bucket);
  const left = state.sends.filter((send) => !leaving.includes(send));
  const later = [...leaving.slice(place + 1), ...left].filter(isOfBucket);
  return later.reduce((heaviest, send) => Math.max(heaviest, weightIn(rule, send, state)), 0);
}

/** What a send counts as; 0 when it does not. */
function weightIn({ counts, spec }: RuleOf<Limit>, send: Send, { attributes }: CustomerState): number {
  return isCounted(counts, send, attributes) ? weightOf(spec.weights, send, attributes) : 0;
}

function moveOpenings(
  table: TallyTable,
  { id, counts, spec }: RuleOf<Limit>,
  length: Duration,
  leaving: readonly Send[],
  { attributes }: CustomerState,
  now: Instant,
): void {
  for (const send of leaving) {
    if (!isCounted(counts, send, attributes)) continue;
    for (const bucket of namesOfBuckets(spec.per, send)) {
      const opened = table.get(id, bucket)?.openedAt;
      if (opened !== undefined && send.at < opened + length) continue;
      table.put({ rule: id, bucket, weight: 0, openedAt: send.at });
    }
  }
  // What is in the log is younger than this: none of it lies in a window that was over by then.
  table.dropOpenedBefore(id, now - RETENTION - length);
}

function isCounted(counts: Selector, send: Send, attributes: Readonly<Record<string, string>>): boolean {
  return !send.returned && selects(counts, send, attributes);
}
