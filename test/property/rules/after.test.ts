import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { CustomerEvent, Send } from '../../../src/model/customer-state.ts';
import { after } from '../../../src/rules/after.ts';
import { send } from '../../unit/decide/build.ts';
import { event } from '../../unit/rules/events.ts';
import { factsWith, ruleOf } from '../../unit/rules/facts.ts';
import { keptOf } from './keeping.ts';
import { wallAt, ZONES } from './wall-clock.ts';

const HOUR = 3_600_000;
/** Just after the clocks of Europe went forward. */
const NOW = Date.UTC(2026, 2, 29, 4);

interface Written {
  readonly interaction?: string | readonly string[];
  readonly cleared?: object;
  readonly where?: { readonly 'label:kind': string };
  readonly match: 'all' | readonly Field[];
  readonly depth?: number;
  readonly count: number;
  readonly within?: string;
  readonly inARow?: boolean;
  readonly until?: string;
  readonly suppress: string | { readonly days: number };
}

type Field = 'channel' | 'campaign' | 'category' | 'product';
type About = Pick<CustomerEvent, 'channel' | 'campaignId' | 'categories' | 'products'>;

interface Case {
  readonly written: Written;
  readonly events: readonly CustomerEvent[];
  readonly sends: readonly Send[];
  readonly message: About;
  readonly zone: string;
}

// The oracle: every trigger by itself, from the first to the last.

const ANSWERS = ['clicked', 'replied', 'visited', 'purchased'];
const hours = (text = '8784h') => Number.parseInt(text, 10) * HOUR;

function valuesOf(field: Field, { channel, campaignId, categories, products }: About): readonly string[] {
  if (field === 'category') return categories;
  if (field === 'product') return products;
  const value = field === 'channel' ? channel : campaignId;
  return value === undefined ? [] : [value];
}

function isLike(field: Field, { written, message }: Case, about: About): boolean {
  const { depth } = written;
  return valuesOf(field, about).some((one) =>
    valuesOf(field, message).some((other) => {
      if (field !== 'category') return one === other;
      const [path, own] = [one.split('/'), other.split('/')];
      if (depth === undefined) return path.every((part, i) => own[i] === part);
      return path.slice(0, depth).join() === own.slice(0, depth).join();
    }),
  );
}

function triggersOf(given: Case): number[] {
  const { interaction, cleared, where, match, until } = given.written;
  const fields = match === 'all' ? [] : match;
  const meant =
    cleared === undefined
      ? given.events.filter(
          ({ type, labels }) =>
            [interaction].flat().includes(type) &&
            (where === undefined || labels.kind === where['label:kind']),
        )
      : given.sends.filter(({ returned }) => !returned);
  const ends = given.events.filter(
    (each) =>
      each.type === until &&
      fields.every((field) => valuesOf(field, each).length === 0 || isLike(field, given, each)),
  );
  return meant
    .filter((each) => fields.every((field) => isLike(field, given, each)))
    .map(({ at }) => at)
    .filter((at) => ends.every((each) => at > each.at));
}

function isBroken(given: Case, first: number, last: number): boolean {
  const { written, events } = given;
  if (!written.inARow) return false;
  const fields = written.match === 'all' ? [] : written.match;
  const triggers: readonly unknown[] = [written.interaction].flat();
  const breaking = triggers.includes('bounced') ? [...ANSWERS, 'delivered'] : ANSWERS;
  return events.some(
    (each) =>
      breaking.includes(each.type) &&
      !triggers.includes(each.type) &&
      each.at > first &&
      each.at <= last &&
      fields.every((field) => valuesOf(field, each).length === 0 || isLike(field, given, each)),
  );
}

function blocks(given: Case, at: number): boolean {
  const { count, within, suppress } = given.written;
  const triggers = triggersOf(given);
  return triggers.some((last, k) => {
    const first = triggers[k - count + 1];
    if (first === undefined || (count > 1 && last - first >= hours(within))) return false;
    if (isBroken(given, first, last)) return false;
    if (suppress === 'forever') return true;
    if (typeof suppress === 'string') return at < last + hours(suppress);
    return dateOf(given.zone, at) < dateOf(given.zone, last) + suppress.days;
  });
}

function dateOf(zone: string, at: number): number {
  return Date.parse(wallAt(zone, at).date) / (24 * HOUR);
}

/** The ends of spans, and every quarter of an hour for those of dates. */
function firstAllowed(given: Case): number | undefined {
  const { suppress } = given.written;
  const instants = [NOW];
  if (typeof suppress === 'string') instants.push(...triggersOf(given).map((at) => at + hours(suppress)));
  else for (let at = NOW; at < NOW + 4 * 24 * HOUR; at += HOUR / 4) instants.push(at);
  return instants
    .filter((at) => at >= NOW)
    .sort((one, other) => one - other)
    .find((at) => !blocks(given, at));
}

// What is generated.

