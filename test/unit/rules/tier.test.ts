import { describe, expect, test } from 'vitest';
import { DAY } from '../../../src/kernel/time.ts';
import {
  attributesOfTiers,
  needsOfTiers,
  type Tier,
  tierOf,
  tiersSchema,
} from '../../../src/rules/tiers/tier.ts';
import { NOON, send } from '../decide/build.ts';
import { event } from './events.ts';
import { factsWith } from './facts.ts';

type Given = Parameters<typeof factsWith>[0];

const tiersOf = (...written: object[]): readonly Tier[] => tiersSchema.parse(written);

/** Whether the customer is in a tier of these conditions. */
function isIn(when: object, given: Given = {}): boolean {
  return tierOf(tiersOf({ id: 'meant', when }), factsWith(given)) === 'meant';
}

describe('tiers', () => {
  const tiers = tiersOf(
    { id: 'new', when: { firstSeen: { within: '14d' } } },
    { id: 'engaged', when: { lastEngaged: { within: '30d' } } },
    { id: 'silent' },
  );

  test('are the first that fits', () => {
    const tierAfter = (days: number, lastEngagedAt?: number) =>
      tierOf(
        tiers,
        factsWith({
          state: { firstSeenAt: NOON - days * DAY, ...(lastEngagedAt !== undefined && { lastEngagedAt }) },
        }),
      );
    expect(tierAfter(13, NOON)).toBe('new');
    expect(tierAfter(14, NOON)).toBe('engaged');
    expect(tierAfter(14, NOON - 30 * DAY)).toBe('silent');
    expect(tierAfter(14)).toBe('silent');
  });

  test('leave customers whom none fits to the others', () => {
    expect(tierOf(tiersOf({ id: 'new', when: { firstSeen: { before: '1d' } } }), factsWith())).toBe('other');
  });

  test('fit when all of their conditions do', () => {
    const when = { firstSeen: { before: '1d' }, contacts: { atMost: 0 } };
    expect(isIn(when, { state: { firstSeenAt: NOON - 2 * DAY } })).toBe(true);
    expect(isIn(when, { state: { firstSeenAt: NOON - 2 * DAY, forgottenSends: 1 } })).toBe(false);
    expect(isIn(when)).toBe(false);
  });
});

describe('a condition', () => {
  test('by age holds less than `within` ago, and at least `before` ago', () => {
    const seen = (days: number) => ({ state: { firstSeenAt: NOON - days * DAY } });
    expect(isIn({ firstSeen: { within: '3d' } }, seen(3 - 1 / DAY))).toBe(true);
    expect(isIn({ firstSeen: { within: '3d' } }, seen(3))).toBe(false);
    expect(isIn({ firstSeen: { before: '3d' } }, seen(3))).toBe(true);
    expect(isIn({ firstSeen: { before: '3d' } }, seen(2.9))).toBe(false);
    expect(isIn({ firstSeen: { before: '3d', within: '5d' } }, seen(4))).toBe(true);
    expect(isIn({ firstSeen: { before: '3d', within: '5d' } }, seen(5))).toBe(false);
  });

  test('takes who never engaged to have done so before every time', () => {
    expect(isIn({ lastEngaged: { within: '366d' } })).toBe(false);
    expect(isIn({ lastEngaged: { before: '366d' } })).toBe(true);
  });

  test('counts responses, or what is listed as one', () => {
    const state = {
      events: [event('clicked', NOON - 10 * DAY), event('visited', NOON - DAY), event('opened', NOON)],
    };
    expect(isIn({ responses: { atLeast: 2, within: '11d' } }, { state })).toBe(true);
    expect(isIn({ responses: { atLeast: 2, within: '10d' } }, { state })).toBe(false);
    expect(isIn({ responses: { atMost: 1, within: '10d' } }, { state })).toBe(true);
    expect(isIn({ responses: { atMost: 1, within: '11d' } }, { state })).toBe(false);
    expect(isIn({ responses: { atLeast: 1, within: '1d', types: 'opened' } }, { state })).toBe(true);
    expect(isIn({ responses: { atLeast: 2, within: '30d', types: ['opened', 'x-call'] } }, { state })).toBe(
      false,
    );
  });

  test('counts contacts in so long or ever, without those that came back', () => {
    const sends = [send(NOON - 9 * DAY), send(NOON - 5 * DAY, { returned: true }), send(NOON - DAY)];
    const state = { sends, forgottenSends: 3 };
    expect(isIn({ contacts: { atLeast: 5 } }, { state })).toBe(true);
    expect(isIn({ contacts: { atLeast: 6 } }, { state })).toBe(false);
    expect(isIn({ contacts: { atMost: 1, within: '9d' } }, { state })).toBe(true);
    expect(isIn({ contacts: { atLeast: 2, within: '10d' } }, { state })).toBe(true);
  });

  test('counts what went out since the last answer', () => {
    const sends = [3, 2, 1].map((days) => send(NOON - days * DAY));
    const isSilent = (state: NonNullable<Given>['state']) =>
      isIn({ unanswered: { atLeast: 2 } }, { state: { sends, ...state } });
    expect(isSilent({})).toBe(true);
    expect(isSilent({ events: [event('clicked', NOON - 3 * DAY)] })).toBe(true);
    expect(isSilent({ events: [event('clicked', NOON - 2 * DAY)] })).toBe(false);
    expect(isSilent({ sends: sends.with(1, send(NOON - 2 * DAY, { answered: true })) })).toBe(false);
    expect(isSilent({ sends: sends.with(1, send(NOON - 2 * DAY, { returned: true })) })).toBe(true);
  });

  test("asks for an interest in the message's own category, above or below it", () => {
    const asked = (category: string, own: string, daysAgo = 1) =>
      isIn(
        { interest: { within: '30d' } },
        {
          message: { categories: [own] },
          state: { events: [event('opened', NOON - daysAgo * DAY, { categories: [category] })] },
        },
      );
    expect(asked('shoes', 'shoes/running')).toBe(true);
    expect(asked('shoes/running', 'shoes')).toBe(true);
    expect(asked('shoes/running', 'shoes/hiking')).toBe(false);
    expect(asked('shoes', 'shoes', 30)).toBe(false);
  });

  test('asks for attributes, and may be one of several or be turned round', () => {
    const state = { attributes: { loyalty: 'gold' } };
    expect(isIn({ 'attribute:loyalty': ['gold', 'silver'] }, { state })).toBe(true);
    expect(isIn({ 'attribute:loyalty': { not: 'gold' } }, { state })).toBe(false);
    expect(isIn({ 'attribute:loyalty': { not: 'gold' } })).toBe(true);
    expect(isIn({ any: [{ 'attribute:loyalty': 'none' }, { contacts: { atMost: 0 } }] }, { state })).toBe(
      true,
    );
    expect(isIn({ not: { 'attribute:loyalty': 'gold' } }, { state })).toBe(false);
  });
});

