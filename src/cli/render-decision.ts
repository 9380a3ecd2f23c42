import { parseDuration } from '../kernel/time.ts';
import type { Decision, Finding } from '../model/decision.ts';
import { REASONS } from '../model/reason.ts';
import { formatWait } from './render-number.ts';
import { plain } from './render-style.ts';
import { describeWindow, formatMomentFrom, spellDuration } from './render-time.ts';

/**
 * A decision as a sentence or two that a marketer understands, times as the clocks of `zone` show them: what happened,
 * which rule, its limit and count, and when it would be possible.
 */
export function explainDecision(decision: Decision, zone: string): string {
  if (decision.verdict === 'cleared') return `Cleared. ${closestLimit(decision, zone)}`;
  const rule = decision.rule === undefined ? '' : ` by rule “${plain(decision.rule)}”`;
  const why = `${whyNot(decision, zone)}${outlook(decision, zone)}`;
  if (decision.outcome === 'cleared') {
    return `Cleared, because the policy only observes. Enforced, it would have been ${decision.verdict}${rule}: ${why}`;
  }
  return `${decision.outcome === 'deferred' ? 'Deferred' : 'Stopped'}${rule}: ${why}`;
}

/** More than the limit may have gone out before the limit was set, or without asking. */
function overLimit({ count = 0, limit = 0 }: Finding): boolean {
  return count > limit;
}

/** What a decision counted, as `5 of 5 in the last 7 days`; undefined where it counted nothing. */
function describeCount(finding: Finding, decidedAt: number, zone: string): string | undefined {
  if (finding.count === undefined || finding.limit === undefined) return undefined;
  const window =
    finding.windowStart === undefined
      ? ''
      : ` ${describeWindow(finding.windowStart, decidedAt, zone, finding.window)}`;
  if (overLimit(finding)) return `${finding.count}${window}, where ${finding.limit} may be`;
  return `${finding.count} of ${finding.limit}${window}`;
}

function whyNot(decision: Decision, zone: string): string {
  const finding = bindingFinding(decision);
  const counted = finding && describeCount(finding, decision.decidedAt, zone);
  if (decision.reason === 'too-soon' && finding?.windowStart !== undefined) {
    const gap = parseDuration(finding.window ?? '') ?? decision.decidedAt - finding.windowStart;
    return `the last message went out less than ${spellDuration(gap)} ago.`;
  }
  if (counted !== undefined && finding?.limit === 0) return 'the limit is 0, so none may go out.';
  if (counted !== undefined && finding)
    return overLimit(finding) ? `already ${counted}.` : `${counted} already used.`;
  return lowerFirst(REASONS[decision.reason].sentence);
}

function outlook(decision: Decision, zone: string): string {
  const { decidedAt, reason } = decision;
  const nextEligibleAt = decision.nextEligibleAt ?? bindingFinding(decision)?.nextEligibleAt;
  if (nextEligibleAt === undefined) return ` ${REASONS[reason].next}`;
  if (nextEligibleAt <= decidedAt) return '';
  const late = decision.nextEligibleAt === undefined ? ', too late for this message' : '';
  const moment = formatMomentFrom(nextEligibleAt, decidedAt, zone);
  return ` Possible again ${/^\d/.test(moment) ? 'at' : 'on'} ${moment} (in ${formatWait(nextEligibleAt - decidedAt)})${late}.`;
}

function bindingFinding(decision: Decision): Finding | undefined {
  return decision.findings.find(
    (finding) => finding.verdict === 'blocks' && !finding.shadow && finding.rule === decision.rule,
  );
}

/** Of what was cleared, the limit with the fewest left; limits of one say nothing that clearing does not. */
function closestLimit(decision: Decision, zone: string): string {
  const left = ({ limit = 0, count = 0 }: Finding) => limit - count;
  const [closest] = decision.findings
    .filter(({ shadow, count, limit }) => !shadow && count !== undefined && limit !== undefined && limit > 1)
    .sort((a, b) => left(a) - left(b));
  if (!closest) return REASONS.cleared.sentence;
  const counted = describeCount({ ...closest, count: (closest.count ?? 0) + 1 }, decision.decidedAt, zone);
  return `With it, ${counted} (rule “${plain(closest.rule)}”).`;
}

function lowerFirst(sentence: string): string {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1);
}
