import { describe, expect, test } from 'vitest';
import { DAY, HOUR, MINUTE } from '../../../src/kernel/time.ts';
import type { Preferences } from '../../../src/model/preferences.ts';
import { NO_PREFERENCES } from '../../../src/model/preferences.ts';
import { preference } from '../../../src/rules/preference.ts';
import type { Facts } from '../../../src/rules/rule-kind.ts';
import { NOON, send } from '../decide/build.ts';
import { factsWith, ruleOf } from './facts.ts';

const at = (text: string) => Date.parse(text);
const said = <Value>(value: Value) => ({ value, at: NOON - DAY });

interface Given {
  readonly now?: number;
  readonly written?: object;
  readonly message?: Partial<Facts['message']>;
  readonly state?: Partial<Facts['state']>;
}

function find(
  wishes: Partial<Preferences>,
  { now = NOON, written = {}, message = {}, state = {} }: Given = {},
) {
  const preferences = { ...NO_PREFERENCES, ...wishes };
  return preference.evaluate(
    ruleOf(preference, written),
    factsWith({ now, message, state: { ...state, preferences } }),
  );
}

test('a customer who said nothing gets everything', () => {
  expect(find({})).toEqual({ rule: 'the-rule', kind: 'preference', verdict: 'allows', reason: 'cleared' });
});

describe('a pause', () => {
  const pause = { scope: {}, until: NOON + HOUR, at: NOON };

  test('holds until exactly its end', () => {
    expect(find({ pauses: [pause] })).toMatchObject({
      verdict: 'blocks',
      reason: 'paused',
      evidence: { part: 'pause' },
      nextEligibleAt: NOON + HOUR,
    });
    expect(find({ pauses: [pause] }, { now: NOON + HOUR - 1 })?.verdict).toBe('blocks');
    expect(find({ pauses: [pause] }, { now: NOON + HOUR })?.verdict).toBe('allows');
  });

  test('reaches as far as its scope, channels by any of their names', () => {
    const scoped = { ...pause, scope: { channel: ['E-Mail'] } };
    expect(find({ pauses: [scoped] })?.verdict).toBe('blocks');
    expect(find({ pauses: [scoped] }, { message: { channel: 'sms' } })?.verdict).toBe('allows');
  });

  test('ends with the latest of those that cover the message', () => {
    const pauses = [
      pause,
      { ...pause, until: NOON + DAY },
      { ...pause, scope: { class: ['other'] }, until: NOON + 9 * DAY },
    ];
    expect(find({ pauses })?.nextEligibleAt).toBe(NOON + DAY);
  });
});

describe('topics', () => {
  const about = (...topics: string[]) => ({ message: { topics } });

  test('that are declined are never sent', () => {
    const finding = find({ declinedTopics: said(['wine']) }, about('food', 'wine'));
    expect(finding).toMatchObject({ reason: 'declined', evidence: { part: 'topics' } });
    expect(finding).not.toHaveProperty('nextEligibleAt');
    expect(find({ declinedTopics: said(['wine']) }, about('food'))?.verdict).toBe('allows');
  });

  test('that are wanted leave out all others, and no message without topics', () => {
    expect(find({ wantedTopics: said(['food']) }, about('wine'))?.reason).toBe('declined');
    expect(find({ wantedTopics: said(['food']) }, about('wine', 'food'))?.verdict).toBe('allows');
    expect(find({ wantedTopics: said(['food']) }, about())?.verdict).toBe('allows');
  });

  test('that were taken back say nothing', () => {
    expect(find({ wantedTopics: said([]), declinedTopics: said([]) }, about('wine'))?.verdict).toBe('allows');
  });
});

