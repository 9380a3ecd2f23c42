import type { Instant } from '../kernel/time.ts';
import {
  type CustomerEvent,
  type CustomerState,
  EVENTS_MAX,
  RETENTION,
  type Send,
} from '../model/customer-state.ts';
import type { Interaction, InteractionType } from '../model/interaction.ts';
import { channelNamed, type EventNeed } from '../rules/rule-kind.ts';
import { placeOf } from './fold-sends.ts';
import type { Folding } from './folding.ts';
import { objects } from './objection.ts';
import type { Policy } from './policy.ts';
import { keepNamed } from './remembered.ts';

const NOTHING: readonly string[] = Object.freeze([]);

/**
 * Keeps of an interaction what the policy's rules ask about it later. One that comes a second time changes nothing, but that
 * more may be known by then of the send that it names.
 */
export function rememberEvent(state: CustomerState, folding: Folding): CustomerState {
  const { policy, interaction, at, now } = folding;
  const need = policy.remembers.events[interaction.type];
  if (need !== undefined && objects(state) && !policy.remembers.unscored.includes(interaction.type))
    return state;
  if (need === undefined || (need.for !== undefined && at <= now - need.for)) return state;
  const send = need.fields.length === 0 ? undefined : state.sends[placeOf(state, folding)];
  const event = eventOf(folding, need, send);
  const alike = state.events.filter((each) => isAlike(each, event));
  if (alike.some((each) => each.at === at)) return state;
  const place = state.events.findIndex((each) => each.at === at && isToldAgain(interaction, event, each));
  const known = state.events[place];
  if (known !== undefined) {
    const fuller = filled(event, known);
    return isAlike(fuller, known) ? state : { ...state, events: state.events.with(place, fuller) };
  }
  const oldest = alike.length < need.count ? undefined : alike[0];
  if (oldest !== undefined && oldest.at > at) return state;
  return { ...state, events: bounded(inserted(state.events, event, oldest)) };
}

/** Without the events that nothing asks about any more; the same value if there are none. */
export function pruneEvents(policy: Policy, state: CustomerState, now: Instant): CustomerState {
  if (state.events.length === 0) return state;
  const kept = state.events.filter(({ type, at }) => at > now - keptFor(policy, type));
  return kept.length === state.events.length ? state : { ...state, events: kept };
}

function keptFor({ remembers }: Policy, type: InteractionType): number {
  const need = remembers.events[type];
  // The rule may come back with the next version of the policy.
  return need === undefined ? RETENTION : (need.for ?? Number.POSITIVE_INFINITY);
}

/** What the interaction does not say itself is taken from the send that it answers. */
function eventOf({ interaction, policy, at }: Folding, need: EventNeed, send?: Send): CustomerEvent {
  const asks = (field: EventNeed['fields'][number]) => need.fields.includes(field);
  const named = interaction.channel;
  const channel = named === undefined ? send?.channel : (channelNamed(policy.channels, named) ?? named);
  const campaignId = interaction.campaignId ?? send?.campaignId;
  const orOfSend = (own: readonly string[], sent: readonly string[] | undefined) =>
    own.length > 0 ? own : (sent ?? NOTHING);
  return {
    type: interaction.type,
    at,
    ...(asks('channel') && channel !== undefined && { channel }),
    ...(asks('campaign') && campaignId !== undefined && { campaignId }),
    categories: asks('category') ? orOfSend(interaction.categories, send?.categories) : NOTHING,
    products: asks('product') ? orOfSend(interaction.products, send?.products) : NOTHING,
    labels: keepNamed(interaction.labels, need.labels),
  };
}

function isAlike(one: CustomerEvent, other: CustomerEvent): boolean {
  return (
    one.type === other.type &&
    one.channel === other.channel &&
    one.campaignId === other.campaignId &&
    isSameList(one.categories, other.categories) &&
    isSameList(one.products, other.products) &&
    isSameList(Object.entries(one.labels).flat(), Object.entries(other.labels).flat())
  );
}

/** What an event may have from the send that it names. */
const OF_SEND = ['channel', 'campaignId', 'categories', 'products'] as const;

/** What it says now, and what it was known to say where it says nothing now. */
function filled(event: CustomerEvent, known: CustomerEvent): CustomerEvent {
  const missing = OF_SEND.filter((field) => isEmpty(event[field]) && !isEmpty(known[field]));
  return { ...event, ...Object.fromEntries(missing.map((field) => [field, known[field]])) };
}

/** Whether the known one differs by no more than what was known of the send when either was told. */
function isToldAgain(interaction: Interaction, event: CustomerEvent, known: CustomerEvent): boolean {
  if (interaction.messageId === undefined) return false;
  const own = OF_SEND.filter((field) => !isEmpty(interaction[field]));
  const saidNow = (each: CustomerEvent) => JSON.stringify(own.map((field) => each[field]));
  return saidNow(event) === saidNow(known) && isAlike(filled(event, known), filled(known, event));
}

function isEmpty(value: string | readonly string[] | undefined): boolean {
  return value === undefined || value.length === 0;
}

function isSameList(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((value, i) => value === other[i]);
}

function inserted(
  events: readonly CustomerEvent[],
  event: CustomerEvent,
  instead: CustomerEvent | undefined,
): readonly CustomerEvent[] {
  const others = instead === undefined ? events : events.filter((each) => each !== instead);
  const after = others.findLastIndex((each) => each.at <= event.at) + 1;
  return [...others.slice(0, after), event, ...others.slice(after)];
}

/** Too many: the oldest of the most frequent type goes, so that a stream of visits does not displace a bounce. */
function bounded(events: readonly CustomerEvent[]): readonly CustomerEvent[] {
  if (events.length <= EVENTS_MAX) return events;
  const counts = new Map<InteractionType, number>();
  for (const { type } of events) counts.set(type, (counts.get(type) ?? 0) + 1);
  const most = Math.max(...counts.values());
  const first = events.findIndex(({ type }) => counts.get(type) === most);
  return events.filter((_, i) => i !== first);
}
