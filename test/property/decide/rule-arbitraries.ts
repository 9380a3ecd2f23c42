import fc from 'fast-check';
import type {
  Some,
  WrittenAfter,
  WrittenCap,
  WrittenConsent,
  WrittenPreference,
  WrittenRule,
  WrittenSelector,
  WrittenUnanswered,
  WrittenWindow,
} from '../../oracle/written.ts';
import {
  CAMPAIGNS,
  CATEGORIES,
  CHANNELS,
  CLASSES,
  maybe,
  oneOrTwo,
  PRODUCTS,
  parts,
  SENDERS,
  seldom,
  some,
  TOPICS,
  zone,
} from './choices.ts';
import { quietHours } from './quiet-arbitraries.ts';

type Field = WrittenSelector[string];
const oneOf = (values: readonly string[]): fc.Arbitrary<Field> =>
  fc.oneof(
    { weight: 3, arbitrary: some(...values) },
    oneOrTwo(...values),
    oneOrTwo(...values).map((not) => ({ not })),
  );

const FIELDS: Record<string, readonly string[]> = {
  ...{ channel: CHANNELS, class: CLASSES, campaign: CAMPAIGNS, category: CATEGORIES, product: PRODUCTS },
  ...{ topic: TOPICS, sender: SENDERS, place: ['home'], purpose: ['ads'], 'label:theme': ['sale', 'x'] },
};
const ATTRIBUTE = { 'attribute:vip': ['yes', 'no'] };

function selectorOver(fields: Record<string, readonly string[]>): fc.Arbitrary<WrittenSelector> {
  const simple = some(...Object.keys(fields)).chain((field) =>
    oneOf(fields[field] ?? []).map((value): WrittenSelector => ({ [field]: value })),
  );
  return fc.oneof(
    { weight: 5, arbitrary: simple },
    fc.tuple(simple, simple).map(([one, other]) => ({ ...one, ...other })),
    fc.array(simple, { minLength: 1, maxLength: 2 }).map((any) => ({ any })),
    simple.map((not) => ({ not })),
  );
}

const stableSelector = selectorOver(FIELDS);
const selector = selectorOver({ ...FIELDS, ...ATTRIBUTE });

/** Once, or for every tier of the policy by one of the two ways in which that may be written; the types know of once. */
export function byTier<T>(value: fc.Arbitrary<T>, tiers: readonly string[]): fc.Arbitrary<T> {
  if (tiers.length === 0) return value;
  const all = fc.record(Object.fromEntries([...tiers, 'other'].map((tier) => [tier, value])));
  const others = fc.record({ [tiers[0] as string]: value, other: value });
  return fc.oneof(value, all as fc.Arbitrary<T>, others as fc.Arbitrary<T>);
}

export const short = some('1h', '2h', '6h', '12h', '1d', '2d', '3d');
export const span = some('6h', '1d', '2d', '3d', '7d', '14d', '30d', '35d');

const calendar: fc.Arbitrary<WrittenWindow> = fc.oneof(
  parts({ calendar: some('day' as const), units: seldom(fc.integer({ min: 1, max: 5 })), zone: maybe(zone) }),
  parts({
    calendar: some('hour' as const, 'minute' as const),
    units: seldom(fc.integer({ min: 1, max: 6 })),
    zone: maybe(zone),
  }),
  parts({
    calendar: some('week' as const),
    units: seldom(fc.integer({ min: 1, max: 3 })),
    zone: maybe(zone),
    weekStart: seldom(some('sunday', 'saturday', 'monday')),
  }),
  parts({ calendar: some('month' as const), zone: maybe(zone) }),
);
const blocks: fc.Arbitrary<WrittenWindow> = parts({
  days: some(1, 3, 14, 30),
  anchor: some('2026-01-05', '2026-10-25', '2024-02-29'),
  zone: maybe(zone),
});
const firstSend: fc.Arbitrary<WrittenWindow> = span.map((length) => ({ from: 'first-send', length }));

const per = fc.uniqueArray(
  some('channel', 'class', 'category', 'campaign', 'sender', 'place', 'dispatch', 'product', 'fingerprint'),
  { minLength: 1, maxLength: 2 },
);
export const typeList = (...types: string[]): fc.Arbitrary<Some> =>
  fc.oneof<fc.Arbitrary<Some>[]>(some(...types), oneOrTwo(...types));

