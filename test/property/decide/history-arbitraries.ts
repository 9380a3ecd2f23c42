import fc from 'fast-check';
import type { Interaction, InteractionType } from '../../../src/model/interaction.ts';
import type { OutboundMessage } from '../../../src/model/message.ts';
import type { PreferencesUpdate } from '../../../src/model/preferences.ts';
import type { Scope } from '../../../src/model/scope.ts';
import { DAY, HOUR, MINUTE } from '../../oracle/written.ts';
import {
  CAMPAIGNS,
  CATEGORIES,
  defined,
  maybe,
  PRODUCTS,
  PURPOSES,
  parts,
  SENDERS,
  seldom,
  some,
  TOPICS,
  ZONES,
} from './choices.ts';

/** What arrives, so long after what arrived before it. */
export type Arrival =
  | { readonly now: number; readonly message: OutboundMessage }
  | { readonly now: number; readonly interaction: Interaction };

/** Shortly before clocks change, a month ends or a leap day begins, somewhere. */
const begins = some(
  ...[
    '2026-03-05T20:00Z',
    '2026-03-27T22:00Z',
    '2026-10-22T00:00Z',
    '2026-10-30T05:00Z',
    '2024-02-27T23:00Z',
    '2026-04-03T15:00Z',
  ].map((text) => Date.parse(text)),
);
const step = fc.oneof(
  { weight: 5, arbitrary: some(0, 1, HOUR, HOUR, 2 * HOUR, 6 * HOUR) },
  { weight: 5, arbitrary: some(12 * HOUR, DAY, DAY, 2 * DAY, 3 * DAY, DAY - 1, HOUR - 1, DAY + 1) },
  { weight: 1, arbitrary: some(7 * DAY, 14 * DAY, 30 * DAY, 35 * DAY, 7 * MINUTE) },
);
const lag = fc.oneof(
  { weight: 3, arbitrary: some(0) },
  some(1, HOUR, 2 * HOUR, DAY, 3 * DAY, 10 * DAY, -HOUR, -MINUTE, -5 * MINUTE, 36 * DAY),
);

const channel = some('email', 'email', 'E-Mail', 'sms', 'push');
const campaign = some(...CAMPAIGNS);
const few = <T>(...values: T[]) => fc.uniqueArray(some(...values), { maxLength: 2 });
const labels = some<Record<string, string>>({}, {}, { theme: 'sale' }, { theme: 'x' });
const sender = some(...SENDERS);
const scope = fc.oneof(
  { weight: 2, arbitrary: fc.constant<Scope>({}) },
  some<Scope>(
    ...[
      { channel: ['email'] },
      { channel: ['E-Mail'], topic: ['news'] },
      { category: ['shoes'] },
      { campaign: ['spring'] },
    ],
    ...[{ sender: ['crm'] }, { class: ['marketing'] }, { topic: ['news', 'offers'] }],
  ),
);

const message = parts<OutboundMessage & { age: number; expires?: number }>({
  messageId: some('a', 'b', 'c', 'd', 'e'),
  customerId: fc.constant('c-1'),
  channel: fc.oneof({ weight: 40, arbitrary: channel }, fc.constant('fax')),
  class: maybe(some('marketing', 'service', 'security', 'security', 'nonsense')),
  campaignId: maybe(campaign),
  dispatchId: maybe(some('d-1', 'd-2')),
  categories: few(...CATEGORIES),
  products: few(...PRODUCTS),
  topics: few(...TOPICS),
  sender: maybe(sender),
  purpose: seldom(some('ads')),
  fingerprint: maybe(some('f-1', 'f-2')),
  createdAt: fc.constant(0),
  age: fc.oneof({ weight: 4, arbitrary: some(0) }, some(HOUR, DAY, 2 * DAY)),
  expires: seldom(some(-1, 0, 1, HOUR, 6 * HOUR, DAY, 2 * DAY, 7 * DAY, 10 * DAY)),
  rank: seldom(some(1, 5)),
  place: seldom(some('home', 'work')),
  labels,
  sourceTopic: some('crm', 'auth'),
});

