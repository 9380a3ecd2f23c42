import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { CustomerEvent, CustomerState, Send } from '../../../src/model/customer-state.ts';
import { needsOfTiers, tierOf, tiersSchema } from '../../../src/rules/tiers/tier.ts';
import { send } from '../../unit/decide/build.ts';
import { event } from '../../unit/rules/events.ts';
import { factsWith } from '../../unit/rules/facts.ts';
import { keptOf } from './keeping.ts';

const HOUR = 3_600_000;
const NOW = 1_000 * HOUR;

interface Bounds {
  readonly atLeast?: number;
  readonly atMost?: number;
}

interface When {
  readonly firstSeen?: { readonly within?: string; readonly before?: string };
  readonly lastEngaged?: { readonly within?: string; readonly before?: string };
  readonly responses?: Bounds & { readonly within: string; readonly types?: readonly string[] };
  readonly contacts?: Bounds & { readonly within?: string };
  readonly unanswered?: Bounds;
  readonly interest?: { readonly within: string };
  readonly 'attribute:loyalty'?: string | { readonly not: string };
  readonly any?: readonly When[];
  readonly not?: When;
}

interface WrittenTier {
  readonly id: string;
  readonly when?: When;
  readonly hold?: string;
}

interface Case {
  readonly tiers: readonly WrittenTier[];
  readonly state: Partial<CustomerState> & {
    readonly sends: readonly Send[];
    readonly events: readonly CustomerEvent[];
    readonly firstSeenAt: number;
    readonly forgottenSends: number;
    readonly attributes: Readonly<Record<string, string>>;
  };
  readonly categories: readonly string[];
}

// The oracle: every condition by itself.

const ANSWERS = ['clicked', 'replied', 'visited', 'purchased'];
const hours = (text: string) => Number.parseInt(text, 10) * HOUR;
const isBelow = (path: string, parent: string) => path === parent || path.startsWith(`${parent}/`);
const isBetween = ({ atLeast = 0, atMost = 1e9 }: Bounds, many: number) => atLeast <= many && many <= atMost;

function isOld({ within, before }: NonNullable<When['firstSeen']>, age: number): boolean {
  if (within !== undefined && age >= hours(within)) return false;
  return before === undefined || age >= hours(before);
}

function holds(when: When, given: Case): boolean {
  const { state, categories } = given;
  const arrived = state.sends.filter(({ returned }) => !returned);
  const facts: boolean[] = [];
  if (when.firstSeen) facts.push(isOld(when.firstSeen, NOW - state.firstSeenAt));
  if (when.lastEngaged) facts.push(isOld(when.lastEngaged, NOW - (state.lastEngagedAt ?? -1e15)));
  if (when.responses) {
    const { within, types = ANSWERS } = when.responses;
    const meant = state.events.filter(({ type, at }) => types.includes(type) && NOW - at < hours(within));
    facts.push(isBetween(when.responses, meant.length));
  }
  if (when.contacts) {
    const { within } = when.contacts;
    const recent = arrived.filter(({ at }) => within === undefined || NOW - at < hours(within));
    facts.push(isBetween(when.contacts, recent.length + (within === undefined ? state.forgottenSends : 0)));
  }
  if (when.unanswered) {
    const row = arrived.filter(
      (each, i) =>
        arrived.every((other, k) => !other.answered || k < i) &&
        state.events.every(({ type, at }) => !ANSWERS.includes(type) || at < each.at),
    );
    facts.push(isBetween(when.unanswered, row.length));
  }
  if (when.interest) {
    const { within } = when.interest;
    facts.push(
      state.events.some(
        (each) =>
          ['opened', ...ANSWERS].includes(each.type) &&
          NOW - each.at < hours(within) &&
          each.categories.some((one) => categories.some((two) => isBelow(one, two) || isBelow(two, one))),
      ),
    );
  }
  const loyalty = when['attribute:loyalty'];
  if (typeof loyalty === 'string') facts.push(state.attributes.loyalty === loyalty);
  else if (loyalty !== undefined) facts.push(state.attributes.loyalty !== loyalty.not);
  if (when.any) facts.push(when.any.some((each) => holds(each, given)));
  if (when.not) facts.push(!holds(when.not, given));
  return !facts.includes(false);
}

function expected(given: Case): string {
  const { tiers, state } = given;
  const fits = tiers.filter(({ when = {} }) => holds(when, given))[0]?.id ?? 'other';
  const held = tiers.filter(({ id }) => id === state.tier?.id)[0]?.hold;
  if (state.tier === undefined || held === undefined) return fits;
  return NOW - state.tier.since < hours(held) ? state.tier.id : fits;
}

// What is generated.

