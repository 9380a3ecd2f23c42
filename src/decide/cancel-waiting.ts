import type { CustomerState, Waiting } from '../model/customer-state.ts';
import type { Interaction } from '../model/interaction.ts';
import type { Scope } from '../model/scope.ts';
import type { ChannelNames } from '../rules/rule-kind.ts';
import { isWithin } from '../rules/scope.ts';
import type { Folding } from './folding.ts';

/**
 * Without the waiting messages that their sender takes back: one by its id, or all of a campaign and a scope. A
 * cancellation that names neither takes nothing back.
 */
export function cancelWaiting(state: CustomerState, { policy, interaction }: Folding): CustomerState {
  const kept = state.waiting.filter((each) => !isCancelled(each, interaction, policy.channels));
  return kept.length === state.waiting.length ? state : { ...state, waiting: kept };
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
