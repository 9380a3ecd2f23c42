import { UNKNOWN_CHANNEL } from '../../decide/classify.ts';
import type { Instant } from '../../kernel/time.ts';
import type { Send, Waiting } from '../../model/customer-state.ts';
import type { Decision } from '../../model/decision.ts';
import { type MessageTrace, messageOf } from '../customer/message-trace.ts';
import type { TailedDecision } from '../tailed-record.ts';
import { explainDecision, momentAhead } from './decision.ts';
import { inWords } from './finding.ts';
import { plain } from './style.ts';
import { formatMoment } from './time.ts';

/** What became of one message in sentences: by its whole decision where there is one, else by what is remembered. */
export function explainTrace(
  trace: MessageTrace | undefined,
  decision: TailedDecision | undefined,
  { zone, now }: { readonly zone: string; readonly now: Instant },
): string {
  const message = nameable(trace, decision);
  const name = message === undefined ? '' : `${nameMessage(message)}: `;
  if (trace === undefined) return `${name}${decision ? explainDecision(decision, zone, now) : ''}`;
  switch (trace.kind) {
    case 'cleared':
      return `${name}${decision ? explainDecision(decision, zone) : wentOut(trace.send)}${afterwards(trace.send)}`;
    case 'stopped':
      return `${name}${explainDecision(decision ?? remembered(trace), zone, now)}`;
    case 'waiting':
      return `${name}${explainWaiting(trace.waiting, zone, now)}`;
  }
}

/** A channel that the policy does not know goes by the name that the producer wrote, where a decision tells it. */
function nameable(trace: MessageTrace | undefined, decision: TailedDecision | undefined) {
  const message = trace ? messageOf(trace) : decision?.message;
  if (message === undefined) return undefined;
  const channel = decision?.channel ?? message.channel;
  return {
    ...message,
    channel: channel === UNKNOWN_CHANNEL ? (decision?.message.channel ?? channel) : channel,
  };
}

function wentOut({ reported, sender }: Send): string {
  if (!reported) return 'Cleared.';
  return `Sent by ${plain(sender ?? 'somebody')} without asking Tact; it counts all the same.`;
}

/** `email “spring-sale” (m2)`. */
export function nameMessage(message: {
  readonly channel: string;
  readonly campaignId?: string;
  readonly messageId: string;
}): string {
  const { channel, campaignId, messageId } = message;
  return plain(`${channel}${campaignId === undefined ? '' : ` “${campaignId}”`} (${messageId})`);
}

/** What is known of a send since it went out. */
function afterwards({ returned, answered }: Send): string {
  if (returned) return ' It did not arrive, so it counts nowhere.';
  return answered ? ' The customer answered it.' : '';
}

function explainWaiting({ rule, reason, since, dueAt }: Waiting, zone: string, now: Instant): string {
  const by = rule === undefined ? '' : ` by rule “${plain(rule)}”`;
  const next =
    dueAt > now
      ? `is decided again ${momentAhead(dueAt, now, zone)}`
      : 'is due: it is decided again as soon as its shard gets to it';
  return `Deferred${by}: ${inWords(reason)}. It has waited since ${formatMoment(since, zone)} and ${next}. Until then an opt-out, its expiry, or its sender taking it back would stop it.`;
}

/** As much of the decision as a stop remembers. */
function remembered({ stop }: Extract<MessageTrace, { kind: 'stopped' }>): Decision {
  const { at, channel, reason, rule, nextEligibleAt } = stop;
  return {
    outcome: 'suppressed',
    verdict: 'suppressed',
    reason,
    ...(rule !== undefined && { rule }),
    ...(nextEligibleAt !== undefined && { nextEligibleAt }),
    decidedAt: at,
    channel,
    class: '',
    findings: [],
  };
}