describe('days and hours', () => {
  const BERLIN = { timezone: 'Europe/Berlin' };
  const next = (wishes: Partial<Preferences>, now: string, state: Given['state'] = BERLIN) => {
    const finding = find(wishes, { now: at(now), state });
    if (finding?.verdict === 'allows') return 'allows';
    return finding?.nextEligibleAt === undefined ? 'never' : new Date(finding.nextEligibleAt).toISOString();
  };

  test('are those of the clock of the customer, the first minute included and the last not', () => {
    const hours = said([{ from: 9 * 60, to: 17 * 60 }]);
    expect(next({ hours }, '2026-03-04T07:59:59.999Z')).toBe('2026-03-04T08:00:00.000Z');
    expect(next({ hours }, '2026-03-04T08:00:00Z')).toBe('allows');
    expect(next({ hours }, '2026-03-04T15:59:59.999Z')).toBe('allows');
    expect(next({ hours }, '2026-03-04T16:00:00Z')).toBe('2026-03-05T08:00:00.000Z');
  });

  test("are those of the policy's clock where the customer's is not known", () => {
    const hours = said([{ from: 9 * 60, to: 17 * 60 }]);
    expect(next({ hours }, '2026-03-04T08:59:00Z', {})).toBe('2026-03-04T09:00:00.000Z');
    expect(next({ hours }, '2026-03-04T08:59:00Z', { timezone: 'Mars/Olympus' })).toBe(
      '2026-03-04T09:00:00.000Z',
    );
  });

  test('go over midnight, each day for itself', () => {
    const wishes = { days: said([6 as const]), hours: said([{ from: 22 * 60, to: 2 * 60 }]) };
    expect(next(wishes, '2026-03-06T23:00:00Z')).toBe('allows');
    expect(next(wishes, '2026-03-07T01:00:00Z')).toBe('2026-03-07T21:00:00.000Z');
    expect(next(wishes, '2026-03-07T23:00:00Z')).toBe('2026-03-13T23:00:00.000Z');
  });

  test('from a time to the same time are the whole day', () => {
    const hours = said([{ from: 9 * 60, to: 9 * 60 }]);
    expect(next({ hours }, '2026-03-04T03:00:00Z')).toBe('allows');
    expect(next({ hours, days: said([4 as const]) }, '2026-03-04T03:00:00Z')).toBe(
      '2026-03-04T23:00:00.000Z',
    );
  });

  test('that the clock leaves out are not there', () => {
    const hours = said([{ from: 2 * 60, to: 3 * 60 }]);
    expect(next({ hours }, '2026-03-29T00:59:00Z')).toBe('2026-03-30T00:00:00.000Z');
  });

  test('show the reading that was unwelcome', () => {
    const finding = find({ days: said([1]) }, { now: at('2026-03-04T20:05:00Z'), state: BERLIN });
    expect(finding).toMatchObject({
      reason: 'unwelcome-time',
      evidence: { part: 'times', reading: '21:05 Europe/Berlin' },
    });
  });

  test('that were taken back are open again', () => {
    expect(next({ days: said([]), hours: said([]) }, '2026-03-04T03:00:00Z')).toBe('allows');
  });
});

describe('own limits', () => {
  const sends = [
    send(NOON - 6 * DAY),
    send(NOON - 3 * DAY, { channel: 'sms' }),
    send(NOON - 2 * DAY, { returned: true }),
    send(NOON - DAY),
  ];
  const weekly = (limit: number, scope = {}) => ({ limits: said([{ scope, limit, window: 7 * DAY }]) });

  test('count what went out in their window and their scope', () => {
    expect(find(weekly(3), { state: { sends } })).toMatchObject({
      verdict: 'blocks',
      reason: 'own-limit',
      count: 3,
      limit: 3,
      window: '7d',
      windowStart: NOON - 7 * DAY + 1,
      evidence: { part: 'limit' },
      nextEligibleAt: NOON + DAY,
    });
    expect(find(weekly(4), { state: { sends } })).toMatchObject({ verdict: 'allows', count: 3, limit: 4 });
    expect(find(weekly(2, { channel: ['email'] }), { state: { sends } })?.nextEligibleAt).toBe(NOON + DAY);
    expect(
      find(weekly(2, { channel: ['sms'] }), { state: { sends }, message: { channel: 'sms' } })?.count,
    ).toBe(1);
  });

  test('have room again exactly when enough has left their window', () => {
    const state = { sends };
    expect(find(weekly(1), { state })?.nextEligibleAt).toBe(NOON + 6 * DAY);
    expect(find(weekly(1), { state, now: NOON + 6 * DAY - 1 })?.verdict).toBe('blocks');
    expect(find(weekly(1), { state, now: NOON + 6 * DAY })?.verdict).toBe('allows');
  });

  test('of nothing allow nothing, ever', () => {
    const finding = find(weekly(0));
    expect(finding).toMatchObject({ reason: 'own-limit', count: 0, limit: 0 });
    expect(finding).not.toHaveProperty('nextEligibleAt');
  });

  test('that cover another message say nothing', () => {
    expect(find(weekly(0, { topic: ['wine'] }), { message: { topics: ['food'] } })).not.toHaveProperty(
      'limit',
    );
  });

  test('bind as the one that stays closed longest', () => {
    const limits = said([
      { scope: {}, limit: 1, window: 2 * DAY },
      { scope: { channel: ['email'] }, limit: 1, window: 4 * DAY },
      { scope: {}, limit: 9, window: 30 * DAY },
    ]);
    expect(find({ limits }, { state: { sends } })).toMatchObject({
      window: '4d',
      nextEligibleAt: NOON + 3 * DAY,
    });
  });

  test('with a longer window than is remembered end with what is remembered', () => {
    const limits = said([{ scope: {}, limit: 1, window: 90 * DAY }]);
    const state = { sends: [send(NOON - 34 * DAY)] };
    expect(find({ limits }, { state })).toMatchObject({ window: '35d', nextEligibleAt: NOON + DAY });
  });
});

