import type { Instant } from '../kernel/time.ts';
import { type CustomerState, STOPS_MAX, type Stop, type Waiting } from '../model/customer-state.ts';
import type { Interaction } from '../model/interaction.ts';
import type { Scope } from '../model/scope.ts';
import type { ChannelNames } from '../rules/rule-kind.ts';
import { isWithin } from '../rules/scope.ts';
import type { Folding } from './folding.ts';

/**
 * Without the waiting messages that their sender takes back: one by its id, or all of a campaign and a scope. A
 * cancellation that names neither takes nothing back. What is taken back is remembered as a stop.
 */
export function cancelWaiting(state: CustomerState, { policy, interaction, now }: Folding): CustomerState {
  const ended = state.waiting.filter((each) => isCancelled(each, interaction, policy.channels));
  if (ended.length === 0) return state;
  return {
    ...state,
    waiting: state.waiting.filter((each) => !ended.includes(each)),
    stops: [...state.stops, ...ended.map((each) => stopOf(each, now))].slice(-STOPS_MAX),
  };
}

function stopOf({ channel, campaignId, messageId }: Waiting, at: Instant): Stop {
  return {
    at,
    channel,
    ...(campaignId !== undefined && { campaignId }),
    messageId,
    reason: 'cancelled',
  };
}

function isCancelled(each: Waiting, interaction: Interaction, channels: ChannelNames): boolean {
  const { messageId, campaignId, scope, source } = interaction;
  if (messageId !== undefined) {
    return each.messageId === messageId && (each.sender === undefined || each.sender === source);
  }
  if (campaignId === undefined && isEmpty(scope)) return false;
  if (campaignId !== undefined && each.campaignId !== campaignId) return false;
  return isWithin(scope, { ...each, products: [], labels: {} }, channels);
}

function isEmpty(scope: Scope): boolean {
  return Object.values(scope).every((values) => values === undefined || values.length === 0);
}
