import { describe, expect, test } from 'vitest';
import { DAY, HOUR } from '../../../src/kernel/time.ts';
import type { Send, Tally } from '../../../src/model/customer-state.ts';
import { cap } from '../../../src/rules/cap.ts';
import { forget } from '../../../src/rules/limits/tally.ts';
import { NOON, send, stateWith } from '../decide/build.ts';
import { factsWith, ruleOf } from './facts.ts';

const OLD = NOON - 35 * DAY;

function ruleWith(written: object, id = 'the-rule') {
  return { ...ruleOf(cap, { limit: 3, window: 'lifetime', ...written }), kind: 'cap', id };
}

function forgetting(
  written: object,
  leaving: readonly Send[],
  { sends = [], tallies = [], now = NOON }: { sends?: Send[]; tallies?: readonly Tally[]; now?: number } = {},
): readonly Tally[] {
  return forget([ruleWith(written)], leaving, stateWith({ sends, tallies }), now);
}

describe('a limit for life', () => {
  test('goes on counting what leaves the log, returned sends left out', () => {
    const leaving = [send(OLD - 3), send(OLD - 2, { returned: true }), send(OLD - 1)];
    const tallies = forgetting({}, leaving);
    expect(tallies).toEqual([{ rule: 'the-rule', bucket: '[]', weight: 2 }]);
    expect(forgetting({}, [send(OLD)], { tallies })).toEqual([{ rule: 'the-rule', bucket: '[]', weight: 3 }]);
    const finding = cap.evaluate(ruleWith({}), factsWith({ state: { sends: [send(NOON)], tallies } }));
    expect(finding).toMatchObject({ verdict: 'blocks', count: 3 });
  });

  test('adds weights, and keeps a sum for each bucket', () => {
    const written = { per: ['campaign'], weights: [{ for: { channel: 'sms' }, weight: 5 }] };
    const leaving = [
      send(OLD, { campaignId: 'a', channel: 'sms' }),
      send(OLD, { campaignId: 'b' }),
      send(OLD),
    ];
    expect(forgetting(written, leaving)).toEqual([
      { rule: 'the-rule', bucket: '["a"]', weight: 5 },
      { rule: 'the-rule', bucket: '["b"]', weight: 1 },
    ]);
  });

  test('by category counts a send in each of its categories and everything above, once', () => {
    const leaving = [send(OLD, { categories: ['shoes/running/trail', 'shoes/boots'] })];
    const tallies = forgetting({ per: ['category'], limit: 1 }, leaving);
    expect(tallies.map(({ bucket, weight }) => [bucket, weight])).toEqual([
      ['["shoes/running/trail"]', 1],
      ['["shoes"]', 1],
      ['["shoes/running"]', 1],
      ['["shoes/boots"]', 1],
    ]);
    const facts = factsWith({ state: { tallies }, message: { categories: ['shoes'] } });
    expect(cap.evaluate(ruleWith({ per: ['category'], limit: 1 }), facts)?.verdict).toBe('blocks');
  });

  test('counts a dispatch once, though it leaves the log bit by bit', () => {
    const written = { count: 'dispatches', weights: [{ for: { channel: 'sms' }, weight: 5 }] };
    const [light, heavy, last] = [
      send(OLD - 2, { dispatchId: 'a' }),
      send(OLD - 1, { dispatchId: 'a', channel: 'sms' }),
      send(OLD, { dispatchId: 'a' }),
    ] as [Send, Send, Send];
    const weightAfter = (tallies: readonly Tally[]) => tallies[0]?.weight ?? 0;
    const first = forgetting(written, [light], { sends: [heavy, last] });
    expect(weightAfter(first)).toBe(0);
    const second = forgetting(written, [heavy], { sends: [last], tallies: first });
    expect(weightAfter(second)).toBe(4);
    expect(weightAfter(forgetting(written, [last], { tallies: second }))).toBe(5);
    expect(weightAfter(forgetting(written, [light, heavy, last]))).toBe(5);
    expect(weightAfter(forgetting(written, [light, heavy], { sends: [light, heavy, last] }))).toBe(4);
  });

  test('blocks for good where the table is full and nothing is known about the bucket', () => {
    const tallies = Array.from({ length: 500 }, (_, i) => ({
      rule: 'the-rule',
      bucket: `["${i}"]`,
      weight: 1,
    }));
    const rule = ruleWith({ per: ['campaign'] });
    const find = (campaignId: string) =>
      cap.evaluate(rule, factsWith({ state: { tallies }, message: { campaignId } }));
    expect(find('7')?.verdict).toBe('allows');
    expect(find('spring')).toMatchObject({ verdict: 'blocks', reason: 'history-full' });
    expect(find('spring')?.nextEligibleAt).toBeUndefined();
  });

  test('takes the room of rules that are gone, and no more than there is', () => {
    const full = (rule: string) =>
      Array.from({ length: 500 }, (_, i) => ({ rule, bucket: `["${i}"]`, weight: 1 }));
    expect(forgetting({}, [send(OLD)], { tallies: full('gone') })).toEqual([
      { rule: 'the-rule', bucket: '[]', weight: 1 },
    ]);
    expect(forgetting({}, [send(OLD)], { tallies: full('the-rule') })).toHaveLength(500);
  });
});

describe('a window that a first send opens', () => {
  const written = { window: { from: 'first-send', length: '7d' } };

  test('is remembered by the last opening among the forgotten', () => {
    const leaving = [send(OLD - 9 * DAY), send(OLD - 3 * DAY), send(OLD - DAY), send(OLD)];
    expect(forgetting(written, leaving)).toEqual([
      { rule: 'the-rule', bucket: '[]', weight: 0, openedAt: OLD - DAY },
    ]);
  });

  test('goes on from there in the log', () => {
    const tallies = forgetting(written, [send(OLD - DAY)]);
    // Two days later is still its window, and seven days after that another one was opened, a day later.
    const sends = [send(OLD + DAY), send(OLD + 7 * DAY), send(OLD + 13 * DAY)];
    const now = OLD + 14 * DAY;
    const facts = factsWith({ state: { sends, tallies }, now });
    expect(cap.evaluate(ruleWith(written), facts)?.windowStart).toBeUndefined();
    expect(cap.evaluate(ruleWith(written), { ...facts, now: now - 1 })?.windowStart).toBe(OLD + 7 * DAY);
  });

  test('is forgotten once no send in the log can lie in it', () => {
    const tallies = forgetting(written, [send(OLD)]);
    expect(forgetting(written, [], { tallies, now: NOON + 7 * DAY - 1 })).toBe(tallies);
    expect(forgetting(written, [], { tallies, now: NOON + 7 * DAY })).toEqual([]);
  });
});

test('nothing is added up where no rule looks further back than the log', () => {
  const { tallies } = stateWith({});
  expect(forget([ruleWith({ window: '7d' })], [send(OLD)], stateWith({ tallies }), NOON)).toBe(tallies);
  expect(forget([ruleWith({})], [], stateWith({ tallies }), NOON + HOUR)).toBe(tallies);
});