const length = fc.integer({ min: 1, max: 30 }).map((each) => `${each}h`);
const time = fc.integer({ min: 0, max: 35 }).map((each) => NOW - each * HOUR);
const few = fc.integer({ min: 0, max: 4 });
const categories = fc.subarray(['shoes', 'shoes/running', 'hats']);
const bounds: fc.Arbitrary<Bounds> = fc.oneof(
  fc.record({ atLeast: few }),
  fc.record({ atMost: few }),
  fc.record({ atLeast: few, atMost: few }),
);
const age = fc.oneof(fc.record({ within: length }), fc.record({ before: length }));
const types = fc.subarray(['clicked', 'opened', 'x-called'], { minLength: 1 });

const measures = {
  firstSeen: age,
  lastEngaged: age,
  responses: fc
    .tuple(bounds, fc.record({ within: length, types }, { requiredKeys: ['within'] }))
    .map(([many, how]) => ({ ...many, ...how })),
  contacts: fc
    .tuple(bounds, fc.record({ within: length }, { requiredKeys: [] }))
    .map(([many, how]) => ({ ...many, ...how })),
  unanswered: bounds,
  interest: fc.record({ within: length }),
  'attribute:loyalty': fc.constantFrom('gold', { not: 'gold' }),
};
const measure: fc.Arbitrary<When> = fc
  .constantFrom(...(Object.keys(measures) as (keyof typeof measures)[]))
  .chain((key) => (measures[key] as fc.Arbitrary<unknown>).map((value): When => ({ [key]: value })));
const when: fc.Arbitrary<When> = fc.oneof(
  { weight: 4, arbitrary: measure },
  { weight: 2, arbitrary: fc.tuple(measure, measure).map(([one, other]) => ({ ...one, ...other })) },
  { weight: 1, arbitrary: fc.array(measure, { minLength: 1, maxLength: 2 }).map((any) => ({ any })) },
  { weight: 1, arbitrary: measure.map((not) => ({ not })) },
);
const hold = fc.option(length, { nil: undefined });
const tiers = fc
  .tuple(fc.array(fc.tuple(when, hold), { minLength: 1, maxLength: 3 }), fc.boolean())
  .map(([written, last]) => {
    const isByMessage = JSON.stringify(written).includes('interest');
    const first: WrittenTier[] = written.map(([each, keeps], i) => ({
      ...{ id: `t${i}`, when: each },
      ...(keeps !== undefined && !isByMessage && { hold: keeps }),
    }));
    return last ? [...first, { id: 'last' }] : first;
  });

const byTime = <Each extends { readonly at: number }>(list: Each[]) =>
  list.sort((one, two) => one.at - two.at);
const isRare = fc.integer({ min: 0, max: 5 }).map((each) => each === 0);
const aCase: fc.Arbitrary<Case> = fc.record({
  tiers,
  categories,
  state: fc
    .record(
      {
        firstSeenAt: time,
        lastEngagedAt: time,
        forgottenSends: few,
        tier: fc.record({ id: fc.constantFrom('t0', 't1', 'last', 'gone'), since: time }),
        attributes: fc.constantFrom({}, { loyalty: 'gold' }, { loyalty: 'none' }),
        sends: fc
          .array(
            fc
              .tuple(time, isRare, isRare)
              .map(([at, answered, returned]) => send(at, { answered, returned })),
            { maxLength: 6 },
          )
          .map(byTime),
        events: fc
          .uniqueArray(
            fc
              .tuple(
                fc.constantFrom('clicked' as const, 'opened' as const, 'x-called' as const),
                time,
                categories,
              )
              .map(([type, at, about]) => event(type, at, { categories: about })),
            { maxLength: 8, selector: ({ type, at }) => `${type} ${at}` },
          )
          .map(byTime),
      },
      { requiredKeys: ['firstSeenAt', 'forgottenSends', 'attributes', 'sends', 'events'] },
    )
    .map((state): Case['state'] => state),
});

const find = ({ tiers: written, state, categories: own }: Case) =>
  tierOf(tiersSchema.parse(written), factsWith({ now: NOW, state, message: { categories: own } }));

test('a tier is the first whose words are true, unless another one holds', () => {
  fc.assert(
    fc.property(aCase, (given) => {
      expect(find(given)).toBe(expected(given));
    }),
    { numRuns: 1_000 },
  );
});

test('a tier is the same with nothing remembered but what the tiers ask for', () => {
  fc.assert(
    fc.property(aCase, (given) => {
      const events = keptOf(needsOfTiers(tiersSchema.parse(given.tiers)), given.state.events, NOW);
      expect(find({ ...given, state: { ...given.state, events } })).toBe(expected(given));
    }),
    { numRuns: 1_000 },
  );
});