const answers: InteractionType[] = ['clicked', 'replied', 'visited', 'purchased', 'opened', 'called'];
const OPT_OUTS: readonly InteractionType[] = ['opted-out', 'unsubscribed', 'complained'];
const failures: InteractionType[] = ['delivered', 'bounced', 'failed', 'expired', 'rejected'];
const consents: InteractionType[] = [
  'consent-granted',
  'consent-granted',
  'consent-pending',
  'consent-withdrawn',
  'opted-in',
  'subscribed',
];
const type: fc.Arbitrary<InteractionType> = fc.oneof(
  { weight: 8, arbitrary: some<InteractionType>(...answers, 'purchased', 'clicked') },
  { weight: 5, arbitrary: some<InteractionType>(...failures, 'bounced') },
  { weight: 4, arbitrary: some<InteractionType>('sent') },
  { weight: 5, arbitrary: some(...consents) },
  { weight: 2, arbitrary: some<InteractionType>('opted-out', 'unsubscribed', 'complained') },
  { weight: 5, arbitrary: some<InteractionType>('preferences-updated', 'snoozed', 'busy') },
  {
    weight: 4,
    arbitrary: some<InteractionType>(
      'case-opened',
      'case-closed',
      'x-visit',
      'address-changed',
      'profile-updated',
      'profile-updated',
    ),
  },
  { weight: 2, arbitrary: some<InteractionType>('cancelled', 'cancelled', 'cancelled', 'erased') },
);

const minutes = some(0, 150, 480, 720, 1260, 1440);
const preferences = parts<PreferencesUpdate>({
  limits: maybe(
    fc.array(fc.record({ scope, limit: some(0, 1, 2, 4), window: some(DAY, 7 * DAY, 30 * DAY, 2 * DAY) }), {
      maxLength: 2,
    }),
  ),
  declinedTopics: seldom(few(...TOPICS)),
  wantedTopics: seldom(few(...TOPICS)),
  days: seldom(
    fc.uniqueArray(some(1 as const, 2 as const, 3 as const, 5 as const, 6 as const, 7 as const), {
      maxLength: 4,
    }),
  ),
  hours: seldom(fc.array(fc.record({ from: minutes, to: minutes }), { maxLength: 2 })),
});

const interaction = parts<Interaction & { lag: number; ends?: number }>({
  interactionId: fc.nat(999_999).map((n) => `i-${n}`),
  customerId: fc.constant('c-1'),
  type,
  lag,
  occurredAt: fc.constant(0),
  source: fc.oneof(sender, some('esp')),
  channel: maybe(channel),
  purpose: maybe(some(...PURPOSES)),
  messageId: maybe(some('a', 'b', 'c', 'd', 'e')),
  class: seldom(some('marketing', 'service', 'nonsense')),
  campaignId: maybe(campaign),
  categories: few(...CATEGORIES),
  products: few(...PRODUCTS),
  scope,
  ends: maybe(some(-HOUR, 0, 1, HOUR, 12 * HOUR, DAY, 3 * DAY, 14 * DAY)),
  terms: maybe(some('v1', 'v2')),
  automated: fc.nat(5).map((n) => n === 0),
  preferences: maybe(preferences),
  timezone: seldom(some(...ZONES, 'Mars/Olympus')),
  attributes: some<Record<string, string>>(
    {},
    {},
    { vip: 'yes' },
    { vip: 'no' },
    { country: 'DE' },
    { country: 'ca', region: 'US-FL' },
    { country: 'PT', region: 'TX' },
    { region: 'NY' },
  ),
  labels,
  governed: fc.nat(3).map((n) => n === 0),
});

const slowStep = fc.oneof(
  { weight: 2, arbitrary: step },
  some(DAY, 3 * DAY, 7 * DAY, 10 * DAY, 14 * DAY, 35 * DAY - 1, 35 * DAY),
);
const what = fc.oneof(
  { weight: 5, arbitrary: message.map((each) => ({ message: each })) },
  { weight: 4, arbitrary: interaction.map((each) => ({ interaction: each })) },
  { weight: 1, arbitrary: fc.nat(5).map((again) => ({ again })) },
);
/** An objection, or a change of mind about it: of everything, or here and there of a channel. */
const changeOfMind = fc
  .tuple(
    interaction,
    some<InteractionType>('opted-out', 'complained', 'opted-in', 'opted-in', 'subscribed', 'erased'),
    some<Scope>({}, {}, {}, { channel: ['email'] }),
  )
  .map(([{ ends: _, channel: __, ...told }, of, reach]) => ({
    interaction: { ...told, type: of, scope: reach },
  }));

