import type { Decision } from '../model/decision.ts';
import type { OutboundMessage } from '../model/message.ts';
import type { ReasonCode } from '../model/reason.ts';

export interface OutcomeCounts {
  cleared: number;
  suppressed: number;
  deferred: number;
}

/** Decisions counted by outcome, by where the message came from, and by what stood against it. */
export interface Tally {
  readonly total: OutcomeCounts;
  /** Platform, then channel as the policy names it. */
  readonly byPlatform: Map<string, Map<string, OutcomeCounts>>;
  /** What was not cleared, or under a policy that only observes would not have been. */
  readonly blocked: Map<string, BlockedCount>;
  deadLettered: number;
  readonly deadLettersByReason: Map<string, number>;
}

export interface BlockedCount {
  readonly reason: ReasonCode;
  /** Absent for what binds without any rule. */
  readonly rule: string | undefined;
  count: number;
}

export function createTally(): Tally {
  return {
    total: emptyCounts(),
    byPlatform: new Map(),
    blocked: new Map(),
    deadLettered: 0,
    deadLettersByReason: new Map(),
  };
}

export function countDecision(tally: Tally, message: OutboundMessage, decision: Decision): void {
  tally.total[decision.outcome] += 1;
  const channels = entry(tally.byPlatform, message.sender ?? message.sourceTopic, () => new Map());
  entry(channels, decision.channel, emptyCounts)[decision.outcome] += 1;
  if (decision.verdict === 'cleared') return;
  const { reason, rule } = decision;
  entry(tally.blocked, `${reason} ${rule ?? ''}`, () => ({ reason, rule, count: 0 })).count += 1;
}

/** The reason may be as dead letters carry it, `tact.malformed`. */
export function countDeadLetter(tally: Tally, fullReason: string): void {
  const reason = fullReason.replace(/^tact\./, '');
  tally.deadLettered += 1;
  tally.deadLettersByReason.set(reason, (tally.deadLettersByReason.get(reason) ?? 0) + 1);
}

/** Messages that were decided. */
export function decidedCount({ total }: Tally): number {
  return total.cleared + total.suppressed + total.deferred;
}

/** How many messages each reason stopped, most first. */
export function countsByReason(tally: Tally): Partial<Record<ReasonCode, number>> {
  const counts = new Map<ReasonCode, number>();
  for (const { reason, count } of tally.blocked.values())
    counts.set(reason, (counts.get(reason) ?? 0) + count);
  return Object.fromEntries([...counts].sort(([, a], [, b]) => b - a));
}

function emptyCounts(): OutcomeCounts {
  return { cleared: 0, suppressed: 0, deferred: 0 };
}

function entry<K, V>(map: Map<K, V>, key: K, create: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const created = create();
  map.set(key, created);
  return created;
}
