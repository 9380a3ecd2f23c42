import fc from 'fast-check';
import { DAY, HOUR } from '../../../src/kernel/time.ts';
import type { Weekday } from '../../../src/model/calendar.ts';
import type { CustomerState } from '../../../src/model/customer-state.ts';
import { ANSWER_TYPES, INTERACTION_TYPES, type Interaction } from '../../../src/model/interaction.ts';
import type { OutboundMessage } from '../../../src/model/message.ts';
import type { Preferences } from '../../../src/model/preferences.ts';
import { NOON } from '../../unit/decide/build.ts';

const some = <T>(...values: T[]) => fc.constantFrom(...values);
const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });

/** Empty in two cases of three, else one or two. */
function mostlyEmpty<T>(item: fc.Arbitrary<T>): fc.Arbitrary<T[]> {
  const few = fc.array(item, { minLength: 1, maxLength: 2 });
  return fc.oneof({ weight: 2, arbitrary: fc.constant<T[]>([]) }, { weight: 1, arbitrary: few });
}

/** Leaves out what is undefined, as the types demand. */
function defined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, part]) => part !== undefined)) as T;
}

const channel = some('email', 'E-Mail', 'email', 'sms', 'push', 'push', 'push', 'fax');
const className = some('marketing', 'service', 'security', 'nonsense');
const campaign = some('spring', 'summer', '__proto__');
const categories = fc.uniqueArray(some('shoes', 'shoes/running', 'books'), { maxLength: 2 });
const products = fc.uniqueArray(some('4711', '4712'), { maxLength: 2 });
const weekday = some<Weekday>(1, 3, 7);
const sender = some('crm', 'app', 'login');
const topics = fc.uniqueArray(some('news', 'offers'), { maxLength: 2 });
const labels = fc.constantFrom<Record<string, string>>({}, { theme: 'sale' }, { theme: 'x' });
const zone = some('Europe/Berlin', 'Asia/Tokyo', 'America/New_York', 'Pacific/Apia', 'Mars/Olympus');
const id = some('a', 'b', 'c', 'd');
/** Within some five weeks before noon, on a coarse grid, so that ends of windows are met. */
const past = fc.oneof(
  fc.integer({ min: 0, max: 8 * 24 }).map((hours) => NOON - hours * HOUR),
  fc.integer({ min: 0, max: 36 * 24 }).map((hours) => NOON - hours * HOUR),
  fc.integer({ min: 0, max: 36 * DAY }).map((ago) => NOON - ago),
);
const scope = fc
  .record({
    channel: optional(fc.uniqueArray(channel, { maxLength: 2 })),
    class: optional(fc.uniqueArray(className, { maxLength: 2 })),
    category: optional(categories),
    campaign: optional(fc.uniqueArray(campaign, { maxLength: 1 })),
    topic: optional(topics),
  })
  .map(defined);

export const messageArbitrary: fc.Arbitrary<OutboundMessage> = fc
  .record({
    messageId: id,
    customerId: fc.constant('c-1'),
    channel,
    class: optional(className),
    campaignId: optional(campaign),
    dispatchId: optional(id),
    categories,
    products,
    fingerprint: optional(some('f', 'g')),
    rank: optional(some(1, 2)),
    topics,
    sender: optional(sender),
    purpose: optional(some('news', 'offers')),
    createdAt: past,
    expiresAt: optional(fc.integer({ min: -2, max: 9 * 24 }).map((hours) => NOON + hours * HOUR)),
    labels,
    sourceTopic: some('crm', 'shop'),
  })
  .map((value) => defined(value) as OutboundMessage);

const sendArbitrary = fc
  .record({
    at: past,
    channel: some('email', 'sms', 'push', 'unknown'),
    class: some('marketing', 'service', 'security'),
    campaignId: optional(campaign),
    categories,
    products,
    fingerprint: optional(some('f', 'g')),
    sender: optional(sender),
    dispatchId: optional(id),
    topics,
    labels,
    messageId: id,
    answered: fc.boolean(),
    returned: fc.boolean(),
  })
  .map((value) => defined(value) as CustomerState['sends'][number]);