describe('a tier that holds', () => {
  const tiers = tiersOf(
    { id: 'engaged', when: { lastEngaged: { within: '30d' } }, hold: '7d' },
    { id: 'silent', hold: '14d' },
  );
  const tierIn = (id: string, since: number, lastEngagedAt: number) =>
    tierOf(tiers, factsWith({ state: { tier: { id, since }, lastEngagedAt } }));

  test('keeps the customer until its time is over, exactly', () => {
    expect(tierIn('silent', NOON - 14 * DAY + 1, NOON)).toBe('silent');
    expect(tierIn('silent', NOON - 14 * DAY, NOON)).toBe('engaged');
    expect(tierIn('engaged', NOON - 6 * DAY, NOON - 40 * DAY)).toBe('engaged');
  });

  test('keeps nobody when the policy does not know it any more', () => {
    expect(tierIn('gone', NOON, NOON)).toBe('engaged');
  });
});

describe('what tiers ask for', () => {
  test('is remembered as long and as often as they look back', () => {
    const tiers = tiersOf(
      { id: 'a', when: { any: [{ responses: { atMost: 4, within: '60d', types: 'visited' } }] } },
      { id: 'b', when: { not: { responses: { atLeast: 3, within: '10d', types: 'visited' } } } },
      { id: 'c', when: { unanswered: { atLeast: 5 } } },
    );
    const plain = { fields: [], labels: [] };
    expect(needsOfTiers(tiers)).toEqual([
      { type: 'visited', for: 60 * DAY, count: 5, ...plain },
      { type: 'visited', for: 10 * DAY, count: 3, ...plain },
      ...['clicked', 'replied', 'visited', 'purchased'].map((type) => ({
        type,
        for: 35 * DAY,
        count: 1,
        ...plain,
      })),
    ]);
    const interest = needsOfTiers(tiersOf({ id: 'd', when: { interest: { within: '90d' } } }));
    expect(interest[0]).toEqual({
      type: 'opened',
      for: 90 * DAY,
      count: 1,
      fields: ['category'],
      labels: [],
    });
    expect(interest).toHaveLength(5);
  });

  test('is every attribute that they name', () => {
    const when = { 'attribute:a': 'x', any: [{ 'attribute:b': { not: 'y' } }], not: { 'attribute:c': 'z' } };
    expect(attributesOfTiers(tiersOf({ id: 'e', when })).sort()).toEqual(['a', 'b', 'c']);
  });
});