const arrivals = (after: fc.Arbitrary<number>, of: fc.Arbitrary<Told>, maxLength: number) =>
  fc.array(fc.record({ step: after, what: of }), { minLength: 3, maxLength, size: 'max' });

/** Some weeks or months of one customer, told late or twice now and then. */
export const historyArbitrary: fc.Arbitrary<Arrival[]> = historyOf(
  fc.oneof(
    { weight: 3, arbitrary: arrivals(step, what, 30) },
    { weight: 1, arbitrary: arrivals(slowStep, what, 25) },
  ),
);

/** The same of somebody who objects to everything, and wants to be written to again, now and then; opt-outs have no end. */
export const objectorArbitrary: fc.Arbitrary<Arrival[]> = historyOf(
  arrivals(step, fc.oneof({ weight: 6, arbitrary: what }, { weight: 1, arbitrary: changeOfMind }), 30),
).map((history) => history.map(withoutEnd));

/** Of two opt-outs that are alike, of which the older was taken back in part, the state keeps the later end for the whole. */
function withoutEnd(arrival: Arrival): Arrival {
  if (!('interaction' in arrival) || !OPT_OUTS.includes(arrival.interaction.type)) return arrival;
  const { until: _, ...told } = arrival.interaction;
  return { now: arrival.now, interaction: told };
}

function historyOf(told: fc.Arbitrary<{ step: number; what: Told }[]>): fc.Arbitrary<Arrival[]> {
  return fc.tuple(begins, told).map(([begin, arriving]) => {
    const history: Arrival[] = [];
    const taken = new Map<string, string>();
    let now = begin;
    for (const { step: more, what: next } of arriving) {
      now += more;
      const arrival = 'again' in next ? toldAgain(history, next.again, now) : toldFirst(next, now);
      if (arrival !== undefined && isDistinct(arrival, taken) && isClear(arrival, history))
        history.push(arrival);
    }
    return history;
  });
}

type ToldFirst =
  | { message: Parameters<typeof messageAt>[0] }
  | { interaction: Parameters<typeof interactionAt>[0] };
type Told = ToldFirst | { again: number };

function toldFirst(told: ToldFirst, now: number): Arrival {
  return 'message' in told
    ? { now, message: messageAt(told.message, now) }
    : { now, interaction: interactionAt(told.interaction, now) };
}

function messageAt(
  { age, expires, ...fields }: OutboundMessage & { age: number; expires?: number },
  now: number,
): OutboundMessage {
  return { ...fields, createdAt: now - age, ...(expires !== undefined && { expiresAt: now + expires }) };
}

function interactionAt(
  { lag: late, ends, ...fields }: Interaction & { lag: number; ends?: number },
  now: number,
): Interaction {
  return defined({ ...fields, occurredAt: now - late, ...(ends !== undefined && { until: now + ends }) });
}

function toldAgain(history: readonly Arrival[], back: number, now: number): Arrival | undefined {
  const before = history.filter((each) => 'interaction' in each).at(-1 - back);
  return before && { ...before, now };
}

/** What is told again, of an id that was used for something else as well by then, may be about either: there is no such thing. */
function isClear(arrival: Arrival, history: readonly Arrival[]): boolean {
  if (!('interaction' in arrival)) return true;
  const { messageId } = arrival.interaction;
  if (messageId === undefined || !history.some((each) => isSameInteraction(each, arrival))) return true;
  const named = history.flatMap((each) =>
    'message' in each && each.message.messageId === messageId ? [contentOf(each.message)] : [],
  );
  return new Set(named).size < 2;
}

function isSameInteraction(one: Arrival, other: Arrival): boolean {
  return 'interaction' in one && 'interaction' in other && one.interaction === other.interaction;
}

function contentOf({ channel, campaignId, categories, products }: OutboundMessage): string {
  return JSON.stringify([channel, campaignId, categories, products]);
}

/** Two things of one type and instant are remembered as one where no rule tells them apart, so there are no such two. */
function isDistinct(arrival: Arrival, taken: Map<string, string>): boolean {
  if (!('interaction' in arrival)) return true;
  const { type: of, occurredAt } = arrival.interaction;
  const key = `${of} ${Math.min(occurredAt, arrival.now)}`;
  const text = JSON.stringify(arrival.interaction);
  const before = taken.get(key) ?? text;
  taken.set(key, before);
  return before === text;
}
