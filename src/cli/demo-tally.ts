import type { Decision } from '../model/decision.ts';
import type { OutboundMessage } from '../model/message.ts';
import type { ReasonCode } from '../model/reason.ts';

export interface OutcomeCounts {
  cleared: number;
  suppressed: number;
  /** Still waiting. */
  deferred: number;
  /** How many of all were deferred at first. */
  waited: number;
  /** How many of those went out in the end. */
  waitedAndCleared: number;
}

/** Decisions counted by outcome, by where the message came from, and by what stood against it. */
export interface Tally {
  readonly total: OutcomeCounts;
  /** Platform, then channel as the policy names it. */
  readonly byPlatform: Map<string, Map<string, OutcomeCounts>>;
  /** What was not cleared, or under a policy that only observes would not have been. */
  readonly blocked: Map<string, BlockedCount>;
  /** Of each message that waits, where it is counted above. */
  readonly waiting: Map<string, BlockedCount>;
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
    waiting: new Map(),
    deadLettered: 0,
    deadLettersByReason: new Map(),
  };
}

/** A message that was deferred counts as deferred, by what it waits for, and then by what became of it. */
export function countDecision(tally: Tally, message: OutboundMessage, decision: Decision): void {
  const channels = entry(tally.byPlatform, message.sender ?? message.sourceTopic, () => new Map());
  const counts = [tally.total, entry(channels, decision.channel, emptyCounts)];
  const id = `${message.sender} ${message.messageId} ${decision.waitingSince}`;
  const waitedFor = tally.waiting.get(id);
  if (waitedFor) {
    for (const each of counts) {
      each.deferred -= 1;
      if (decision.outcome === 'cleared') each.waitedAndCleared += 1;
    }
    waitedFor.count -= 1;
    tally.waiting.delete(id);
  }
  for (const each of counts) each[decision.outcome] += 1;
  const isNew = waitedFor === undefined && decision.outcome === 'deferred';
  if (isNew) for (const each of counts) each.waited += 1;
  if (decision.verdict === 'cleared') return;
  const { reason, rule } = decision;
  const blocked = entry(tally.blocked, `${reason} ${rule ?? ''}`, () => ({ reason, rule, count: 0 }));
  blocked.count += 1;
  if (decision.outcome === 'deferred') tally.waiting.set(id, blocked);
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
    if (count > 0) counts.set(reason, (counts.get(reason) ?? 0) + count);
  return Object.fromEntries([...counts].sort(([, a], [, b]) => b - a));
}

function emptyCounts(): OutcomeCounts {
  return { cleared: 0, suppressed: 0, deferred: 0, waited: 0, waitedAndCleared: 0 };
}

function entry<K, V>(map: Map<K, V>, key: K, create: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const created = create();
  map.set(key, created);
  return created;
}