describe('several wishes at once', () => {
  const night = { hours: said([{ from: 18 * 60, to: 20 * 60 }]) };
  const pause = (until: number) => ({ pauses: [{ scope: {}, until, at: NOON }] });

  test('allow at the first instant that all of them allow', () => {
    expect(find({ ...night, ...pause(NOON + HOUR) })).toMatchObject({
      reason: 'unwelcome-time',
      nextEligibleAt: NOON + 6 * HOUR,
    });
    expect(find({ ...night, ...pause(NOON + 9 * HOUR) })).toMatchObject({
      reason: 'paused',
      nextEligibleAt: NOON + 30 * HOUR,
    });
  });

  test('at a welcome time, too, wait for the next one', () => {
    const now = NOON + 7 * HOUR;
    expect(find({ ...night, ...pause(now + 30 * MINUTE) }, { now })?.nextEligibleAt).toBe(now + 30 * MINUTE);
    expect(find({ ...night, ...pause(now + 2 * HOUR) }, { now })?.nextEligibleAt).toBe(NOON + 30 * HOUR);
  });

  test('bind by the one that is never fulfilled, then the last, then the order of the parts', () => {
    const wishes = { ...pause(NOON + 6 * HOUR), ...night };
    expect(find(wishes)?.evidence?.part).toBe('pause');
    expect(find({ ...wishes, ...pause(NOON + 6 * HOUR - 1) })?.evidence?.part).toBe('times');
    expect(
      find({ ...wishes, declinedTopics: said(['wine']) }, { message: { topics: ['wine'] } })?.evidence?.part,
    ).toBe('topics');
  });
});

test('each part binds only where the rule leaves it on', () => {
  const wishes = {
    pauses: [{ scope: {}, until: NOON + HOUR, at: NOON }],
    declinedTopics: said(['wine']),
    days: said([7 as const]),
    limits: said([{ scope: {}, limit: 0, window: DAY }]),
  };
  const off = { pauses: false, topics: false, times: false, limits: false };
  const message = { topics: ['wine'] };
  expect(find(wishes, { message, written: off })?.verdict).toBe('allows');
  for (const [part, reason] of [
    ['pauses', 'paused'],
    ['topics', 'declined'],
    ['times', 'unwelcome-time'],
    ['limits', 'own-limit'],
  ] as const) {
    expect(find(wishes, { message, written: { ...off, [part]: true } })?.reason).toBe(reason);
  }
});

test('only times block again what was allowed, and only limits ask for topics of earlier sends', () => {
  const { spec } = ruleOf(preference, {});
  expect([preference.recurs?.(spec), preference.recurs?.({ ...spec, times: false })]).toEqual([true, false]);
  expect([preference.reads?.(spec), preference.reads?.({ ...spec, limits: false })]).toEqual([
    { topics: true },
    { topics: false },
  ]);
});