function capWith(
  window: fc.Arbitrary<WrittenCap['window']>,
  tiers: readonly string[],
  more: { [K in 'count' | 'reserve' | 'releaseOn']?: fc.Arbitrary<WrittenCap[K]> },
  weights = byTier(some(0, 1, 2, 3), tiers),
): fc.Arbitrary<WrittenCap> {
  const none = fc.constant(undefined);
  return parts<WrittenCap>({
    limit: byTier(some(0, 1, 1, 2, 2, 3), tiers),
    window,
    per: seldom(per),
    count: more.count ?? none,
    weights: seldom(
      fc.array(fc.record({ for: stableSelector, weight: weights }), { minLength: 1, maxLength: 2 }),
    ),
    reserve: more.reserve ?? none,
    releaseOn: more.releaseOn ?? none,
    mayRaiseTo: seldom(byTier(some(3, 4, 5), tiers)),
  });
}

const reserve = (tiers: readonly string[], releaseBefore: fc.Arbitrary<string | undefined>) =>
  seldom(
    parts<NonNullable<WrittenCap['reserve']>>({
      class: some<Some>('service', 'security', ['service', 'security']),
      slots: byTier(some(1, 2), tiers),
      releaseBefore,
    }),
  );
const releaseOn = seldom(typeList('purchased', 'replied', 'case-closed', 'x-visit'));
const dispatches = some('dispatches' as const);

/** What a rule may be, with its options beside the kind. */
type Part = Partial<WrittenRule>;

function capPart(tiers: readonly string[]): fc.Arbitrary<Part> {
  const rolling = byTier(fc.oneof({ weight: 3, arbitrary: span }, calendar as fc.Arbitrary<never>), tiers);
  const caps = fc.oneof(
    {
      weight: 4,
      arbitrary: capWith(rolling, tiers, { reserve: reserve(tiers, fc.constant(undefined)), releaseOn }),
    },
    { weight: 2, arbitrary: capWith(fc.oneof(rolling, calendar), tiers, { count: dispatches, releaseOn }) },
    {
      weight: 4,
      arbitrary: capWith(byTier(fc.oneof(calendar, blocks), tiers), tiers, {
        reserve: reserve(tiers, seldom(byTier(short, tiers))),
        releaseOn,
      }),
    },
  );
  const endless = capWith(
    fc.oneof(firstSend, fc.constant<WrittenWindow>('lifetime')),
    tiers,
    {},
    some(0, 1, 2, 3),
  );
  return fc.oneof(
    { weight: 4, arbitrary: parts<Part>({ cap: caps, for: maybe(selector), counts: seldom(selector) }) },
    {
      weight: 1,
      arbitrary: parts<Part>({ cap: endless, for: maybe(stableSelector), counts: seldom(stableSelector) }),
    },
  );
}

function gapPart(tiers: readonly string[]): fc.Arbitrary<Part> {
  const wait = byTier(fc.oneof(short, span), tiers);
  const gap = fc.oneof(
    wait as fc.Arbitrary<string>,
    parts<{ wait: string }>({ wait, per: seldom(per), count: seldom(dispatches) } as never),
  );
  return parts<Part>({
    gap: gap as fc.Arbitrary<WrittenRule['gap']>,
    for: maybe(selector),
    counts: seldom(selector),
  });
}

const consent = parts<WrittenConsent>({
  require: some('opt-in', 'opt-out', 'opt-out'),
  purpose: maybe(some('ads')),
  terms: seldom(some<Some>('v2', ['v1', 'v2'])),
  sources: maybe(some('strictest', 'latest')),
});
const no = seldom(some(false));
const preference = parts<WrittenPreference>({ topics: no, limits: no, pauses: no, times: no });

function unansweredPart(tiers: readonly string[]): fc.Arbitrary<Part> {
  const rest = fc.oneof(
    parts<Partial<WrittenUnanswered>>({ pause: byTier(span, tiers) }),
    parts<Partial<WrittenUnanswered>>({ limit: byTier(some(0, 1, 2), tiers), window: byTier(span, tiers) }),
  );
  const head = parts<Partial<WrittenUnanswered>>({
    messages: byTier(some(1, 2, 2, 3), tiers),
    within: maybe(byTier(span, tiers)),
    answers: seldom(oneOrTwo('clicked', 'purchased', 'opened', 'x-visit', 'called')),
    per: seldom(
      fc.uniqueArray(some('channel', 'campaign', 'category', 'product'), { minLength: 1, maxLength: 2 }),
    ),
  });
  return parts<Part>({
    unanswered: fc.tuple(head, rest).map(([one, other]) => ({ ...one, ...other }) as WrittenUnanswered),
    for: maybe(selector),
    counts: seldom(selector),
  });
}

