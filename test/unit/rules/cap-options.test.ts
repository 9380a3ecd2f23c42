import { describe, expect, test } from 'vitest';
import { DAY, HOUR, MINUTE } from '../../../src/kernel/time.ts';
import type { CustomerState, Send } from '../../../src/model/customer-state.ts';
import type { Finding } from '../../../src/model/decision.ts';
import { cap } from '../../../src/rules/cap.ts';
import { ceiling } from '../../../src/rules/ceiling.ts';
import { gap } from '../../../src/rules/gap.ts';
import type { Candidate } from '../../../src/rules/rule-kind.ts';
import { NOON, send } from '../decide/build.ts';
import { factsWith, ruleOf } from './facts.ts';

interface Asked {
  readonly sends?: readonly Send[];
  readonly state?: Partial<CustomerState>;
  readonly message?: Partial<Candidate>;
  readonly now?: number;
  readonly tier?: string;
}

function find(written: unknown, { sends = [], state = {}, tier, ...asked }: Asked): Finding | undefined {
  return cap.evaluate(ruleOf(cap, written, tier), factsWith({ state: { sends, ...state }, ...asked }));
}

describe('a limit by tier', () => {
  const written = { limit: { new: 1, other: 2 }, window: { new: 2, other: 1 } };

  test('has the number of the customer’s tier, and that of the others where it is not named', () => {
    const limits = { ...written, window: '1d' };
    expect(find(limits, { tier: 'new' })?.limit).toBe(1);
    expect(find(limits, { tier: 'loyal' })?.limit).toBe(2);
  });

  test('can have a window by tier', () => {
    const windows = { limit: 1, window: { new: '7d', other: '3d' } };
    const sends = [send(NOON - 4 * DAY)];
    expect(find(windows, { sends, tier: 'new' })).toMatchObject({ verdict: 'blocks', window: '7d' });
    expect(find(windows, { sends, tier: 'old' })).toMatchObject({ verdict: 'allows', window: '3d' });
  });

  test('can have windows of other kinds, weights and reserves by tier', () => {
    const options = {
      limit: 4,
      window: { new: { calendar: 'day' }, other: '3d' },
      weights: [{ for: { channel: 'email' }, weight: { new: 1, other: 2 } }],
      reserve: { class: 'service', slots: { new: 1, other: 2 } },
    };
    const sends = [send(NOON - 2 * DAY)];
    const of = (tier: string) => find(options, { sends, tier });
    expect(of('new')).toMatchObject({ verdict: 'allows', count: 0, limit: 3, window: 'day UTC' });
    expect(of('old')).toMatchObject({ verdict: 'blocks', count: 2, limit: 2, window: '3d' });
  });

  test('recurs where slots come back, and where a dispatch leaves before the others', () => {
    const recurs = (rule: unknown) => cap.recurs?.(ruleOf(cap, rule).spec);
    expect(recurs({ limit: 1, window: '1d', reserve: { class: 'service', slots: 1 } })).toBe(false);
    expect(recurs({ limit: 1, window: '1d', count: 'dispatches' })).toBe(true);
  });
});

describe('weights', () => {
  const written = {
    limit: 5,
    window: '7d',
    weights: [
      { for: { channel: 'sms' }, weight: 3 },
      { for: { channel: 'push' }, weight: 0 },
    ],
  };
  const sends = [send(NOON - 6 * DAY, { channel: 'sms' }), send(NOON - DAY), send(NOON - HOUR)];

  test('are those of the first entry that selects, else 1', () => {
    expect(find(written, { sends })).toMatchObject({ verdict: 'blocks', count: 5, limit: 5 });
    expect(find(written, { sends })?.weight).toBeUndefined();
  });

  test('of a message that weighs more make it wait for more to leave', () => {
    expect(find(written, { sends })?.nextEligibleAt).toBe(NOON + DAY);
    const four = [send(NOON - 6 * DAY, { channel: 'sms' }), send(NOON - DAY)];
    expect(find(written, { sends: four })?.verdict).toBe('allows');
    expect(find(written, { sends: four, message: { channel: 'sms' } })).toMatchObject({
      verdict: 'blocks',
      weight: 3,
      nextEligibleAt: NOON + DAY,
    });
  });

  test('of 0 never block, and heavier than the limit never fit', () => {
    expect(find(written, { sends, message: { channel: 'push' } })?.verdict).toBe('allows');
    const never = find({ ...written, limit: 2 }, { message: { channel: 'sms' } });
    expect(never).toMatchObject({ verdict: 'blocks', reason: 'cap-reached' });
    expect(never?.nextEligibleAt).toBeUndefined();
  });
});

