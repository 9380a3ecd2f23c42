import type { Instant } from '../kernel/time.ts';
import type { Consent, CustomerState, OptOut } from '../model/customer-state.ts';
import { ENGAGEMENT_RETENTION, emptyState } from '../model/customer-state.ts';
import type { Interaction, InteractionType, KnownInteractionType } from '../model/interaction.ts';
import type { Scope } from '../model/scope.ts';
import { channelNamed } from '../rules/rule-kind.ts';
import { cancel } from './cancellations.ts';
import { addConsent } from './consents.ts';
import { beBusy, updateProfile, withZone } from './context.ts';
import { answerSend, arrive, returnSend, takeSlot } from './fold-sends.ts';
import { type Folding, foldingOf } from './folding.ts';
import { objects, withoutScores } from './objection.ts';
import { addOptOut, takeBack } from './opt-outs.ts';
import type { Policy } from './policy.ts';
import { prune } from './prune.ts';
import { rememberEvent } from './remember-event.ts';
import { snooze, updatePreferences } from './wishes.ts';

type Handler = (state: CustomerState, folding: Folding) => CustomerState;

const unchanged: Handler = (state) => state;

const HANDLERS: { readonly [Type in KnownInteractionType]: Handler } = {
  sent: takeSlot,
  delivered: arrive,
  bounced: returnSend,
  failed: returnSend,
  expired: returnSend,
  opened: (state, folding) => arrive(engage(state, folding), folding),
  clicked: answer,
  replied: answer,
  visited: answer,
  purchased: answer,
  rejected: unchanged,
  called: engage,
  subscribed: optIn,
  'opted-in': optIn,
  'opted-out': (state, folding) => optOut(state, folding, 'opt-out'),
  unsubscribed: (state, folding) => optOut(state, folding, 'opt-out'),
  complained: (state, folding) => optOut(state, folding, 'complaint'),
  'consent-granted': grant,
  'consent-pending': (state, folding) => addConsent(state, consentOf(folding, 'pending'), folding.policy),
  'consent-withdrawn': (state, folding) => addConsent(state, consentOf(folding, 'withdrawn'), folding.policy),
  'preferences-updated': updatePreferences,
  snoozed: (state, folding) => snooze(state, folding, reachOf(folding)),
  busy: beBusy,
  'case-opened': unchanged,
  'case-closed': unchanged,
  'address-changed': unchanged,
  'profile-updated': updateProfile,
  cancelled: cancel,
  erased: erase,
};

/** What a machine may do in a customer's name. It is neither engagement nor answer. */
const MACHINE_TYPES: readonly InteractionType[] = ['opened', 'clicked', 'replied', 'visited', 'purchased'];

/**
 * What is remembered after an interaction. Total and pure; `state` is undefined for a customer never seen before. The
 * same value comes back when the interaction changes nothing, as when it comes a second time.
 */
export function fold(
  policy: Policy,
  state: CustomerState | undefined,
  interaction: Interaction,
  now: Instant,
): CustomerState {
  const folding = foldingOf(policy, interaction, now);
  const { at } = folding;
  const known = state === undefined ? emptyState(at) : prune(policy, state, now);
  const { type, automated } = interaction;
  if (type === 'erased') return erase(known, folding);
  if (automated && MACHINE_TYPES.includes(type)) return known;
  const handled = isKnownType(type) ? HANDLERS[type](known, folding) : known;
  const left = withoutScores(policy, handled);
  const after = seenSince(withZone(rememberEvent(left, folding), folding), at);
  // What came in late may be out of date already.
  return after === known ? known : prune(policy, after, now);
}

function isKnownType(type: InteractionType): type is KnownInteractionType {
  return Object.hasOwn(HANDLERS, type);
}

function seenSince(state: CustomerState, at: Instant): CustomerState {
  return at < state.firstSeenAt ? { ...state, firstSeenAt: at } : state;
}

function engage(state: CustomerState, { at, now }: Folding): CustomerState {
  if (at <= now - ENGAGEMENT_RETENTION) return state;
  const last = state.lastEngagedAt;
  return objects(state) || (last !== undefined && last >= at) ? state : { ...state, lastEngagedAt: at };
}

function answer(state: CustomerState, folding: Folding): CustomerState {
  return arrive(answerSend(engage(state, folding), folding), folding);
}

function optOut(state: CustomerState, folding: Folding, cause: OptOut['cause']): CustomerState {
  const { at, saidAt, interaction } = folding;
  const { scope, until } = interaction;
  const said = { at: saidAt, ...(at < saidAt && { readAt: at }) };
  return addOptOut(state, { scope, ...said, cause, ...(until !== undefined && { until }) }, folding);
}

/** An opt-in is consent, and takes older opt-outs back as far as it reaches: its scope, else its channel. */
function optIn(state: CustomerState, folding: Folding): CustomerState {
  const consented = addConsent(state, consentOf(folding, 'granted'), folding.policy);
  return takeBack(consented, reachOf(folding), folding.saidAt);
}

/** Consent takes no opt-out back, but tells that somebody who was erased wants to be known again. */
function grant(state: CustomerState, folding: Folding): CustomerState {
  const consented = addConsent(state, consentOf(folding, 'granted'), folding.policy);
  return takeBack(consented, reachOf(folding), folding.saidAt, ['erasure']);
}

function reachOf({ policy: { channels }, interaction: { scope, channel } }: Folding): Scope {
  const isEmpty = Object.values(scope).every((values) => values === undefined || values.length === 0);
  return isEmpty && channel !== undefined ? { channel: [channelNamed(channels, channel) ?? channel] } : scope;
}

function consentOf({ saidAt, interaction }: Folding, status: Consent['status']): Consent {
  const { channel, purpose, source, terms } = interaction;
  return {
    ...(channel !== undefined && { channel }),
    ...(purpose !== undefined && { purpose }),
    status,
    at: saidAt,
    source,
    ...(terms !== undefined && { terms }),
  };
}

/** Forgets everything but that nothing may be sent. */
function erase(state: CustomerState, { at, saidAt }: Folding): CustomerState {
  const known = state.optOuts.find(({ cause }) => cause === 'erasure');
  if (known !== undefined && known.at >= saidAt) return state;
  return { ...emptyState(at), optOuts: [{ scope: {}, at: saidAt, cause: 'erasure' }] };
}