const length = fc.integer({ min: 1, max: 30 }).map((each) => `${each}h`);
const time = fc.integer({ min: 0, max: 40 }).map((each) => NOW - each * HOUR);
const categories = fc.subarray(['shoes', 'shoes/running', 'shoes/running/trail', 'hats']);
const about = fc.record(
  {
    channel: fc.constantFrom('email', 'sms'),
    campaignId: fc.constantFrom('spring', 'summer'),
    categories,
    products: fc.subarray(['a', 'b']),
  },
  { requiredKeys: ['categories', 'products'] },
);
const trigger: fc.Arbitrary<Partial<Written>> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ interaction: fc.constantFrom('bounced', 'clicked', ['bounced', 'x-lost']) }),
  },
  { weight: 1, arbitrary: fc.constant({ cleared: {} }) },
);
const match = fc.oneof(
  fc.constant('all' as const),
  fc.subarray<Field>(['channel', 'campaign', 'category', 'product'], { minLength: 1, maxLength: 2 }),
);
const counting: fc.Arbitrary<Pick<Written, 'count' | 'within' | 'inARow'>> = fc.oneof(
  fc.constant({ count: 1 }),
  fc.record({ count: fc.integer({ min: 2, max: 4 }), within: length, inARow: fc.boolean() }),
);
const suppress = fc.oneof(
  { weight: 4, arbitrary: length },
  { weight: 2, arbitrary: fc.record({ days: fc.integer({ min: 1, max: 3 }) }) },
  { weight: 1, arbitrary: fc.constant('forever') },
);
const options = fc.record(
  {
    where: fc.constant({ 'label:kind': 'hard' } as const),
    until: fc.constantFrom('delivered', 'address-changed'),
    depth: fc.integer({ min: 1, max: 3 }),
  },
  { requiredKeys: [] },
);

const written: fc.Arbitrary<Written> = fc
  .tuple(trigger, match, counting, suppress, options)
  .map(([what, like, many, rest, { where, until, depth }]) => ({
    ...{
      ...what,
      ...many,
      match: like,
      suppress: what.cleared !== undefined && rest === 'forever' ? '9h' : rest,
    },
    ...(where !== undefined && what.cleared === undefined && { where }),
    ...(until !== undefined && { until }),
    ...(depth !== undefined && like.includes('category') && { depth }),
  }));

const aCase: fc.Arbitrary<Case> = fc.record({
  written,
  events: fc
    .uniqueArray(
      fc
        .tuple(
          fc.constantFrom(
            ...([
              'bounced',
              'bounced',
              'bounced',
              'clicked',
              'x-lost',
              'delivered',
              'address-changed',
            ] as const),
          ),
          time,
          about,
          fc.constantFrom({}, { kind: 'hard' }, { kind: 'hard' }),
        )
        .map(([type, at, fields, labels]) => event(type, at, { ...fields, labels })),
      // What is alike and happens at one time is one.
      { maxLength: 12, selector: ({ type, at }) => `${type} ${at}` },
    )
    .map((events) => events.sort((one, other) => one.at - other.at)),
  sends: fc
    .array(
      fc.tuple(time, about, fc.boolean()).map(([at, fields, returned]) => send(at, { ...fields, returned })),
      { maxLength: 6 },
    )
    .map((sends) => sends.sort((one, other) => one.at - other.at)),
  message: about.map((fields) => ({ ...fields, channel: 'email' })),
  zone: fc.constantFrom(...ZONES),
});

/** Many triggers that are alike, so that counts matter. */
const aCount: fc.Arbitrary<Case> = fc
  .record({
    count: fc.integer({ min: 2, max: 4 }),
    within: fc.integer({ min: 1, max: 8 }).map((each) => `${each}h`),
    inARow: fc.boolean(),
    suppress: length,
    bounces: fc.uniqueArray(time, { minLength: 4, maxLength: 16 }),
    clicks: fc.uniqueArray(time, { maxLength: 2 }),
    interaction: fc.constantFrom('bounced', 'clicked'),
  })
  .map(({ bounces, clicks, interaction, ...rest }) => ({
    written: { interaction, match: 'all', ...rest },
    events: [
      ...bounces.map((at) => event(interaction === 'bounced' ? 'bounced' : 'clicked', at)),
      ...clicks.map((at) => event(interaction === 'bounced' ? 'clicked' : 'bounced', at)),
    ].sort((one, other) => one.at - other.at),
    ...{ sends: [], message: { categories: [], products: [] }, zone: 'UTC' },
  }));

function find({ written: rule, events, sends, message, zone }: Case, now: number) {
  const state = { events, sends, timezone: zone };
  return after.evaluate(ruleOf(after, rule), factsWith({ now, state, message }));
}

test('after blocks, and allows again, exactly when its words say', () => {
  fc.assert(
    fc.property(fc.oneof(aCase, aCount), (given) => {
      const finding = find(given, NOW);
      expect(finding?.verdict === 'blocks').toBe(blocks(given, NOW));
      if (finding?.verdict !== 'blocks') return;
      const next = finding.nextEligibleAt;
      expect(next).toBe(firstAllowed(given));
      if (next === undefined) return;
      expect(blocks(given, next - 1)).toBe(true);
      expect(find(given, next - 1)?.verdict).toBe('blocks');
      expect(find(given, next)?.verdict).toBe('allows');
    }),
    { numRuns: 800 },
  );
});

test('after finds the same with nothing remembered but what it asks for', () => {
  fc.assert(
    fc.property(fc.oneof(aCase, aCount), (given) => {
      const needs = after.remembers?.(ruleOf(after, given.written)) ?? [];
      const kept = { ...given, events: keptOf(needs, given.events, NOW) };
      const seen = (each: Case) => {
        const finding = find(each, NOW);
        return [finding?.verdict, finding?.nextEligibleAt, finding?.evidence?.at];
      };
      expect(seen(kept)).toEqual(seen(given));
    }),
    { numRuns: 800 },
  );
});