describe('dispatches', () => {
  const written = { limit: 2, window: '7d', count: 'dispatches' };
  const sends = [
    send(NOON - 6 * DAY, { dispatchId: 'a' }),
    send(NOON - 5 * DAY, { dispatchId: 'b' }),
    send(NOON - DAY, { dispatchId: 'a', channel: 'sms' }),
  ];

  test('count once, and leave with their latest send', () => {
    expect(find(written, { sends })).toMatchObject({
      verdict: 'blocks',
      count: 2,
      nextEligibleAt: NOON + 2 * DAY,
    });
  });

  test('that count already have room', () => {
    expect(find(written, { sends, message: { dispatchId: 'b' } })?.verdict).toBe('allows');
    expect(find(written, { sends, message: { dispatchId: 'c' } })?.verdict).toBe('blocks');
  });

  test('that grow heavier need room for what they add', () => {
    const heavy = { ...written, weights: [{ for: { channel: 'sms' }, weight: 3 }] };
    const light = [send(NOON - DAY, { dispatchId: 'a' })];
    expect(find(heavy, { sends: light, message: { dispatchId: 'a', channel: 'sms' } })?.verdict).toBe(
      'blocks',
    );
    expect(
      find({ ...heavy, limit: 3 }, { sends: light, message: { dispatchId: 'a', channel: 'sms' } })?.verdict,
    ).toBe('allows');
  });
});

describe('a reserve', () => {
  const window = { calendar: 'day', zone: 'UTC' };
  const written = { limit: 3, window, reserve: { class: 'service', slots: 2, releaseBefore: '2h' } };
  const one = [send(NOON - HOUR)];

  test('keeps slots for its class, and says so', () => {
    expect(find(written, { sends: one })).toMatchObject({
      verdict: 'blocks',
      reason: 'cap-reserved',
      count: 1,
      limit: 1,
    });
    expect(find(written, { sends: one, message: { class: 'service' } })).toMatchObject({
      verdict: 'allows',
      limit: 3,
    });
  });

  test('keeps less once its class has used some', () => {
    const used = [send(NOON - HOUR, { class: 'service' }), send(NOON - MINUTE)];
    expect(find(written, { sends: used })).toMatchObject({ verdict: 'blocks', count: 2, limit: 2 });
    expect(find(written, { sends: used.slice(0, 1) })).toMatchObject({ verdict: 'allows', limit: 2 });
  });

  test('is free from shortly before the end of the window on', () => {
    const release = NOON + 10 * HOUR;
    expect(find(written, { sends: one })?.nextEligibleAt).toBe(release);
    expect(find(written, { sends: one, now: release - 1 })?.verdict).toBe('blocks');
    expect(find(written, { sends: one, now: release })).toMatchObject({ verdict: 'allows', limit: 3 });
  });

  test('that takes everything waits for its release in the next window', () => {
    const all = { ...written, reserve: { ...written.reserve, slots: 3 } };
    const full = [send(NOON - 3), send(NOON - 2), send(NOON - 1)];
    const finding = find(all, { sends: full });
    expect(finding).toMatchObject({ reason: 'cap-reached', nextEligibleAt: NOON + 34 * HOUR });
  });
});

describe('a cap that is released', () => {
  const written = { limit: 1, window: '7d', releaseOn: ['purchased', 'x-visit'] };
  const event = { categories: [], products: [], labels: {} };
  const sends = [send(NOON - 2 * DAY)];
  const verdictWith = (at: number) =>
    find(written, { sends, state: { events: [{ ...event, type: 'x-visit', at }] } })?.verdict;

  test('does not count sends at or before the latest of these interactions', () => {
    expect(find(written, { sends })?.verdict).toBe('blocks');
    expect(verdictWith(NOON - 2 * DAY)).toBe('allows');
    expect(verdictWith(NOON - 2 * DAY - 1)).toBe('blocks');
  });

  test('remembers them', () => {
    expect(cap.remembers?.(ruleOf(cap, written))).toEqual(
      ['purchased', 'x-visit'].map((type) => ({ type, for: 35 * DAY, count: 1, fields: [], labels: [] })),
    );
  });
});

