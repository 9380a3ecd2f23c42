import type { Instant } from '../../kernel/time.ts';
import type { Consent, CustomerEvent, CustomerState, OptOut } from '../../model/customer-state.ts';
import type { Preferences } from '../../model/preferences.ts';
import { describeHours, WEEKDAYS } from '../render/preference.ts';
import { describeScope } from '../render/scope.ts';
import { plain } from '../render/style.ts';
import { formatMoment, spellDuration } from '../render/time.ts';
import { explainTrace } from '../render/trace.ts';
import type { TailedDecision } from '../tailed-record.ts';
import { type MessageTrace, messageOf, tracesOf } from './message-trace.ts';

/** One thing that happened between the customer and us, as a sentence. */
export interface StoryEntry {
  readonly at: Instant;
  readonly what: MessageTrace['kind'] | 'decided' | 'opt-out' | 'opt-in' | 'consent' | 'event' | 'preference';
  readonly sentence: string;
  /** The message that it is about. */
  readonly messageId?: string;
  /** What the state still knows of that message. */
  readonly trace?: MessageTrace;
  /** The whole decision, where it was found. */
  readonly decision?: TailedDecision;
}

/** Whose clocks tell the times, and when it is told. */
export interface Telling {
  readonly zone: string;
  readonly now: Instant;
}

/** All that is remembered of a customer and all decisions that were found, as sentences, the latest first. */
export function storyOf(
  state: CustomerState,
  decisions: readonly TailedDecision[],
  telling: Telling,
): StoryEntry[] {
  const { zone } = telling;
  return [
    ...messageEntries(tracesOf(state), decisions, telling),
    ...state.optOuts.flatMap((each) => optOutEntries(each, zone)),
    ...state.consents.map(consentEntry),
    ...state.events.map(eventEntry),
    ...preferenceEntries(state.preferences, zone),
  ].sort(latestFirst);
}

/** What became of messages: one entry for each trace, with its decision, and for each decision that left no trace. */
export function messageEntries(
  traces: readonly MessageTrace[],
  decisions: readonly TailedDecision[],
  telling: Telling,
): StoryEntry[] {
  const told = traces.map((trace) => messageEntry(trace, decisionAt(trace, decisions), telling));
  const known = new Set(told.map(({ decision }) => decision));
  const others = decisions.filter((each) => !known.has(each));
  return [...told, ...others.map((each) => messageEntry(undefined, each, telling))].sort(latestFirst);
}

function messageEntry(
  trace: MessageTrace | undefined,
  decision: TailedDecision | undefined,
  telling: Telling,
): StoryEntry {
  const messageId = trace ? messageOf(trace).messageId : decision?.message.messageId;
  return {
    at: trace?.at ?? decision?.decidedAt ?? telling.now,
    what: trace?.kind ?? 'decided',
    sentence: explainTrace(trace, decision, telling),
    ...(messageId !== undefined && { messageId }),
    ...(decision && { decision }),
    ...(trace && { trace }),
  };
}

/** The decision that left the trace; of a message that waits the last one, since it may have been deferred again. */
function decisionAt(trace: MessageTrace, decisions: readonly TailedDecision[]): TailedDecision | undefined {
  const { messageId } = messageOf(trace);
  const about = decisions.filter(({ message }) => message.messageId === messageId);
  return about.find(({ decidedAt, outcome }) =>
    trace.kind === 'waiting' ? outcome === 'deferred' : decidedAt === trace.at,
  );
}

function latestFirst(one: StoryEntry, other: StoryEntry): number {
  return other.at - one.at;
}

const CAUSES = {
  'opt-out': 'The customer opted out',
  complaint: 'The customer complained',
  erasure: 'The customer asked to be forgotten',
} as const;

function optOutEntries({ cause, scope, at, until, takenBack = [] }: OptOut, zone: string): StoryEntry[] {
  const end = until === undefined ? '' : ` until ${formatMoment(until, zone)}`;
  const sentence = `${CAUSES[cause]}; this covers ${describeScope(scope)}${end}.`;
  const optOut = { at, what: 'opt-out', sentence } as const;
  const optIns = takenBack.map((back) => ({
    at: back.at,
    what: 'opt-in' as const,
    sentence: `The customer opted in again to ${describeScope(back.scope)}.`,
  }));
  return [optOut, ...optIns];
}

const STATUSES = { granted: 'was given', pending: 'was asked for', withdrawn: 'was withdrawn' } as const;

function consentEntry({ at, channel, purpose, status, source, terms }: Consent): StoryEntry {
  const reach = [
    channel === undefined ? 'every channel' : plain(channel),
    ...(purpose === undefined ? [] : [`purpose ${plain(purpose)}`]),
  ].join(', ');
  const version = terms === undefined ? '' : `, terms ${plain(terms)}`;
  return {
    at,
    what: 'consent',
    sentence: `Consent for ${reach} ${STATUSES[status]} (source ${plain(source)}${version}).`,
  };
}

function eventEntry({ at, type, channel, campaignId, categories, products }: CustomerEvent): StoryEntry {
  const about = [channel, campaignId && `campaign ${campaignId}`, ...categories, ...products].filter(
    (part) => part !== undefined,
  );
  const details = about.length === 0 ? '' : ` (${plain(about.join(', '))})`;
  return { at, what: 'event', sentence: `“${plain(type)}” happened${details}.` };
}

/** What the customer wishes, a sentence each. */
export function preferenceEntries(preferences: Preferences, zone: string): StoryEntry[] {
  const { limits, declinedTopics, wantedTopics, days, hours, pauses } = preferences;
  const entry = (at: Instant, text: string): StoryEntry => ({
    at,
    what: 'preference',
    sentence: `The customer asked for ${text}.`,
  });
  return [
    ...(limits?.value ?? []).map(({ scope, limit, window }) =>
      entry(limits?.at ?? 0, `at most ${limit} in ${spellDuration(window)} of ${describeScope(scope)}`),
    ),
    ...(declinedTopics && declinedTopics.value.length > 0
      ? [entry(declinedTopics.at, `nothing about ${plain(declinedTopics.value.join(', '))}`)]
      : []),
    ...(wantedTopics && wantedTopics.value.length > 0
      ? [entry(wantedTopics.at, `messages about ${plain(wantedTopics.value.join(', '))} only`)]
      : []),
    ...(days && days.value.length > 0
      ? [entry(days.at, `messages on ${days.value.map((day) => WEEKDAYS[day - 1]).join(', ')} only`)]
      : []),
    ...(hours && hours.value.length > 0
      ? [entry(hours.at, `messages at ${describeHours(hours.value)} only`)]
      : []),
    ...pauses.map(({ at, scope, until }) =>
      entry(at, `a pause of ${describeScope(scope)} until ${formatMoment(until, zone)}`),
    ),
  ];
}