const eventArbitrary = fc
  .record({
    type: some(...ANSWER_TYPES, 'bounced' as const, 'opened' as const),
    at: past,
    channel: optional(some('email', 'sms')),
    campaignId: optional(campaign),
    categories,
    products,
    labels,
  })
  .map((value) => defined(value) as CustomerState['events'][number]);

const saidTopics = fc.record({ value: topics, at: past });
const preferencesArbitrary = fc
  .record({
    limits: optional(fc.record({ value: fc.constant([{ scope: {}, limit: 2, window: 7 * DAY }]), at: past })),
    declinedTopics: optional(saidTopics),
    wantedTopics: optional(saidTopics),
    days: optional(fc.record({ value: fc.uniqueArray(weekday), at: past })),
    hours: optional(fc.record({ value: fc.constant([{ from: 540, to: 1080 }]), at: past })),
    pauses: mostlyEmpty(fc.record({ scope, until: fc.constant(NOON + 5 * HOUR), at: past })),
  })
  .map((value) => defined(value) as Preferences);

export const stateArbitrary: fc.Arbitrary<CustomerState> = fc
  .record({
    firstSeenAt: past,
    timezone: optional(zone),
    consents: fc.array(
      fc
        .record({
          channel: optional(channel),
          purpose: optional(some('news', 'offers')),
          status: some('granted', 'pending', 'withdrawn'),
          at: past,
          source: some('crm', 'web'),
          terms: optional(some('v1', 'v2')),
        })
        .map((value) => defined(value) as CustomerState['consents'][number]),
      { maxLength: 3 },
    ),
    optOuts: mostlyEmpty(
      fc
        .record({
          scope,
          at: past,
          until: optional(fc.integer({ min: -48, max: 48 }).map((hours) => NOON + hours * HOUR)),
          cause: some('opt-out', 'complaint', 'erasure'),
          readAt: optional(past),
          takenBack: optional(fc.array(fc.record({ scope, at: past }), { maxLength: 2 })),
        })
        .map((value) => defined(value) as CustomerState['optOuts'][number]),
    ),
    sends: fc
      .array(sendArbitrary, { maxLength: 12 })
      .map((sends) => sends.sort((one, other) => one.at - other.at)),
    forgottenSends: some(0, 3),
    tallies: fc.constant([]),
    events: fc
      .array(eventArbitrary, { maxLength: 5 })
      .map((events) => events.sort((one, other) => one.at - other.at)),
    preferences: preferencesArbitrary,
    busyUntil: optional(fc.integer({ min: -5, max: 48 }).map((hours) => NOON + hours * HOUR)),
    tier: optional(fc.record({ id: some('new', 'old'), since: past })),
    waiting: fc.constant([]),
    lastEngagedAt: optional(past),
    stops: fc.constant([]),
    attributes: fc.constantFrom<Record<string, string>>({}, { age: 'minor' }),
    attributeTimes: fc.constantFrom<Record<string, number>>({}, { age: NOON - DAY }),
    cancellations: fc.constant([]),
  })
  .map((value) => defined(value) as CustomerState);

export const interactionArbitrary: fc.Arbitrary<Interaction> = fc
  .record({
    interactionId: id,
    customerId: fc.constant('c-1'),
    type: some(...INTERACTION_TYPES, 'x-visit' as const),
    occurredAt: fc.oneof(past, some(0, NOON + DAY, 253_402_300_799_999)),
    source: some('crm', 'app', 'esp'),
    channel: optional(channel),
    purpose: optional(some('news', 'offers')),
    messageId: optional(id),
    class: optional(className),
    campaignId: optional(campaign),
    categories,
    products,
    terms: optional(some('v1', 'v2')),
    automated: fc.boolean(),
    preferences: optional(
      fc.record(
        { declinedTopics: topics, days: fc.uniqueArray(weekday, { maxLength: 2 }) },
        { requiredKeys: [] },
      ),
    ),
    scope,
    until: optional(fc.integer({ min: -48, max: 48 }).map((hours) => NOON + hours * HOUR)),
    timezone: optional(zone),
    attributes: fc.constantFrom<Record<string, string>>(
      {},
      { age: 'minor' },
      { age: 'adult', income: 'high' },
    ),
    labels,
    governed: fc.boolean(),
  })
  .map((value) => defined(value) as Interaction);