const MATCHES = ['channel', 'campaign', 'category', 'product'];
const where = selectorOver({
  channel: CHANNELS,
  campaign: CAMPAIGNS,
  category: CATEGORIES,
  product: PRODUCTS,
  'label:theme': ['sale'],
});

function afterPart(tiers: readonly string[]): fc.Arbitrary<Part> {
  const counted = fc.oneof(
    { weight: 3, arbitrary: fc.constant({}) },
    parts<Partial<WrittenAfter>>({
      count: byTier(some(2, 2, 3), tiers),
      within: maybe(byTier(some('1d', '3d', '14d'), tiers)),
      inARow: seldom(some(true)),
    }),
  );
  const common = parts<Partial<WrittenAfter>>({
    until: seldom(typeList('case-closed', 'purchased', 'delivered')),
    match: maybe(fc.oneof(some<string | string[]>('all', ...MATCHES), oneOrTwo(...MATCHES))),
  });
  const interaction = parts<Partial<WrittenAfter>>({
    interaction: typeList(
      'purchased',
      'complained',
      'bounced',
      'case-opened',
      'clicked',
      'x-visit',
      'rejected',
    ),
    where: seldom(where),
    suppress: fc.oneof(
      {
        weight: 4,
        arbitrary: byTier(fc.oneof(short, span, some('60d')), tiers) as fc.Arbitrary<
          WrittenAfter['suppress']
        >,
      },
      parts<{ days: number; zone?: string }>({ days: byTier(some(1, 2, 10), tiers), zone: maybe(zone) }),
      fc.constant<'forever'>('forever'),
    ),
  });
  const cleared = parts<Partial<WrittenAfter>>({
    cleared: fc.oneof(fc.constant({}), stableSelector),
    suppress: fc.oneof(
      byTier(fc.oneof(short, some('7d', '14d')), tiers) as fc.Arbitrary<WrittenAfter['suppress']>,
      parts<{ days: number; zone?: string }>({ days: byTier(some(1, 2, 10), tiers), zone: maybe(zone) }),
    ),
  });
  return parts<Part>({
    after: fc
      .tuple(counted, common, fc.oneof({ weight: 3, arbitrary: interaction }, cleared))
      .map((all) => Object.assign({}, ...all) as WrittenAfter)
      .map((after) =>
        after.cleared !== undefined && after.count !== undefined ? { within: '7d', ...after } : after,
      )
      .chain((after) =>
        listed(after.match).includes('category')
          ? seldom(some(1, 2)).map((depth) => (depth === undefined ? after : { ...after, depth }))
          : fc.constant(after),
      ),
    for: maybe(selector),
  });
}

function listed(match: WrittenAfter['match']): readonly string[] {
  return typeof match === 'string' ? [match] : (match ?? []);
}

const duplicate = (tiers: readonly string[]) =>
  fc.oneof(
    fc.constant({}),
    byTier(span, tiers).map((within) => ({ within })),
    fc.record({ by: some('campaign' as const, 'fingerprint' as const), within: byTier(span, tiers) }),
  );

/** One kind of rule with its selectors. */
export function partFor(tiers: readonly string[]): fc.Arbitrary<Part> {
  const simple = (part: Part[keyof Part] extends never ? never : fc.Arbitrary<Part>) =>
    fc
      .tuple(part, maybe(selector))
      .map(([kind, obeys]) => (obeys === undefined ? kind : { ...kind, for: obeys }));
  return fc.oneof(
    { weight: 6, arbitrary: capPart(tiers) },
    { weight: 2, arbitrary: gapPart(tiers) },
    { weight: 2, arbitrary: simple(consent.map((each) => ({ consent: each }))) },
    {
      weight: 1,
      arbitrary: simple(byTier(some('6h', '2d', '10d'), tiers).map((maxAge) => ({ expiry: { maxAge } }))),
    },
    { weight: 2, arbitrary: simple(duplicate(tiers).map((each) => ({ duplicate: each }))) },
    { weight: 2, arbitrary: simple(preference.map((each) => ({ preference: each }))) },
    { weight: 3, arbitrary: simple(quietHours.map((each) => ({ quietHours: each }))) },
    { weight: 3, arbitrary: unansweredPart(tiers) },
    { weight: 4, arbitrary: afterPart(tiers) },
  );
}
