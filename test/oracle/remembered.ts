import type { Interaction } from '../../src/model/interaction.ts';
import type { OutboundMessage } from '../../src/model/message.ts';
import type { OwnLimit, Pause, PreferencesUpdate } from '../../src/model/preferences.ts';
import type { Scope } from '../../src/model/scope.ts';
import { isZone } from './clock.ts';
import type { Decided, History } from './history.ts';
import { addOptOut, isForgotten, isObjecting, type OptOut } from './opt-outs.ts';
import { channelNamed, isWithin, scopeText } from './select.ts';
import { breaking, DAY, listOf, MINUTE, REMEMBERED, type WrittenPolicy } from './written.ts';

/** What went out, forgotten or not. */
export interface Send {
  readonly at: number;
  readonly channel: string;
  readonly class: string;
  readonly campaignId?: string | undefined;
  readonly categories: readonly string[];
  readonly products: readonly string[];
  readonly topics: readonly string[];
  readonly sender?: string | undefined;
  readonly dispatchId?: string | undefined;
  readonly place?: string | undefined;
  readonly fingerprint?: string | undefined;
  readonly purpose?: string | undefined;
  readonly labels: Readonly<Record<string, string>>;
  readonly messageId: string;
  answered: boolean;
  returned: boolean;
  /** When it was said last that it came back, or after that, that it arrived. */
  fateAt?: number;
}

/** What a sender took back: one message, or all of a campaign and a scope. */
export interface Cancelled {
  readonly at: number;
  readonly source: string;
  readonly messageId?: string | undefined;
  readonly campaignId?: string | undefined;
  readonly scope: Scope;
}

/** Something that happened, at the time it bears, or at its arrival where that was earlier. */
export interface Happened {
  readonly at: number;
  readonly type: string;
  readonly channel?: string | undefined;
  readonly campaignId?: string | undefined;
  readonly categories: readonly string[];
  readonly products: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  /** The whole interaction as text. */
  readonly told: string;
}

export interface Statement {
  readonly status: 'granted' | 'pending' | 'withdrawn';
  readonly at: number;
  readonly channel?: string | undefined;
  readonly purpose?: string | undefined;
  readonly source: string;
  readonly terms?: string | undefined;
}

export type Preferred = {
  -readonly [Part in keyof PreferencesUpdate]?: { value: NonNullable<PreferencesUpdate[Part]>; at: number };
};

/** All of a customer's history, sorted by what it is about; nothing is forgotten. */
export interface Remembered {
  firstSeenAt: number | undefined;
  timezone: string | undefined;
  /** In the order of time; of one instant in the order of arrival. */
  sends: Send[];
  happened: Happened[];
  statements: Statement[];
  optOuts: OptOut[];
  preferred: Preferred;
  pauses: Pause[];
  busyUntil: number | undefined;
  lastEngagedAt: number | undefined;
  attributes: Record<string, string>;
  tier: { id: string; since: number } | undefined;
  /** Deferred messages by source. */
  waiting: Map<string, Decided>;
  /** Each once, in the order of arrival. */
  cancelled: Cancelled[];
  /** When the zone, an attribute, or that the customer is busy was said. */
  saidAt: Map<string, number>;
}

const ANSWERS = ['clicked', 'replied', 'visited', 'purchased'];
const MACHINES_DO = ['opened', ...ANSWERS];
const GRANTS: Record<string, Statement['status']> = {
  'consent-granted': 'granted',
  'opted-in': 'granted',
  subscribed: 'granted',
  'consent-pending': 'pending',
  'consent-withdrawn': 'withdrawn',
};

export function remember(policy: WrittenPolicy, history: History): Remembered {
  let known = nothing([]);
  for (const entry of history) {
    if (entry.what === 'decided') rememberDecided(known, entry);
    else if (entry.interaction.type === 'erased') known = erase(policy, known, entry.interaction, entry.now);
    else rememberInteraction(policy, known, entry.interaction, entry.now);
    if (isObjecting(known.optOuts)) forgetScores(policy, known);
  }
  return known;
}

