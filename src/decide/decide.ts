import type { Instant } from '../kernel/time.ts';
import type { CustomerState, Send, Stop } from '../model/customer-state.ts';
import { emptyState, STOPS_MAX } from '../model/customer-state.ts';
import type { Decision, Finding, Outcome } from '../model/decision.ts';
import type { OutboundMessage } from '../model/message.ts';
import { selects } from '../model/selector.ts';
import { evaluate, RULE_KINDS, type Rule } from '../rules/kinds.ts';
import type { Candidate, Facts } from '../rules/rule-kind.ts';
import { type Classified, classify } from './classify.ts';
import { combine } from './combine.ts';
import type { Policy, PolicyClass, Remembers } from './policy.ts';
import { prune } from './prune.ts';
import { keepNamed } from './remembered.ts';
import { addSend } from './send-log.ts';
import { findUnruled, isUnruled } from './unruled.ts';

/** What became of a message, and what is remembered from now on. */
export interface Decided {
  readonly decision: Decision;
  readonly state: CustomerState;
}

/**
 * Decides one message at the instant `now`: every rule is evaluated, and what goes out is in the log that comes back.
 * Total and pure; `state` is undefined for a customer never seen before.
 */
export function decide(
  policy: Policy,
  state: CustomerState | undefined,
  message: OutboundMessage,
  now: Instant,
): Decided {
  const known = state === undefined ? emptyState(now) : prune(state, now);
  const classified = classify(policy, message);
  const decision = decisionOf(policy, classified, findAll(policy, classified, known, now), now);
  return { decision, state: stateAfter(known, classified.message, decision, policy.remembers) };
}

function findAll(policy: Policy, classified: Classified, state: CustomerState, now: Instant): Finding[] {
  const { message, class: given } = classified;
  const { timezone, channels, rules, ceiling } = policy;
  const facts: Facts = { state, message, now, timezone, channels };
  const findings = findUnruled(classified, facts);
  for (const rule of rules) {
    if (!obeys(rule, given, facts)) continue;
    const finding = evaluate(rule, facts);
    if (finding !== undefined) findings.push(rule.mode === 'shadow' ? { ...finding, shadow: true } : finding);
  }
  const highest = ceiling && evaluate(ceiling, facts);
  if (highest !== undefined) findings.push(highest);
  return findings;
}

function obeys(rule: Rule, given: PolicyClass, { message, state }: Facts): boolean {
  if (!selects(rule.for, message, state.attributes)) return false;
  const { exemption } = RULE_KINDS[rule.kind];
  return exemption === undefined || !given.exempt.includes(exemption);
}

function decisionOf(
  policy: Policy,
  classified: Classified,
  findings: readonly Finding[],
  now: Instant,
): Decision {
  const { binding, nextEligibleAt } = combine(findings);
  const verdict: Outcome = binding === undefined ? 'cleared' : 'suppressed';
  const ruled = binding !== undefined && !isUnruled(binding.rule);
  const { message, claimRefused } = classified;
  return {
    outcome: policy.enforce ? verdict : 'cleared',
    verdict,
    reason: binding?.reason ?? 'cleared',
    ...(ruled && { rule: binding.rule }),
    ...(nextEligibleAt !== undefined && { nextEligibleAt }),
    decidedAt: now,
    channel: message.channel,
    class: message.class,
    ...(claimRefused !== undefined && { claimRefused }),
    findings,
  };
}

function stateAfter(
  state: CustomerState,
  message: Candidate,
  decision: Decision,
  remembers: Remembers,
): CustomerState {
  if (decision.outcome === 'cleared') {
    return { ...state, sends: addSend(state.sends, sendOf(message, decision.decidedAt, remembers)) };
  }
  return { ...state, stops: [...state.stops.slice(1 - STOPS_MAX), stopOf(message, decision)] };
}

function sendOf(message: Candidate, at: Instant, remembers: Remembers): Send {
  const { campaignId, sender, dispatchId, place } = message;
  // Built by assignment: spreading each optional field costs more than deciding.
  const send: { -readonly [Key in keyof Send]: Send[Key] } = {
    at,
    channel: message.channel,
    class: message.class,
    categories: message.categories,
    topics: remembers.topics ? message.topics : NO_TOPICS,
    labels: keepNamed(message.labels, remembers.labels),
    messageId: message.messageId,
    answered: false,
    returned: false,
  };
  if (campaignId !== undefined) send.campaignId = campaignId;
  if (sender !== undefined) send.sender = sender;
  if (dispatchId !== undefined) send.dispatchId = dispatchId;
  if (place !== undefined) send.place = place;
  return send;
}

const NO_TOPICS: readonly string[] = Object.freeze([]);

function stopOf(message: Candidate, decision: Decision): Stop {
  const { campaignId, messageId } = message;
  const { rule, nextEligibleAt } = decision;
  return {
    at: decision.decidedAt,
    channel: decision.channel,
    ...(campaignId !== undefined && { campaignId }),
    messageId,
    reason: decision.reason,
    ...(rule !== undefined && { rule }),
    ...(nextEligibleAt !== undefined && { nextEligibleAt }),
  };
}
