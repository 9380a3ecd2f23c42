import type { Instant } from '../kernel/time.ts';
import type { CustomerState, Send, Stop, Waiting } from '../model/customer-state.ts';
import { STOPS_MAX } from '../model/customer-state.ts';
import type { Decision } from '../model/decision.ts';
import type { Candidate } from '../rules/rule-kind.ts';
import type { Classified } from './classify.ts';
import { holdTier } from './held-tier.ts';
import type { Policy, Remembers } from './policy.ts';
import { keepNamed } from './remembered.ts';
import { addSend } from './send-log.ts';

/** What is remembered after a decision: a send, a stop, or a message that waits. */
export function stateAfter(
  policy: Policy,
  state: CustomerState,
  classified: Classified,
  decision: Decision,
  source: string,
): CustomerState {
  const settled = withoutWaiting(state, source);
  if (isForErased(decision)) return settled;
  const tiered = holdTier(settled, decision.tier, decision.decidedAt);
  const { message } = classified;
  switch (decision.outcome) {
    case 'cleared': {
      const send = sendOf(message, decision.decidedAt, policy.remembers);
      return addSend(policy, tiered, send, decision.decidedAt);
    }
    case 'suppressed':
      return { ...tiered, stops: [...tiered.stops.slice(1 - STOPS_MAX), stopOf(message, decision)] };
    case 'deferred':
      return { ...tiered, waiting: [...tiered.waiting, waitingOf(classified, decision, source)] };
  }
}

/** Of somebody who asked to be forgotten nothing is remembered again, not even that somebody tried. */
function isForErased({ outcome, findings }: Decision): boolean {
  return (
    outcome === 'suppressed' &&
    findings.some(({ kind, verdict }) => kind === 'erasure' && verdict === 'blocks')
  );
}

function withoutWaiting(state: CustomerState, source: string): CustomerState {
  if (state.waiting.length === 0) return state;
  return { ...state, waiting: state.waiting.filter((each) => each.source !== source) };
}

function sendOf(message: Candidate, at: Instant, remembers: Remembers): Send {
  const { campaignId, sender, dispatchId, place, fingerprint, purpose } = message;
  // Built by assignment: spreading each optional field costs more than deciding.
  const send: { -readonly [Key in keyof Send]: Send[Key] } = {
    at,
    channel: message.channel,
    class: message.class,
    categories: message.categories,
    products: message.products,
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
  if (fingerprint !== undefined) send.fingerprint = fingerprint;
  if (purpose !== undefined && remembers.purpose) send.purpose = purpose;
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

function waitingOf({ message, class: given }: Classified, decision: Decision, source: string): Waiting {
  const { campaignId, messageId, sender, categories, topics, rank = 0 } = message;
  const { rule, reason, channel, decidedAt, waitingSince = decidedAt, dueAt = decidedAt } = decision;
  return {
    source,
    messageId,
    ...(sender !== undefined && { sender }),
    channel,
    class: decision.class,
    ...(campaignId !== undefined && { campaignId }),
    categories,
    topics,
    classRank: given.rank,
    rank,
    since: waitingSince,
    dueAt,
    reason,
    ...(rule !== undefined && { rule }),
  };
}