/** Who objects is judged by nothing that was done or not; what stops messages is remembered all the same. */
function forgetScores({ rules }: WrittenPolicy, known: Remembered): void {
  const types = rules.flatMap(({ cap, after }) => [
    ...listOf(cap?.releaseOn),
    ...(after === undefined ? [] : [...listOf(after.interaction), ...listOf(after.until)]),
    ...(after?.inARow === true ? breaking(after) : []),
  ]);
  known.happened = known.happened.filter(({ type }) => types.includes(type));
  for (const send of known.sends) send.answered = false;
  known.lastEngagedAt = undefined;
  known.tier = undefined;
}

function nothing(optOuts: OptOut[]): Remembered {
  return {
    ...{ firstSeenAt: undefined, timezone: undefined, sends: [], happened: [], statements: [], optOuts },
    ...{ preferred: {}, pauses: [], busyUntil: undefined, lastEngagedAt: undefined, attributes: {} },
    ...{ tier: undefined, waiting: new Map(), cancelled: [], saidAt: new Map() },
  };
}

/** What is said keeps its order though our clock is up to ten minutes behind; what counts happened by now. */
function saidAt(interaction: Interaction, now: number): number {
  return Math.min(interaction.occurredAt, now + 10 * MINUTE);
}

/** Everything goes, except that nothing may be sent. */
function erase(policy: WrittenPolicy, known: Remembered, interaction: Interaction, now: number): Remembered {
  const at = saidAt(interaction, now);
  const erasures = known.optOuts.filter(({ cause }) => cause === 'erasure');
  // Told again, or told of an older one, it is not done again.
  if (erasures.some((each) => each.at >= at && !isForgotten(policy, each, now))) return known;
  const after = nothing(erasures);
  after.firstSeenAt = Math.min(at, now);
  addOptOut(policy, after.optOuts, { scope: {}, at, readAt: at, cause: 'erasure', later: [] }, now);
  return after;
}

function rememberDecided(known: Remembered, entry: Decided): void {
  const { now, message, source } = entry;
  known.firstSeenAt ??= now;
  if (entry.isForgotten) return;
  if (entry.tier !== undefined && known.tier?.id !== entry.tier) known.tier = { id: entry.tier, since: now };
  known.waiting.delete(source);
  if (entry.outcome === 'deferred') known.waiting.set(source, entry);
  if (entry.outcome !== 'cleared') return;
  addSend(known, {
    ...message,
    at: now,
    channel: entry.channel,
    class: entry.class,
    answered: false,
    returned: false,
  });
}

function addSend(known: Remembered, send: Send): void {
  known.sends.push(send);
  known.sends.sort((one, other) => one.at - other.at);
}

function rememberInteraction(policy: WrittenPolicy, known: Remembered, told: Interaction, now: number): void {
  const at = Math.min(told.occurredAt, now);
  const said = saidAt(told, now);
  const channel =
    told.channel === undefined ? undefined : (channelNamed(policy, told.channel) ?? told.channel);
  const interaction = channel === undefined ? told : { ...told, channel };
  known.firstSeenAt ??= at;
  // A proxy's or a scanner's doing says nothing about the customer.
  if (interaction.automated && MACHINES_DO.includes(interaction.type)) return;
  known.firstSeenAt = Math.min(known.firstSeenAt, at);
  rememberContext(known, interaction, said);
  if (interaction.type === 'sent' && !interaction.governed)
    rememberUngoverned(policy, known, interaction, at, now);
  const about = sendMeant(known, interaction, at, now);
  rememberHappened(known, interaction, at, about);
  if (about !== undefined) markSend(about, interaction.type, said);
  rememberWill(policy, known, interaction, said, now);
  rememberWishes(known, interaction, said, now);
  if (interaction.type === 'cancelled') cancel(policy, known, interaction, said);
}

/** Whether something is said no earlier than what is known of the same. */
function isSaidLast(known: Remembered, what: string, at: number): boolean {
  if (at < (known.saidAt.get(what) ?? at)) return false;
  known.saidAt.set(what, at);
  return true;
}

function rememberContext(known: Remembered, interaction: Interaction, at: number): void {
  const { timezone, type, attributes } = interaction;
  if (timezone !== undefined && isZone(timezone) && isSaidLast(known, 'zone', at)) known.timezone = timezone;
  if (type !== 'profile-updated') return;
  for (const [name, value] of Object.entries(attributes)) {
    if (isSaidLast(known, `attribute ${name}`, at)) known.attributes[name] = value;
  }
}

