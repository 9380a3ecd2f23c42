import type { Instant } from '../kernel/time.ts';
import { type CustomerState, emptyState } from '../model/customer-state.ts';
import type { Decision, Finding } from '../model/decision.ts';
import type { OutboundMessage } from '../model/message.ts';
import { tierOf } from '../rules/tiers/tier.ts';
import { tierChanges } from '../rules/tiers/tier-changes.ts';
import type { Asking } from './asking.ts';
import { type Classified, classify } from './classify.ts';
import { combine } from './combine.ts';
import { evaluateAll } from './evaluate-all.ts';
import { holdTier } from './held-tier.ts';
import type { Policy } from './policy.ts';
import { prune } from './prune.ts';
import { type Assessment, type Settled, settle } from './settle.ts';
import { stateAfter } from './state-after.ts';
import { STOP_NAME } from './stops.ts';
import { isUnruled } from './unruled.ts';
import { verdictOf } from './verdict.ts';

/** What became of a message, and what is remembered from now on. */
export interface Decided {
  readonly decision: Decision;
  readonly state: CustomerState;
}

/**
 * Decides one message at the instant `now`: every rule is evaluated, and what goes out is in the log that comes back.
 * Total and pure; `state` is undefined for a customer never seen before. A deferred message is asked again, with `since`.
 */
export function decide(
  policy: Policy,
  state: CustomerState | undefined,
  message: OutboundMessage,
  now: Instant,
  asking: Asking = { source: message.messageId, mayWait: true },
): Decided {
  const known = state === undefined ? emptyState(now) : prune(policy, state, now);
  const classified = classify(policy, message);
  const given: Case = { policy, state: known, classified, asking: { ...asking, askedAt: now } };
  const present = assess(given, now);
  // What is asked about later is asked of somebody who is in this tier from now on.
  const later: Case = { ...given, state: holdTier(known, present.tier, now) };
  const decision = decisionOf(later, present, nextEligible(later, present));
  return { decision, state: stateAfter(policy, known, classified, decision, asking.source) };
}

/** What is decided. */
interface Case {
  readonly policy: Policy;
  readonly state: CustomerState;
  readonly classified: Classified;
  readonly asking: Asking;
}

interface Assessed extends Assessment {
  readonly findings: readonly Finding[];
}

function assess({ policy, state, classified, asking }: Case, at: Instant): Assessed {
  const { findings, tier } = evaluateAll(policy, state, classified, asking, at);
  return { at, tier, findings, combined: combine(findings) };
}

function assessLater(given: Case, at: Instant): Assessed {
  return assess({ ...given, state: prune(given.policy, given.state, at) }, at);
}

function nextEligible(given: Case, present: Assessed): Settled | undefined {
  const { policy, state, classified, asking } = given;
  if (!policy.recurs) {
    const { nextEligibleAt: at, blocking, deadline } = present.combined;
    return at === undefined ? undefined : { at, blocking, deadline };
  }
  const { message } = classified;
  const { tiers, timezone, channels } = policy;
  const factsAt = (at: Instant) => {
    return { state: prune(policy, state, at), message, source: asking.source, now: at, timezone, channels };
  };
  return settle(present, {
    assess: (at) => assessLater(given, at),
    tierChange: (from) => {
      if (from.tier === undefined) return undefined;
      const until = waitsForTierUntil(policy, from);
      return tierChanges(tiers, factsAt(from.at)).find(
        (change) => change < until && tierOf(tiers, factsAt(change)) !== from.tier,
      );
    },
  });
}

/** Until when another tier may make the message eligible: never where something blocks for good whatever the tier. */
function waitsForTierUntil(policy: Policy, { combined, findings, at }: Assessed): Instant {
  const isTiered = ({ rule }: Finding) => differsByTier(policy, rule);
  const speaks = ({ verdict, allowsUntil }: Finding) => verdict === 'blocks' || allowsUntil !== undefined;
  const mayHelp =
    findings.some((each) => !each.shadow && speaks(each) && isTiered(each)) &&
    combined.blocking.every((each) => each.nextEligibleAt !== undefined || isTiered(each));
  if (!mayHelp) return at;
  const lasting = findings.filter((each) => !each.shadow && !isTiered(each));
  const tooLate = Math.min(...lasting.map(({ allowsUntil = Number.POSITIVE_INFINITY }) => allowsUntil));
  return combined.nextEligibleAt ?? tooLate;
}

function differsByTier({ rules, ceiling }: Policy, id: string): boolean {
  const rule = rules.find((each) => each.id === id) ?? (id === ceiling?.id ? ceiling : undefined);
  return rule?.byTier !== undefined;
}

function decisionOf(
  given: Case,
  { at: now, combined, findings, tier }: Assessed,
  settled: Settled | undefined,
): Decision {
  const { policy, state, classified, asking } = given;
  const { binding } = combined;
  const { message, claimRefused } = classified;
  const clearsAt = (at: Instant) => !policy.recurs || assessLater(given, at).combined.binding === undefined;
  const asked = { policy, state, tier, customerId: message.customerId, now, asking, clearsAt };
  const { verdict, reason, dueAt } = verdictOf(asked, combined, settled);
  // What an operator stops is stopped also where the policy only watches.
  const isStopped = combined.blocking.some(({ kind }) => kind === STOP_NAME);
  const outcome = policy.enforce || isStopped ? verdict : 'cleared';
  return {
    outcome,
    verdict,
    reason: reason ?? binding?.reason ?? 'cleared',
    ...(binding !== undefined && !isUnruled(binding.rule) && { rule: binding.rule }),
    ...(settled !== undefined && { nextEligibleAt: settled.at }),
    ...(outcome === 'deferred' && { dueAt }),
    ...(asking.since !== undefined
      ? { waitingSince: asking.since }
      : outcome === 'deferred' && { waitingSince: now }),
    decidedAt: now,
    channel: message.channel,
    class: message.class,
    ...(tier !== undefined && { tier }),
    ...(claimRefused !== undefined && { claimRefused }),
    ...(policy.control !== undefined && { control: policy.control.version }),
    findings,
  };
}
