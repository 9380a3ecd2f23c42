import type { Instant } from '../kernel/time.ts';
import {
  CANCELLATION_RETENTION,
  CANCELLATIONS_MAX,
  type Cancellation,
  type CustomerState,
  STOPS_MAX,
  type Stop,
  type Waiting,
} from '../model/customer-state.ts';
import type { Subject } from '../model/selector.ts';
import type { Candidate, ChannelNames } from '../rules/rule-kind.ts';
import { isSameScope, isWithin, normalizeScope } from '../rules/scope.ts';
import type { Folding } from './folding.ts';

/**
 * What a sender takes back: one message by its id, or all of a campaign and a scope. Messages that wait are waited for no
 * longer, and are remembered as stops. The cancellation itself is remembered for those that are decided after it came. One
 * that names nothing takes nothing back.
 */
export function cancel(state: CustomerState, folding: Folding): CustomerState {
  const cancellation = cancellationOf(folding);
  if (cancellation === undefined) return state;
  return remember(endWaits(state, cancellation, folding), cancellation, folding.now);
}

/** Whether its sender, or somebody who took back its whole campaign, took the message back after it was made. */
export function isTakenBack(
  message: Candidate,
  { cancellations }: CustomerState,
  channels: ChannelNames,
): boolean {
  return cancellations.some((each) => message.createdAt <= each.at && isMeant(each, message, channels));
}

/** Without the cancellations that are too old to matter; the same value if there are none. */
export function pruneCancellations(state: CustomerState, now: Instant): CustomerState {
  const kept = state.cancellations.filter(({ at }) => at > now - CANCELLATION_RETENTION);
  return kept.length === state.cancellations.length ? state : { ...state, cancellations: kept };
}

function cancellationOf({ interaction, saidAt: at }: Folding): Cancellation | undefined {
  const { messageId, campaignId, source } = interaction;
  const scope = normalizeScope(interaction.scope);
  if (messageId !== undefined) return { at, source, messageId, scope: {} };
  if (campaignId !== undefined) return { at, source, campaignId, scope };
  return Object.keys(scope).length === 0 ? undefined : { at, source, scope };
}

function endWaits(state: CustomerState, cancellation: Cancellation, { policy, now }: Folding): CustomerState {
  const isEnded = (each: Waiting) =>
    isMeant(cancellation, { ...each, products: [], labels: {} }, policy.channels);
  const ended = state.waiting.filter(isEnded);
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

function remember(state: CustomerState, cancellation: Cancellation, now: Instant): CustomerState {
  const { cancellations } = state;
  if (cancellation.at <= now - CANCELLATION_RETENTION) return state;
  if (cancellations.some((each) => isSame(each, cancellation))) return state;
  const after = cancellations.findLastIndex((each) => each.at <= cancellation.at) + 1;
  const kept = cancellations.toSpliced(after, 0, cancellation).slice(-CANCELLATIONS_MAX);
  return kept.includes(cancellation) ? { ...state, cancellations: kept } : state;
}

function isSame(one: Cancellation, other: Cancellation): boolean {
  return (
    one.at === other.at &&
    one.source === other.source &&
    one.messageId === other.messageId &&
    one.campaignId === other.campaignId &&
    isSameScope(one.scope, other.scope)
  );
}

/** What is held against a cancellation. */
type Cancellable = Subject & { readonly messageId: string };

function isMeant(
  { messageId, campaignId, source, scope }: Cancellation,
  message: Cancellable,
  channels: ChannelNames,
): boolean {
  // Ids are unique per sender only.
  if (messageId !== undefined) {
    return message.messageId === messageId && (message.sender === undefined || message.sender === source);
  }
  if (campaignId !== undefined && message.campaignId !== campaignId) return false;
  return isWithin(scope, message, channels);
}