describe('a cap that customers may raise', () => {
  const limitOf = (limits: readonly [number, number, object?][], window: unknown = '7d', limit = 2) =>
    find(
      { limit, window, mayRaiseTo: 5 },
      {
        state: {
          preferences: {
            pauses: [],
            limits: {
              at: 0,
              value: limits.map(([own, length, scope = {}]) => ({ limit: own, window: length, scope })),
            },
          },
        },
      },
    )?.limit;

  test('is raised to what they ask, as far as it goes, and never lowered', () => {
    expect(limitOf([[4, 7 * DAY]])).toBe(4);
    expect(limitOf([[9, 7 * DAY]])).toBe(5);
    expect(limitOf([[1, 7 * DAY]])).toBe(2);
    expect(limitOf([[9, 7 * DAY]], '7d', 6)).toBe(6);
  });

  test('looks at their limits of the same length that cover the message, the smallest of several', () => {
    expect(limitOf([[4, DAY]])).toBe(2);
    expect(limitOf([[4, 7 * DAY, { channel: ['sms'] }]])).toBe(2);
    expect(
      limitOf([
        [9, 7 * DAY],
        [3, 7 * DAY, { channel: ['E-Mail'] }],
      ]),
    ).toBe(3);
    expect(limitOf([[4, 7 * DAY]], { calendar: 'week' })).toBe(4);
    expect(limitOf([[4, 30 * DAY]], { calendar: 'month' })).toBe(4);
    expect(limitOf([[4, 3 * DAY]], { calendar: 'day', units: 3 })).toBe(4);
    expect(limitOf([[4, HOUR]], { calendar: 'hour' })).toBe(2);
  });
});

describe('a window that the first send opens', () => {
  const written = { limit: 2, window: { from: 'first-send', length: '7d' } };
  const sends = [send(NOON - 9 * DAY), send(NOON - 3 * DAY), send(NOON - DAY), send(NOON - HOUR)];

  test('holds what came since it opened, and is over all at once', () => {
    // Opened nine days ago, which the second send still fell into, and again a day ago.
    expect(find(written, { sends: sends.slice(0, 3) })).toMatchObject({
      count: 1,
      windowStart: NOON - DAY,
    });
    expect(find(written, { sends })).toMatchObject({ count: 2, nextEligibleAt: NOON + 6 * DAY });
    expect(find(written, { sends, now: NOON + 6 * DAY - 1 })?.verdict).toBe('blocks');
    const over = find(written, { sends, now: NOON + 6 * DAY });
    expect(over).toMatchObject({ verdict: 'allows', count: 0, window: '7d from the first send' });
    expect(over?.windowStart).toBeUndefined();
  });
});

describe('a limit for life', () => {
  test('never has room again', () => {
    const finding = find({ limit: 1, window: 'lifetime' }, { sends: [send(NOON - DAY)] });
    expect(finding).toMatchObject({ verdict: 'blocks', count: 1, window: 'lifetime' });
    expect(finding?.nextEligibleAt).toBeUndefined();
  });
});

describe('a split by products and categories', () => {
  const written = { limit: 1, window: '1d', per: ['category', 'product'] };
  const sends = [send(NOON - HOUR, { categories: ['shoes/running'], products: ['p1', 'p2'] })];
  const verdict = (message: Partial<Candidate>) => find(written, { sends, message })?.verdict;

  test('has a limit for every combination, and says nothing where one is missing', () => {
    expect(verdict({ categories: ['shoes', 'books'], products: ['p9', 'p2'] })).toBe('blocks');
    expect(verdict({ categories: ['books'], products: ['p1'] })).toBe('allows');
    expect(verdict({ categories: ['shoes'], products: ['p3'] })).toBe('allows');
    expect(verdict({ categories: ['shoes'] })).toBeUndefined();
  });
});

describe('a gap', () => {
  const blocks = (written: unknown, sends: readonly Send[], { tier, ...asked }: Asked = {}) =>
    gap.evaluate(ruleOf(gap, written, tier), factsWith({ ...asked, state: { sends } }))?.verdict === 'blocks';
  const sends = [send(NOON - 3 * HOUR, { dispatchId: 'a' })];

  test('may differ by tier, written short or long', () => {
    for (const written of [{ new: '4h', other: '2h' }, { wait: { new: '4h', other: '2h' } }]) {
      expect(blocks(written, sends, { tier: 'new' })).toBe(true);
      expect(blocks(written, sends, { tier: 'old' })).toBe(false);
    }
  });

  test('by dispatches does not see sends of the message’s own', () => {
    const written = { wait: '4h', count: 'dispatches' };
    expect(blocks(written, sends, { message: { dispatchId: 'a' } })).toBe(false);
    expect(blocks(written, sends, { message: { dispatchId: 'b' } })).toBe(true);
    expect(blocks(written, sends)).toBe(true);
    expect(blocks(written, [send(NOON - HOUR)])).toBe(true);
  });
});

test('a ceiling has any window, and lets only its exceptions through', () => {
  const rule = ruleOf(ceiling, { limit: 1, window: { calendar: 'day' }, except: ['security'] });
  const facts = { state: { sends: [send(NOON - HOUR)] } };
  expect(ceiling.evaluate(rule, factsWith(facts))).toMatchObject({
    reason: 'ceiling-reached',
    nextEligibleAt: NOON + 12 * HOUR,
  });
  expect(ceiling.evaluate(rule, factsWith({ ...facts, message: { class: 'security' } }))).toBeUndefined();
});
