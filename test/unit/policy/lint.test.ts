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
])('warns about %s', (_name, text, warning) => {
  expect(warnings(text)).toContain(`p.yaml:${warning}`);
});

test('caps that look alike and are not are no reason to warn', () => {
  const more = [
    '{ id: daily, for: { class: marketing }, cap: { limit: 2, window: 1d } }',
    '{ id: sms, for: { channel: sms }, cap: { limit: 3, window: 1d } }',
    '{ id: each, for: { class: marketing }, cap: { limit: 3, window: 1d, per: [campaign] } }',
  ];
  expect(
    warnings(`${base}${more.map((rule) => `  - ${rule}\n`).join('')}ceiling: { limit: 9, window: 7d }`),
  ).toEqual([]);
});
