import { expect, test } from 'vitest';
import { formatProblem } from '../../../src/policy/format-problem.ts';
import { parsePolicy } from '../../../src/policy/parse-policy.ts';

const base = `apiVersion: tact/v1
name: a
enforce: true
channels: { email: {}, sms: {} }
classes: { marketing: { default: true } }
rules:
  - { id: once, duplicate: {} }
  - { id: consent, consent: { require: opt-in } }
  - { id: weekly, for: { class: marketing }, cap: { limit: 3, window: 7d } }
`;

function warnings(text: string): string[] {
  const parsed = parsePolicy(text, 'p.yaml');
  if (!parsed.ok) throw new Error(parsed.problems.map(formatProblem).join('\n'));
  return parsed.warnings.map(formatProblem);
}

test('a sound policy has no warnings', () => {
  expect(warnings(base)).toEqual([]);
});

test.each([
  [
    'a limit of 0',
    base.replace('limit: 3', 'limit: 0'),
    '9:60 warning rules[2].cap.limit: a limit of 0 allows nothing, ever',
  ],
  [
    'a rule that no message obeys',
    base.replace('for: { class: marketing }', 'for: { class: { not: marketing } }'),
    '9:24 warning rules[2].for: no message can be selected by this',
  ],
  [
    'a class without a cap',
    base.replace('for: { class: marketing }', 'mode: shadow'),
    '5:12 warning classes.marketing: no cap limits this class',
  ],
  [
    'an exempt class that all may claim',
    base.replace('true }', 'true }, security: { exempt: [caps] }'),
    '5:42 warning classes.security: every message may claim this class, which is exempt from caps',
  ],
  [
    'a cap behind a stricter one',
    `${base}  - { id: daily, for: { class: marketing }, cap: { limit: 3, window: 1d } }\n`,
    '10:50 warning rules[3].cap: never binds: weekly is reached first',
  ],
  [
    'a cap behind the ceiling',
    `${base}ceiling: { limit: 2, window: 8d }\n`,
    '9:51 warning rules[2].cap: never binds: the ceiling of 2 in 8d is reached first',
  ],
  [
    'no consent rule',
    base.replace(/ {2}- { id: consent.*\n/, ''),
    '7:3 warning rules: no consent rule: a withdrawn consent binds nothing',
  ],
  [
    'no duplicate rule',
    base.replace(/ {2}- { id: once.*\n/, ''),
    '7:3 warning rules: no duplicate rule: a message that is offered twice may go out twice',
  ],
  [
    'a limit of 0 for every tier',
    `${base.replace('limit: 3', 'limit: { new: 0, other: 0 }')}tiers: [{ id: new, when: { firstSeen: { within: 1d } } }]\n`,
    '9:60 warning rules[2].cap.limit: a limit of 0 allows nothing, ever',
  ],
  [
    'a tier that nobody is ever in',
    `${base}tiers: [{ id: all }, { id: new, when: { firstSeen: { within: 1d } } }]\n`,
    '10:28 warning tiers[1].id: nobody is ever in new: all takes everybody',
  ],
  [
    'a deferral that never ends, of a message that went out',
    base.replace('duplicate: {}', 'duplicate: {}, onBlock: defer'),
    '7:41 warning rules[0].onBlock: nothing ever waits for this rule: what it blocks, it blocks for good',
  ],
  [
    'a deferral that never ends, after what stands for good',
    `${base}  - { id: a, after: { interaction: bounced, suppress: forever }, onBlock: defer }\n`,
    '10:75 warning rules[3].onBlock: nothing ever waits for this rule',
  ],
  [
    'a deferral that never ends, of a lifetime',
    `${base}  - { id: a, cap: { limit: 9, window: lifetime }, onBlock: defer }\n`,
    '10:60 warning rules[3].onBlock: nothing ever waits for this rule',
  ],
  [
    'a reserve that takes the whole limit',
    base.replace('window: 7d', 'window: 7d, reserve: { class: marketing, slots: 3 }'),
    'warning rules[2].cap.reserve.slots: the whole limit is kept for marketing: nothing else gets a slot',
  ],
  [
    'a limit that is raised to what it is',
    base.replace('window: 7d', 'window: 7d, mayRaiseTo: 3'),
    'warning rules[2].cap.mayRaiseTo: raises nothing: it is not above the limit',
  ],
  [
    'a rule that replaces, and only watches',
    `${base}  - { id: a, mode: shadow, cap: { limit: 1, window: 1d }, replaces: [weekly] }\n`,
    'warning rules[3].replaces: a rule in shadow mode replaces nothing',
  ],
  [
    'a rule that replaces one that is about other messages',
    `${base}  - { id: a, for: { channel: sms }, gap: 1h }\n  - { id: b, for: { channel: email }, gap: 2h, replaces: [a] }\n`,
    'warning rules[4].replaces[0]: no message obeys both this rule and a',
  ],
  [
    'a class that may confirm opt-outs, and that all may claim',
    base.replace('true }', 'true }, stop: { exempt: [caps], confirmsOptOut: 5m }'),
    'warning classes.stop: every message may claim this class, which is exempt from caps and may confirm an opt-out',
  ],
  [
    'a cap behind a stricter one for every tier',
    `${base.replace('limit: 3', 'limit: { new: 1, other: 3 }')}  - { id: daily, for: { class: marketing }, cap: { limit: { new: 2, other: 3 }, window: 1d } }
tiers: [{ id: new, when: { firstSeen: { within: 1d } } }]\n`,
    'warning rules[3].cap: never binds: weekly is reached first',
  ],
])('warns about %s', (_name, text, warning) => {
  expect(warnings(text).join('\n')).toContain(warning);
});

test('caps that look alike and are not are no reason to warn', () => {
  const more = [
    '{ id: daily, for: { class: marketing }, cap: { limit: 2, window: 1d } }',
    '{ id: sms, for: { channel: sms }, cap: { limit: 3, window: 1d } }',
    '{ id: each, for: { class: marketing }, cap: { limit: 3, window: 1d, per: [campaign] } }',
    '{ id: waits, for: { channel: email }, cap: { limit: 3, window: 1d }, onBlock: defer }',
    '{ id: hard, for: { channel: email }, cap: { limit: 3, window: 1d } }',
    '{ id: heavy, for: { class: marketing }, cap: { limit: 3, window: 1d, weights: [{ for: { channel: sms }, weight: 2 }] } }',
  ];
  expect(
    warnings(`${base}${more.map((rule) => `  - ${rule}\n`).join('')}ceiling: { limit: 9, window: 7d }`),
  ).toEqual([]);
});

test('a cap that customers may raise, that another replaces, or that binds some tiers only is no reason to warn', () => {
  const tiers = 'tiers: [{ id: new, when: { firstSeen: { within: 1d } } }]\n';
  const behind = (first: string, more = '') =>
    `${base.replace('cap: { limit: 3, window: 7d }', first)}  - { id: daily, for: { class: marketing }, cap: { limit: 3, window: 1d } }\n${more}${tiers}`;
  expect(warnings(behind('cap: { limit: 3, window: 7d }'))).toHaveLength(1);
  expect(warnings(behind('cap: { limit: 3, window: 7d, mayRaiseTo: 9 }'))).toEqual([]);
  expect(warnings(behind('cap: { limit: { new: 1, other: 9 }, window: 7d }'))).toEqual([]);
  const narrower = '  - { id: sms, for: { channel: sms }, gap: 1h, replaces: [weekly] }\n';
  expect(warnings(behind('cap: { limit: 3, window: 7d }', narrower))).toEqual([]);
});
