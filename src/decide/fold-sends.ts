import { type CustomerState, RETENTION, type Send } from '../model/customer-state.ts';
import { channelNamed } from '../rules/rule-kind.ts';
import { UNKNOWN_CHANNEL } from './classify.ts';
import { isNewer } from './context.ts';
import type { Folding } from './folding.ts';
import { objects } from './objection.ts';
import { keepNamed } from './remembered.ts';
import { addSend, changeSend, findSend } from './send-log.ts';

/** What a source sent without asking takes a slot, once; what others sent took it when it was cleared. */
export function takeSlot(state: CustomerState, folding: Folding): CustomerState {
  const { interaction, at, now } = folding;
  if (interaction.governed || at <= now - RETENTION) return state;
  const send = ungovernedSend(folding);
  return state.sends.some((each) => isSameSend(each, send))
    ? state
    : addSend(folding.policy, state, send, now);
}

/** Gives the slot of a send that did not arrive back, unless it arrived after that was so; its id stays known. */
export function returnSend(state: CustomerState, folding: Folding): CustomerState {
  const { saidAt: at } = folding;
  const place = placeOf(state, folding);
  const send = state.sends[place];
  if (send === undefined || !isNewer(at, send.fateAt) || (send.returned && send.fateAt === at)) return state;
  return changeSend(state, place, { returned: true, fateAt: at });
}

/**
 * A sign that a send arrived after all, as after a bounce that was not for good: it counts again. Of a send that was never
 * returned nothing is remembered, so that ordinary deliveries change nothing.
 */
export function arrive(state: CustomerState, folding: Folding): CustomerState {
  const { saidAt: at } = folding;
  const place = placeOf(state, folding);
  const send = state.sends[place];
  if (send === undefined || !isNewer(at, send.fateAt)) return state;
  if (!send.returned && (send.fateAt === undefined || send.fateAt === at)) return state;
  return changeSend(state, place, { returned: false, fateAt: at });
}

/** Marks the send that was answered; of somebody who objects that is not kept. */
export function answerSend(state: CustomerState, folding: Folding): CustomerState {
  if (objects(state)) return state;
  const place = placeOf(state, folding);
  return place < 0 || state.sends[place]?.answered ? state : changeSend(state, place, { answered: true });
}

/** The place of the send that the interaction is about; -1 where there is none, or it cannot be told. */
export function placeOf(state: CustomerState, { policy, interaction, at }: Folding): number {
  const { messageId, source } = interaction;
  if (messageId === undefined) return -1;
  const channel = interaction.channel === undefined ? undefined : channelOf(policy, interaction.channel);
  return findSend(state.sends, { messageId, source, at, ...(channel !== undefined && { channel }) });
}

function channelOf({ channels }: Folding['policy'], name: string): string {
  return channelNamed(channels, name) ?? UNKNOWN_CHANNEL;
}

function isSameSend(one: Send, other: Send): boolean {
  return one.messageId === other.messageId && one.sender === other.sender && one.channel === other.channel;
}

function ungovernedSend({ policy, interaction, at }: Folding): Send {
  const { channel, campaignId, categories, products, labels, messageId, interactionId, source, purpose } =
    interaction;
  const named = interaction.class === undefined ? undefined : policy.classes[interaction.class];
  return {
    at,
    channel: channel === undefined ? UNKNOWN_CHANNEL : channelOf(policy, channel),
    class: named?.name ?? policy.defaultClass,
    ...(campaignId !== undefined && { campaignId }),
    ...(purpose !== undefined && policy.remembers.purpose && { purpose }),
    categories,
    products,
    sender: source,
    topics: [],
    labels: keepNamed(labels, policy.remembers.labels),
    messageId: messageId ?? interactionId,
    answered: false,
    returned: false,
    reported: true,
  };
}