/** Rules of every kind, over every field. */
export const RULES = `
  - { id: consent, for: { class: service }, consent: { require: opt-out } }
  - { id: opt-in, for: { channel: sms }, consent: { require: opt-in, purpose: news } }
  - { id: once, duplicate: { within: 2d } }
  - { id: fresh, for: { campaign: summer }, expiry: { maxAge: 20d } }
  - { id: weekly, for: { channel: email }, cap: { limit: 2, window: 7d } }
  - { id: long, cap: { limit: 5, window: 35d } }
  - { id: daily, for: { class: { not: security } }, cap: { limit: 2, window: { calendar: day } } }
  - { id: sunday, cap: { limit: 3, window: { calendar: week, weekStart: sunday, zone: America/New_York }, per: [category] } }
  - { id: monthly, for: { channel: push }, counts: {}, cap: { limit: 4, window: { calendar: month } } }
  - { id: hourly, for: { not: { topic: news } }, cap: { limit: 1, window: { calendar: hour, zone: policy }, per: [campaign, channel] } }
  - { id: pause, for: { any: [{ channel: push }, { 'label:theme': sale }] }, gap: 5h }
  - { id: minors, for: { 'attribute:age': minor }, cap: { limit: 1, window: 3d } }`;

/** Tiers, and rules that recur and defer, besides. */
export const TIERS = `tiers:
  - { id: new, when: { firstSeen: { within: 10d } }, hold: 2d }
  - { id: engaged, when: { lastEngaged: { within: 5d } }, hold: 3d }
  - { id: old }`;
export const RECURRING_RULES = `
  - { id: once, duplicate: { within: 3d } }
  - { id: nights, for: { class: marketing }, quietHours: { from: "20:00", to: "09:30", holidays: [03-06] }, onBlock: { defer: { spread: 15m } } }
  - { id: service-days, for: { class: service }, quietHours: { allowed: [{ days: [monday, thursday] }], zone: policy }, onBlock: { defer: { longest: 5d } } }
  - { id: wishes, for: { class: marketing }, preference: {}, onBlock: defer }
  - { id: tiered, for: { channel: email }, cap: { limit: { new: 1, engaged: 4, old: 2 }, window: { new: 7d, other: 5d } }, onBlock: defer }
  - { id: block, cap: { limit: 4, window: { days: 3, anchor: "2026-03-02" } }, onBlock: defer }
  - { id: reserved, for: { channel: push }, counts: {}, cap: { limit: 3, window: { calendar: week }, reserve: { class: service, slots: 1, releaseBefore: 2d } }, onBlock: defer }
  - { id: first, for: { channel: sms }, counts: {}, cap: { limit: 1, window: { from: first-send, length: 3d } }, onBlock: defer }
  - { id: dispatches, cap: { limit: 3, window: 4d, count: dispatches, weights: [{ for: { channel: push }, weight: 2 }] }, onBlock: defer }
  - { id: pause, for: { channel: push }, gap: { new: 5h, other: 2h }, onBlock: defer }
  - { id: rest, for: { class: marketing }, unanswered: { messages: 3, within: 14d, pause: { new: 1d, other: 4d } }, onBlock: defer }
  - { id: step-down, for: { class: service }, unanswered: { messages: 2, limit: 1, window: 3d }, onBlock: defer }
  - { id: bought, after: { interaction: purchased, match: category, suppress: { days: 2 } }, onBlock: defer }
  - { id: bounces, after: { interaction: bounced, count: 2, within: 20d, match: channel, suppress: 6d }, onBlock: defer }
  - { id: repeated, for: { class: marketing }, duplicate: { by: fingerprint, within: 2d }, replaces: [once], onBlock: defer }`;
