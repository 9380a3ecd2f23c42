import type { Instant } from '../../kernel/time.ts';
import type { Decision, Finding } from '../../model/decision.ts';
import { REASONS, type ReasonCode } from '../../model/reason.ts';
import { describeBlock, describeCount, inWords, preposition } from './finding.ts';
import { formatWait } from './number.ts';
import { plain } from './style.ts';
import { formatMomentFrom } from './time.ts';

/**
 * A decision as a sentence or two that a marketer understands, times as the clocks of `zone` show them: what happened,
 * which rule, its limit and count, and when it would be possible, seen from `now`, which is the decision's own instant
 * unless it says otherwise.
 */
export function explainDecision(decision: Decision, zone: string, now: Instant = decision.decidedAt): string {
  if (decision.verdict === 'cleared') return `Cleared. ${closestLimit(decision, zone)}`;
  const rule = decision.rule === undefined ? '' : ` by rule “${plain(decision.rule)}”`;
  const why = `${whyNot(decision, zone)}.${outlook(decision, zone, now)}`;
  if (decision.outcome === 'cleared') {
    return `Cleared, because the policy only observes. Enforced, it would have been ${decision.verdict}${rule}: ${why}`;
  }
  return `${decision.outcome === 'deferred' ? 'Deferred' : 'Stopped'}${rule}: ${why}`;
}

/** The finding that decided; undefined where nothing blocks, and for what ends a message that no rule blocks. */
export function bindingFinding({ rule, reason, findings }: Decision): Finding | undefined {
  const blocking = findings.filter(({ verdict, shadow }) => verdict === 'blocks' && !shadow);
  return blocking.find((finding) =>
    rule === undefined ? finding.reason === reason : finding.rule === rule && finding.reason === reason,
  );
}

function whyNot(decision: Decision, zone: string): string {
  const finding = bindingFinding(decision);
  return finding ? describeBlock(finding, decision.decidedAt, zone) : inWords(decision.reason);
}

function outlook(decision: Decision, zone: string, now: Instant): string {
  const { decidedAt, reason, outcome, dueAt } = decision;
  if (outcome === 'deferred' && dueAt !== undefined) {
    const again = dueAt > now ? 'It waits and is decided again' : 'It waited and was due';
    return ` ${again} ${momentAhead(dueAt, now, zone)}.`;
  }
  const ruleAlone = bindingFinding(decision)?.nextEligibleAt;
  const nextEligibleAt = decision.nextEligibleAt ?? ruleAlone;
  if (nextEligibleAt === undefined) return ` ${adviceOn(reason, undefined)}`;
  if (nextEligibleAt <= decidedAt) return '';
  const when = momentAhead(nextEligibleAt, now, zone);
  if (decision.nextEligibleAt === undefined) {
    return ` The rule alone would allow it again ${when}, but this message would not get out in time.`;
  }
  return nextEligibleAt > now ? ` Possible again ${when}.` : ` It was possible again ${when}.`;
}

/** What to do next; a time that does not come is no advice. */
export function adviceOn(reason: ReasonCode, nextEligibleAt: Instant | undefined): string {
  const { next } = REASONS[reason];
  const isLate = nextEligibleAt === undefined && next.startsWith('Offer it again');
  return isLate ? 'Waiting does not help this message.' : next;
}

/** `at 13:30 (in 1 h 30 min)`, or `on` another day; how long it is until then only where it lies ahead. */
export function momentAhead(instant: Instant, from: Instant, zone: string): string {
  const moment = formatMomentFrom(instant, from, zone);
  const wait = instant > from ? ` (in ${formatWait(instant - from)})` : '';
  return `${preposition(moment)} ${moment}${wait}`;
}

/** Of what was cleared, the limit with the fewest left; limits of one say nothing that clearing does not. */
function closestLimit(decision: Decision, zone: string): string {
  const left = ({ limit = 0, count = 0 }: Finding) => limit - count;
  const [closest] = decision.findings
    .filter(({ shadow, count, limit }) => !shadow && count !== undefined && limit !== undefined && limit > 1)
    .sort((a, b) => left(a) - left(b));
  if (!closest) return REASONS.cleared.sentence;
  const counted = describeCount(
    { ...closest, count: (closest.count ?? 0) + (closest.weight ?? 1) },
    decision.decidedAt,
    zone,
  );
  return `With it, ${counted} (rule “${plain(closest.rule)}”).`;
}