function markSend(send: Send, type: string, at: number): void {
  if (ANSWERS.includes(type)) send.answered = true;
  const isBack = ['bounced', 'failed', 'expired'].includes(type);
  const isThere = ['delivered', 'opened', ...ANSWERS].includes(type);
  // Arrivals are of interest only once it was said to have come back.
  if (!(isBack || (isThere && send.fateAt !== undefined)) || at < (send.fateAt ?? at)) return;
  send.fateAt = at;
  send.returned = isBack;
}

function rememberHappened(known: Remembered, interaction: Interaction, at: number, about?: Send): void {
  const { type, channel, campaignId, categories, products, labels } = interaction;
  // What is told twice happened once, and what was known of it once stays known.
  const told = JSON.stringify({ ...interaction, occurredAt: at });
  const before = known.happened.find((each) => each.told === told);
  // What it does not say itself is known from the send that it names.
  const event = {
    // Labels are its own: they tell what kind of bounce it was, not what the message was about.
    ...{ at, type, labels },
    channel: channel ?? before?.channel ?? about?.channel,
    campaignId: campaignId ?? before?.campaignId ?? about?.campaignId,
    categories: firstOf(categories, before?.categories, about?.categories),
    products: firstOf(products, before?.products, about?.products),
  };
  known.happened = [...known.happened.filter((each) => each !== before), { ...event, told }];
  if (type === 'opened' || type === 'called' || ANSWERS.includes(type))
    known.lastEngagedAt = Math.max(known.lastEngagedAt ?? at, at);
}

/** The first list that says something. */
function firstOf(...lists: (readonly string[] | undefined)[]): readonly string[] {
  return lists.find((list) => list !== undefined && list.length > 0) ?? [];
}

function rememberUngoverned(
  policy: WrittenPolicy,
  known: Remembered,
  interaction: Interaction,
  at: number,
  now: number,
): void {
  if (at <= now - REMEMBERED) return;
  const { source, channel, campaignId, categories, products, labels, purpose } = interaction;
  const messageId = interaction.messageId ?? interaction.interactionId;
  const over = channel !== undefined && Object.hasOwn(policy.channels, channel) ? channel : 'unknown';
  const isSame = (send: Send) =>
    send.at > now - REMEMBERED &&
    send.messageId === messageId &&
    send.sender === source &&
    send.channel === over;
  if (known.sends.some(isSame)) return;
  const written = interaction.class;
  addSend(known, {
    ...{
      at,
      campaignId,
      categories,
      products,
      labels,
      purpose,
      messageId,
      sender: source,
      topics: [],
    },
    channel: over,
    class: written !== undefined && Object.hasOwn(policy.classes, written) ? written : defaultClass(policy),
    ...{ answered: false, returned: false },
  });
}

export function defaultClass(policy: WrittenPolicy): string {
  const found = Object.entries(policy.classes).find(([, each]) => each?.default === true);
  return found?.[0] ?? (Object.keys(policy.classes)[0] as string);
}

/** The send that the interaction is about: the latest of that id before it; of several senders, the source's. */
function sendMeant(known: Remembered, interaction: Interaction, at: number, now: number): Send | undefined {
  const { messageId, channel, source } = interaction;
  let meant = known.sends.filter((send) => send.at > now - REMEMBERED && send.messageId === messageId);
  meant = meant.filter((send) => channel === undefined || send.channel === channel);
  if (new Set(meant.map(({ sender }) => sender)).size > 1)
    meant = meant.filter(({ sender }) => sender === source);
  return meant.filter((send) => send.at <= at).at(-1) ?? meant[0];
}

