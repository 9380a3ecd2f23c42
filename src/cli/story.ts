import type { Instant } from '../kernel/time.ts';
import type { Decision } from '../model/decision.ts';
import type { OutboundMessage } from '../model/message.ts';
import type { Chronicle, ChronicleEntry } from './chronicle.ts';
import { explainDecision } from './render/decision.ts';
import { knownZone } from './render/time.ts';

/** One customer's day in sentences. */
export interface Story {
  readonly customerId: string;
  readonly timezone: string;
  readonly lines: readonly StoryLine[];
}

export interface StoryLine {
  readonly at: Instant;
  /** `cleared`, `suppressed`, `deferred`, or the type of an interaction. */
  readonly what: string;
  /** What was asked for, or what the customer did. */
  readonly event: string;
  /** What was decided; absent for interactions. */
  readonly answer?: string;
}

/** Tells the day of a customer, times and sentences as the clocks of their zone show them. */
export function tellStory(chronicle: Chronicle, customerId: string, policyZone: string): Story {
  const timezone = knownZone(chronicle.timezoneOf(customerId) ?? policyZone);
  const lines = chronicle.entriesOf(customerId).map((entry) => tellEntry(chronicle, entry, timezone));
  return { customerId, timezone, lines };
}

/** The customer with most to tell: several messages, some cleared, some stopped for different reasons, and an answer. */
export function pickInterestingCustomer(chronicle: Chronicle): string | undefined {
  let best: { readonly id: string; readonly score: number } | undefined;
  for (const id of chronicle.customers) {
    const score = interest(chronicle.entriesOf(id));
    if (!best || score > best.score || (score === best.score && id < best.id)) best = { id, score };
  }
  return best?.id;
}

const LINES_WANTED = 11;

function interest(entries: readonly ChronicleEntry[]): number {
  const reasons = new Set<string>();
  const platforms = new Set<string>();
  const turns = new Set<string>();
  let cleared = 0;
  let datable = 0;
  for (const entry of entries) {
    if (entry.kind === 'interaction') {
      if (TURNING_POINTS.has(String(entry.value.type))) turns.add(String(entry.value.type));
      continue;
    }
    platforms.add(entry.message.sender ?? '');
    if (entry.decision.verdict === 'cleared') cleared += 1;
    else reasons.add(entry.decision.rule ?? entry.decision.reason);
    if (entry.decision.nextEligibleAt !== undefined) datable = 1;
  }
  const tooLong = Math.max(0, entries.length - LINES_WANTED);
  return (
    4 * Math.min(reasons.size, 5) +
    2 * Math.min(cleared, 3) +
    2 * platforms.size +
    10 * Math.min(turns.size, 2) +
    3 * datable -
    2 * tooLong
  );
}

const TURNING_POINTS = new Set(['opted-out', 'unsubscribed', 'complained', 'bounced']);

function tellEntry(chronicle: Chronicle, entry: ChronicleEntry, timezone: string): StoryLine {
  if (entry.kind === 'interaction') {
    return { at: entry.at, what: String(entry.value.type), event: tellInteraction(chronicle, entry.value) };
  }
  const { message, decision } = entry;
  return {
    at: entry.at,
    what: decision.outcome,
    event: tellMessage(message, decision, chronicle),
    answer: explainDecision(decision, timezone),
  };
}

function tellMessage(message: OutboundMessage, decision: Decision, chronicle: Chronicle): string {
  const it = `${aChannel(decision.channel)}: “${chronicle.titleOf(message.messageId)}”`;
  const { waitingSince, decidedAt } = decision;
  const waited = waitingSince !== undefined && waitingSince < decidedAt;
  const sender = message.sender ?? message.sourceTopic;
  return waited ? `What waited is due, ${it}` : `${sender} asks to send ${it}`;
}

const CHANNEL_NOUNS: Readonly<Record<string, string>> = { email: 'an e-mail', sms: 'an SMS', push: 'a push' };

function aChannel(channel: string): string {
  return CHANNEL_NOUNS[channel] ?? `a message by ${channel}`;
}

function tellInteraction(chronicle: Chronicle, value: Readonly<Record<string, unknown>>): string {
  const it = value.messageId === undefined ? 'it' : `“${chronicle.titleOf(String(value.messageId))}”`;
  const categories = Array.isArray(value.categories) ? value.categories.join(', ') : 'something';
  const scope = value.scope as { channel?: readonly string[] } | undefined;
  const sentences: Readonly<Record<string, string>> = {
    opened: `The customer opens ${it}.`,
    clicked: `The customer clicks in ${it}.`,
    purchased: `The customer buys: ${categories}.`,
    visited: `The customer visits the shop: ${categories}.`,
    bounced: `${it} could not be delivered; it no longer counts.`,
    complained: `The customer complains about ${it}.`,
    unsubscribed: `The customer unsubscribes from ${scope?.channel?.join(', ') ?? 'everything'}.`,
    'opted-out': 'The customer opts out of everything.',
    'consent-granted': `The customer agrees to ${String(value.channel ?? 'everything')}.`,
  };
  return sentences[String(value.type)] ?? `Interaction: ${String(value.type)}.`;
}
