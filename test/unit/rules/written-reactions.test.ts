import { describe, expect, test } from 'vitest';
import { formatProblem } from '../../../src/policy/format-problem.ts';
import { parsePolicy } from '../../../src/policy/parse-policy.ts';

const HEAD = `apiVersion: tact/v1
name: test
enforce: true
channels: { email: {} }
classes: { marketing: {} }
`;

/** What is wrong with it, without where. */
function problems(text: string): string[] {
  const parsed = parsePolicy(HEAD + text, 'p.yaml');
  return parsed.ok
    ? []
    : parsed.problems.map((problem) => formatProblem(problem).replace(/^p\.yaml:\d+:\d+ error /, ''));
}

const rule = (kind: string, written: string) => problems(`rules: [{ id: r, ${kind}: ${written} }]`);

describe('an after rule', () => {
  const told = (written: string) => rule('after', written);

  test('is read in each of its forms', () => {
    expect(told('{ interaction: purchased, match: category, depth: 1, suppress: 10d }')).toEqual([]);
    expect(
      told('{ interaction: [bounced, x-lost], count: 2, within: 7d, inARow: true, suppress: forever }'),
    ).toEqual([]);
    expect(told('{ interaction: called, suppress: { days: 3, zone: policy } }')).toEqual([]);
    expect(told('{ cleared: { class: marketing }, count: 2, within: 5d, suppress: 30d }')).toEqual([]);
  });

  test.each([
    [
      '{ suppress: 1d }',
      'interaction: missing; expected an interaction, or cleared with a selector of sends',
    ],
    [
      '{ interaction: called, cleared: { channel: email }, suppress: 1d }',
      'cleared: expected either interaction or cleared; write two rules for both, got a list',
    ],
    [
      '{ cleared: {}, where: { channel: email }, suppress: 1d }',
      'where: expected no where beside cleared, whose own selector says which sends, got a list',
    ],
    [
      '{ interaction: called, where: { class: marketing }, suppress: 1d }',
      'where: expected only channel, campaign, category, product and label:… of an interaction, got a list',
    ],
    [
      '{ interaction: called, within: 7d, suppress: 1d }',
      'within: expected a count of 2 or more beside it, got "7d"',
    ],
    [
      '{ interaction: called, inARow: true, suppress: 1d }',
      'inARow: expected a count of 2 or more beside it, got true',
    ],
    ['{ interaction: called, depth: 1, suppress: 1d }', 'depth: expected match: category beside it, got 1'],
    [
      '{ cleared: {}, suppress: 36d }',
      'suppress: expected at most 35d, within included: own sends are not remembered for longer, got "36d"',
    ],
    [
      '{ cleared: {}, suppress: forever }',
      'suppress: expected at most 35d, within included: own sends are not remembered for longer, got "forever"',
    ],
    [
      '{ cleared: {}, count: 2, suppress: 1d }',
      'within: missing; expected in how long so many sends must go out',
    ],
    [
      '{ interaction: called }',
      'suppress: missing; expected a length of time such as 10d, { days: 3 } or forever',
    ],
    [
      '{ interaction: called, suppress: soon }',
      'suppress: expected a length of time such as 90s, 4h or 7d, got "soon"',
    ],
    ['{ interaction: called, suppress: { days: 0 } }', 'suppress.days: expected a whole number >= 1, got 0'],
    [
      '{ interaction: called, suppress: { other: 7x } }',
      'suppress.other: expected a length of time such as 90s, 4h or 7d, got "7x"',
    ],
    [
      '{ interaction: called, match: colour, suppress: 1d }',
      'match: expected one of all, channel, campaign, category, product, got "colour"',
    ],
  ])('%s is told what to write instead', (written, message) => {
    expect(told(written)).toEqual([`rules[0].after.${message}`]);
  });

  test('is told of an interaction that there is not', () => {
    expect(told('{ interaction: purchase, suppress: 1d }')[0]).toMatch(
      /^rules\[0\]\.after\.interaction: expected one of sent, delivered, .*, got "purchase"$/,
    );
    expect(told('{ interaction: erased, suppress: 1d }')).toHaveLength(1);
  });
});

