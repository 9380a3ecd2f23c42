import { describe, expect, test } from 'vitest';
import { parsePolicy } from '../../../src/policy/parse-policy.ts';
import { cap } from '../../../src/rules/cap.ts';
import { duplicate } from '../../../src/rules/duplicate.ts';
import { gap } from '../../../src/rules/gap.ts';

/** What is wrong with the rule (YAML), as `path: message`. */
function complaints(rule: string, top = ''): string[] {
  const text = `
apiVersion: tact/v1
name: test
enforce: true
channels: { email: }
classes: { marketing: { default: true }, service: }
${top}
rules: [{ id: rule, ${rule} }]`;
  const parsed = parsePolicy(text, 'test.yaml');
  if (parsed.ok) return [];
  return parsed.problems
    .filter(({ severity }) => severity !== 'warning')
    .map(({ path, message }) => `${path.replace('rules[0].', '')}: ${message}`);
}

const windowOf = (written: unknown) => cap.schema.parse({ limit: 1, window: written }).window;

describe('a window', () => {
  test('can be written in each of its ways', () => {
    const same = (value: object) => ({ kind: 'untiered', value });
    expect(windowOf('7d')).toEqual(same({ kind: 'rolling', duration: 604_800_000 }));
    expect(windowOf('lifetime')).toEqual(same({ kind: 'lifetime' }));
    expect(windowOf({ calendar: 'day' })).toEqual(
      same({ kind: 'calendar', unit: 'day', units: 1, zone: 'customer', weekStart: 1 }),
    );
    expect(windowOf({ days: 14, anchor: '2026-01-05', zone: 'policy' })).toEqual(
      same({ kind: 'days', days: 14, anchor: 20_458, zone: 'policy' }),
    );
    expect(windowOf({ from: 'first-send', length: '7d' })).toEqual(
      same({ kind: 'first-send', length: 604_800_000 }),
    );
    expect(windowOf({ new: '1h' })).toEqual({
      kind: 'by-tier',
      values: { new: { kind: 'rolling', duration: 3_600_000 } },
    });
  });

  test.each([
    ['{ calender: day }', 'cap.window.calender: unknown key calender'],
    ['7', 'cap.window: expected a window such as 7d, { calendar: day } or lifetime, got 7'],
    ['liftime', 'cap.window: expected a length of time such as 90s, 4h or 7d, got "liftime"'],
    ['36d', 'cap.window: expected at most 35d, which is as far as is looked at, got "36d"'],
    ['{ calendar: dya }', 'cap.window.calendar: expected one of minute, hour, day, week, month, got "dya"'],
    [
      '{ calendar: day, units: 35 }',
      'cap.window.units: expected at most 34 for day: sends are remembered for 35 days, got 35',
    ],
    [
      '{ calendar: day, zone: Mars }',
      'cap.window.zone: expected customer, policy or an IANA time zone such as Europe/Berlin, got "Mars"',
    ],
    ['{ units: 3 }', 'cap.window.calendar: missing; expected minute or hour or day or week or month'],
    ['{ days: 14 }', 'cap.window.anchor: missing; expected a date such as 2026-01-05'],
    [
      '{ days: 14, anchor: "2026-02-30" }',
      'cap.window.anchor: expected a date such as 2026-01-05, got "2026-02-30"',
    ],
    ['{ days: 35, anchor: "2026-01-05" }', 'cap.window.days: expected a whole number <= 34, got 35'],
    ['{ from: first-send }', 'cap.window.length: missing; expected a length of time such as 90s, 4h or 7d'],
    ['{ new: 7x, other: 1d }', 'cap.window.new: expected a length of time such as 90s, 4h or 7d, got "7x"'],
    [
      '{ new: { from: first-send, length: 7d }, other: 1d }',
      'cap.window.new: expected a rolling or calendar window, or one of days, where it differs by tier',
    ],
    [
      '{ new: lifetime, other: 1d }',
      'cap.window.new: expected a rolling or calendar window, or one of days, where it differs by tier',
    ],
  ])('written as %s is complained about where the mistake is', (window, message) => {
    const top = 'tiers: [{ id: new, when: { firstSeen: { within: 14d } } }]';
    const [first] = complaints(`cap: { limit: 1, window: ${window} }`, top);
    expect(first).toBe(message);
  });
});

describe('a cap', () => {
  test.each([
    ['limit: { new: two, other: 1 }, window: 1d', 'cap.limit.new: expected a whole number >= 0, got "two"'],
    ['limit: {}, window: 1d', 'cap.limit: expected a value for each tier'],
    ['limit: 2001, window: 1d', 'cap.limit: expected a whole number <= 2000, got 2001'],
    [
      'limit: 1, window: lifetime, releaseOn: purchased',
      'cap.releaseOn: expected a rolling or calendar window, or one of days, beside this, got a list',
    ],
    [
      'limit: 1, window: lifetime, reserve: { class: service, slots: 1 }',
      'cap.reserve: expected another window than lifetime beside this',
    ],
    [
      'limit: 1, window: 7d, reserve: { class: service, slots: 1, releaseBefore: 1d }',
      'cap.reserve.releaseBefore: expected a window that ends beside this: { calendar: … } or { days: … }',
    ],
    [
      'limit: 1, window: 1d, weights: [{ for: {}, weight: 1001 }]',
      'cap.weights[0].weight: expected a whole number <= 1000, got 1001',
    ],
  ])('of %s is complained about where the mistake is', (written, message) => {
    const top = 'tiers: [{ id: new, when: { firstSeen: { within: 14d } } }]';
    expect(complaints(`cap: { ${written} }`, top)).toEqual([message]);
  });
});

test('a gap is complained about where the mistake is', () => {
  expect(complaints('gap: 4 h')).toEqual(['gap: expected a length of time such as 90s, 4h or 7d, got "4 h"']);
  expect(complaints('gap: { wait: 4 h }')).toEqual([
    'gap.wait: expected a length of time such as 90s, 4h or 7d, got "4 h"',
  ]);
  expect(complaints('gap: { per: [channel] }')).toEqual([
    'gap.wait: missing; expected a length of time such as 90s, 4h or 7d, or a value for each tier',
  ]);
  expect(gap.schema.safeParse({ new: '4h', other: '2h' }).success).toBe(true);
});

test('what repeats a campaign needs to say for how long', () => {
  expect(complaints('duplicate: { by: campaign }')).toEqual([
    'duplicate.within: missing; expected how long ago it may have gone out, such as 14d',
  ]);
  expect(duplicate.schema.parse({})).toEqual({ by: 'message' });
});