function rememberWill(
  policy: WrittenPolicy,
  known: Remembered,
  interaction: Interaction,
  at: number,
  now: number,
): void {
  const { type, channel, purpose, source, terms, until } = interaction;
  const status = GRANTS[type];
  if (status !== undefined) known.statements.push({ status, at, channel, purpose, source, terms });
  const scope = withoutEmpty(interaction.scope);
  if (['opted-in', 'subscribed', 'consent-granted'].includes(type)) {
    const fromErasureOnly = type === 'consent-granted';
    const narrow = channel === undefined ? {} : { channel: [channel] };
    const reach = Object.keys(scope).length === 0 ? narrow : scope;
    // What is forgotten by then cannot be taken back once more.
    known.optOuts = known.optOuts.filter((each) => !isForgotten(policy, each, now));
    for (const { later } of known.optOuts) later.push({ reach, at, fromErasureOnly });
  }
  if (type === 'opted-out' || type === 'unsubscribed')
    addOptOut(
      policy,
      known.optOuts,
      { scope, at, readAt: Math.min(at, now), until, cause: 'opt-out', later: [] },
      now,
    );
  if (type === 'complained')
    addOptOut(
      policy,
      known.optOuts,
      { scope, at, readAt: Math.min(at, now), until, cause: 'complaint', later: [] },
      now,
    );
}

/** An empty list says nothing about its field. */
function withoutEmpty(scope: Scope): Scope {
  return Object.fromEntries(Object.entries(scope).filter(([, values]) => values.length > 0));
}

function rememberWishes(known: Remembered, interaction: Interaction, at: number, now: number): void {
  const { type, until, channel } = interaction;
  // What is over is forgotten, with the time at which it was said.
  if (known.busyUntil !== undefined && known.busyUntil <= now) known.saidAt.delete('busy');
  if (type === 'busy' && until !== undefined && isSaidLast(known, 'busy', at)) known.busyUntil = until;
  known.pauses = known.pauses.filter((each) => each.until > now);
  if (type === 'snoozed' && until !== undefined) {
    const own = withoutEmpty(interaction.scope);
    const scope = Object.keys(own).length > 0 || channel === undefined ? own : { channel: [channel] };
    pause(known, { scope, until, at });
  }
  if (type === 'preferences-updated') prefer(known, interaction, at);
}

/** One pause for each scope, the one that was said last. */
function pause(known: Remembered, said: Pause): void {
  const before = known.pauses.find(({ scope }) => scopeText(scope) === scopeText(said.scope));
  if (before !== undefined && before.at > said.at) return;
  known.pauses = [...known.pauses.filter((each) => each !== before), said];
}

function prefer(known: Remembered, interaction: Interaction, at: number): void {
  for (const [part, value] of Object.entries(interaction.preferences ?? {})) {
    const said = known.preferred as Record<string, { value: unknown; at: number }>;
    if ((said[part]?.at ?? at) <= at) said[part] = { value, at };
  }
}

function cancel(policy: WrittenPolicy, known: Remembered, interaction: Interaction, at: number): void {
  const { messageId, campaignId, source } = interaction;
  const scope = withoutEmpty(interaction.scope);
  if (messageId === undefined && campaignId === undefined && Object.keys(scope).length === 0) return;
  const cancelled = { at, source, messageId, campaignId, scope };
  for (const [key, { message, ...entry }] of known.waiting) {
    const subject = { ...message, channel: entry.channel, class: entry.class };
    if (isMeant(policy, cancelled, subject)) known.waiting.delete(key);
  }
  known.cancelled.push(cancelled);
}

type Cancellable = OutboundMessage & { readonly class: string };

function isMeant(policy: WrittenPolicy, cancelled: Cancelled, message: Cancellable): boolean {
  const { messageId, campaignId, source, scope } = cancelled;
  if (messageId !== undefined)
    return message.messageId === messageId && (message.sender === undefined || message.sender === source);
  return (campaignId === undefined || message.campaignId === campaignId) && isWithin(policy, scope, message);
}

/** Whether a message was taken back, after it was made and not too long ago. */
export function isCancelled(
  policy: WrittenPolicy,
  known: Remembered,
  message: Cancellable,
  now: number,
): boolean {
  return known.cancelled.some(
    (each) => each.at > now - 7 * DAY && message.createdAt <= each.at && isMeant(policy, each, message),
  );
}

/** The customer's own limits, where there are any. */
export function ownLimits(known: Remembered): readonly OwnLimit[] {
  return known.preferred.limits?.value ?? [];
}