describe('an unanswered rule', () => {
  const told = (written: string) => rule('unanswered', written);

  test('is read in each of its forms', () => {
    expect(told('{ messages: 5, within: 30d, pause: 14d }')).toEqual([]);
    expect(
      told('{ messages: 5, answers: [opened, x-call], per: [channel, product], limit: 1, window: 7d }'),
    ).toEqual([]);
  });

  test.each([
    ['{ messages: 5 }', 'pause: missing; expected a pause, or a limit and its window'],
    [
      '{ messages: 5, pause: 1d, limit: 1, window: 7d }',
      'pause: expected either a pause, or a limit and its window, got "both"',
    ],
    ['{ messages: 5, limit: 1 }', 'window: missing; expected in how long the limit allows so many'],
    ['{ messages: 5, window: 7d }', 'limit: missing; expected how many messages the window allows'],
    ['{ messages: 0, pause: 1d }', 'messages: expected a whole number >= 1, got 0'],
    [
      '{ messages: 5, pause: 36d }',
      'pause: expected at most 35d, which is as far as is looked at, got "36d"',
    ],
    [
      '{ messages: 5, pause: 1d, per: [class] }',
      'per[0]: expected one of channel, campaign, category, product, got "class"',
    ],
  ])('%s is told what to write instead', (written, message) => {
    expect(told(written)).toEqual([`rules[0].unanswered.${message}`]);
  });
});

describe('tiers', () => {
  test('are read with each of their conditions', () => {
    const when =
      "{ firstSeen: { within: 1d }, lastEngaged: { before: 2d }, responses: { atLeast: 1, within: 3d, types: opened }, contacts: { atMost: 3 }, unanswered: { atLeast: 2 }, 'attribute:x': [a, b], any: [{ contacts: { atLeast: 1, within: 2d } }], not: { interest: { within: 9d } } }";
    expect(problems(`tiers: [{ id: a, when: ${when} }, { id: b }]`)).toEqual([]);
  });

  test.each([
    ['[{ id: a, when: { firstSeen: {} } }]', 'tiers[0].when.firstSeen: expected within, before or both'],
    [
      '[{ id: a, when: { responses: { within: 1d } } }]',
      'tiers[0].when.responses: expected atLeast, atMost or both',
    ],
    ['[{ id: a, when: { tenure: 1d } }]', 'tiers[0].when.tenure: unknown key tenure'],
    [
      '[{ id: a, when: { interest: { within: 9d } } }, { id: b, hold: 7d }]',
      'tiers[1].hold: expected no hold where a tier asks for an interest, which differs by message, got "7d"',
    ],
    [
      '[{ id: a, when: { contacts: { atLeast: 1, within: 36d } } }]',
      'tiers[0].when.contacts.within: expected at most 35d, which is as far as is looked at, got "36d"',
    ],
  ])('%s are told what is wrong', (written, message) => {
    expect(problems(`tiers: ${written}`)).toEqual([message]);
  });
});

describe('a consent rule', () => {
  test('takes one version of the terms or several', () => {
    expect(rule('consent', '{ require: opt-in, terms: "2026-01", sources: latest }')).toEqual([]);
    expect(rule('consent', '{ require: opt-in, terms: ["2026-01", "2025-07"] }')).toEqual([]);
    expect(rule('consent', '{ require: opt-in, sources: newest }')).toEqual([
      'rules[0].consent.sources: expected one of strictest, latest, got "newest"',
    ]);
  });

  test('cannot defer, as nobody knows when a consent comes', () => {
    const told = problems('rules: [{ id: r, consent: { require: opt-in }, onBlock: defer }]');
    expect(told).toHaveLength(1);
  });
});
