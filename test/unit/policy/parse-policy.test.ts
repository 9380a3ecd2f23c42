import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { formatProblem } from '../../../src/policy/format-problem.ts';
import { parsePolicy } from '../../../src/policy/parse-policy.ts';
import type { Problem } from '../../../src/policy/problem.ts';

const fixture = (name: string) =>
  readFileSync(new URL(`../../fixtures/policies/${name}`, import.meta.url), 'utf8');
const everyFeature = fixture('valid-every-feature.yaml');

function problemsOf(text: string): readonly Problem[] {
  const parsed = parsePolicy(text, 'policy.yaml');
  return parsed.ok ? [] : parsed.problems;
}

/** The valid policy with one piece of its text replaced. */
function changed(from: string, to: string): string {
  expect(everyFeature).toContain(from);
  return everyFeature.replace(from, to);
}

describe('a policy without mistakes', () => {
  const parsed = parsePolicy(everyFeature, 'policy.yaml');

  test('is one deeply frozen value', () => {
    if (!parsed.ok) throw new Error(parsed.problems.map(formatProblem).join('\n'));
    const { policy } = parsed;
    expect(policy).toMatchObject({
      name: 'every-feature',
      enforce: true,
      timezone: 'Europe/Berlin',
      defaultClass: 'marketing',
    });
    expect(policy.rules.map(({ id, kind }) => `${id} ${kind}`)).toEqual([
      'consent consent',
      'soft-consent consent',
      'once duplicate',
      'once-a-day duplicate',
      'fresh expiry',
      'email-weekly cap',
      'all-daily cap',
      'sunday-weeks cap',
      'minors cap',
      'pause gap',
      'campaign-pause gap',
    ]);
    expect(policy.remembers).toEqual({ topics: true, labels: ['urgent'], attributes: ['age'] });
    expect(unfrozen(policy)).toEqual([]);
  });

  test('means by its selectors, windows and splits what it says', () => {
    if (!parsed.ok) throw new Error('invalid');
    const byId = new Map(parsed.policy.rules.map((rule) => [rule.id, rule]));
    expect(byId.get('sunday-weeks')).toMatchObject({
      for: [
        { kind: 'field', field: 'category', values: ['shoes', 'books'] },
        { kind: 'not', of: [{ kind: 'field', field: 'topic', values: ['news'] }] },
      ],
      spec: {
        limit: 9,
        window: { kind: 'calendar', unit: 'week', zone: 'America/New_York', weekStart: 7 },
        per: { fields: ['channel'], byCategory: true },
      },
    });
    expect(byId.get('email-weekly')?.counts).toEqual(byId.get('email-weekly')?.for);
    expect(byId.get('once-a-day')).toMatchObject({ mode: 'shadow', spec: { within: 86_400_000 } });
    expect(parsed.policy.ceiling?.spec).toMatchObject({ limit: 20, except: ['security'] });
    expect({ ...parsed.policy.channels }).toEqual({
      email: 'email',
      'e-mail': 'email',
      mail: 'email',
      sms: 'sms',
      push: 'push',
    });
  });
});

function unfrozen(value: unknown, path = ''): string[] {
  if (typeof value !== 'object' || value === null) return [];
  const inner = Object.entries(value).flatMap(([key, part]) => unfrozen(part, `${path}.${key}`));
  return Object.isFrozen(value) ? inner : [path, ...inner];
}

describe('a policy with mistakes', () => {
  test('is told all of them at once, each at its place', () => {
    const expected = fixture('invalid-all-at-once.expected.txt');
    const told = problemsOf(fixture('invalid-all-at-once.yaml')).map(
      (problem) => `${formatProblem(problem)}${problem.hint === undefined ? '' : ` | ${problem.hint}`}`,
    );
    expect(`${told.join('\n')}\n`).toBe(expected);
  });

  const cases: [name: string, from: string, to: string, expected: string][] = [
    [
      'a limit that is text',
      'limit: 3',
      'limit: x',
      '22:82 error rules[5].cap.limit: expected a whole number >= 0, got "x"',
    ],
    [
      'a negative limit',
      'limit: 3',
      'limit: -1',
      '22:82 error rules[5].cap.limit: expected a whole number >= 0, got -1',
    ],
    [
      'a fraction',
      'limit: 3',
      'limit: 1.5',
      '22:82 error rules[5].cap.limit: expected a whole number in plain digits, got 1.5',
    ],
    [
      'an exponent',
      'limit: 3',
      'limit: 1e3',
      '22:82 error rules[5].cap.limit: expected a whole number in plain digits, got 1e3',
    ],
    [
      'infinity',
      'limit: 3',
      'limit: .inf',
      '22:82 error rules[5].cap.limit: expected a whole number in plain digits, got .inf',
    ],
    [
      'a number that is none',
      'limit: 3',
      'limit: .nan',
      '22:82 error rules[5].cap.limit: expected a whole number in plain digits, got .nan',
    ],
    [
      'an octal look',
      'limit: 3',
      'limit: 012',
      '22:82 error rules[5].cap.limit: expected a whole number in plain digits, got 012',
    ],
    [
      'a limit above what is remembered',
      'limit: 3',
      'limit: 2001',
      '22:82 error rules[5].cap.limit: expected a whole number <= 2000, got 2001',
    ],
    [
      'a window longer than the memory',
      'window: 35d',
      'window: 36d',
      '32:102 error rules[8].cap.window: expected at most 35d, which is as far as is looked at, got "36d"',
    ],
    [
      'a window of nothing',
      'window: 7d',
      'window: 0d',
      '22:93 error rules[5].cap.window: expected a length of time such as 90s, 4h or 7d, got "0d"',
    ],
    [
      'an unknown zone',
      'zone: America/New_York',
      'zone: America/New_Yrok',
      '31:54 error rules[7].cap.window.zone: expected customer, policy or an IANA time zone such as Europe/Berlin, got "America/New_Yrok"',
    ],
    [
      'an unknown class',
      'for: { campaign: flash }',
      'for: { class: markting }',
      '21:32 error rules[4].for.class: there is no class markting | did you mean marketing?',
    ],
    [
      'an alias in place of a channel',
      'for: { channel: push }',
      'for: { channel: mail }',
      '33:34 error rules[9].for.channel: there is no channel mail | did you mean email?',
    ],
    [
      'an unknown class far down',
      '{ class: [marketing, service] }',
      '{ class: [marketing, news] }',
      '25:42 error rules[6].counts.any[0].class[1]: there is no class news | the policy declares security, service, marketing',
    ],
    [
      'an unknown key',
      'cap: { limit: 3',
      'cap: { limt: 3',
      '22:75 error rules[5].cap.limt: unknown key limt | did you mean limit?',
    ],
    ['a rule id twice', 'id: pause', 'id: once', '33:11 error rules[9].id: rules[2] already has the id once'],
    [
      'a reserved rule id',
      'id: pause',
      'id: history',
      "33:11 error rules[9].id: history is a name of Tact's own | choose another id",
    ],
    [
      'a rule without a kind',
      ', gap: 4h',
      '',
      '33:5 error rules[9]: expected one of consent, cap, gap, expiry, duplicate',
    ],
    [
      'a rule of two kinds',
      ', gap: 4h',
      ', gap: 4h, cap: { limit: 1, window: 1d }',
      '33:42 error rules[9].gap: expected one rule kind, got cap and gap | write one rule for each',
    ],
    [
      'a kind that does not exist',
      'gap: 4h',
      'gpa: 4h',
      '33:42 error rules[9].gpa: unknown key gpa; the rule kinds are consent, cap, gap, expiry, duplicate | did you mean gap?',
    ],
    [
      'a kind to come',
      'gap: 4h',
      'holdout: { share: 1 }',
      '33:42 error rules[9].holdout: rule kind holdout is not available yet; the rule kinds are consent, cap, gap, expiry, duplicate',
    ],
    [
      'deferral',
      'onBlock: suppress',
      'onBlock: defer',
      '27:14 error rules[6].onBlock: deferral is not available yet | write suppress, or leave onBlock out',
    ],
    [
      'deferral in detail',
      'onBlock: suppress',
      'onBlock: { defer: { spread: 15m } }',
      '27:14 error rules[6].onBlock: deferral is not available yet | write suppress, or leave onBlock out',
    ],
    [
      'counts where nothing counts',
      'fresh, for:',
      'fresh, counts:',
      '21:18 error rules[4].counts: expiry counts no sends',
    ],
    [
      'no default class',
      'default: true, ',
      '',
      '10:1 error classes: expected one class with default: true | messages that name no class, or one they may not claim, get the default one',
    ],
    [
      'two default classes',
      '  service: {',
      '  service: { default: true,',
      '15:25 error classes.marketing.default: only one class can be the default, and service is',
    ],
    [
      'an alias for two channels',
      'push: {}',
      'push: { aliases: [E-MAIL] }',
      '9:21 error channels.push.aliases[0]: E-MAIL already stands for the channel email',
    ],
    [
      'a channel called unknown',
      'push: {}',
      'push: {}\n  unknown:',
      '10:3 error channels.unknown: unknown is what channels without a declaration are called',
    ],
    [
      'an unknown exemption',
      'caps, gap, duplicate',
      'cap, gap, duplicate',
      '13:52 error classes.security.exempt[4]: expected one of opt-out, complaint, erasure, consent, caps, gap, duplicate, history, got "cap" | did you mean caps?',
    ],
    ['a key twice', 'enforce: true', 'enforce: true\nenforce: false', '5:1 error map keys must be unique'],
    [
      'a number where text is meant',
      'sender: { not: school }',
      'sender: 7',
      '32:58 error rules[8].for.sender: expected text or a list or a mapping, got 7',
    ],
    [
      'nothing where a mapping is meant',
      'ceiling: {',
      'ceiling:\nother: {',
      '35:1 error ceiling: expected a mapping, got nothing',
    ],
    ['something missing', 'enforce: true\n', '', '2:1 error enforce: missing; expected true or false'],
    [
      'another version',
      'tact/v1',
      'tact/v2',
      '2:13 error apiVersion: expected tact/v1, got "tact/v2" | did you mean tact/v1?',
    ],
  ];

  test.each(cases)('is told about %s', (_name, from, to, expected) => {
    const told = problemsOf(changed(from, to)).map(
      (problem) => `${formatProblem(problem)}${problem.hint === undefined ? '' : ` | ${problem.hint}`}`,
    );
    expect(told).toContain(`policy.yaml:${expected}`);
  });
});

describe('a hostile text', () => {
  const refused: [name: string, text: string, message: string][] = [
    ['nothing', '', 'expected a mapping, got nothing'],
    ['a list', '- a', 'expected a mapping, got a list'],
    ['no YAML', 'a: [', 'flow sequence in block collection must be sufficiently indented and end with a ]'],
    [
      'two documents',
      'a: 1\n---\nb: 2',
      'source contains multiple documents; please use YAML.parseAllDocuments()',
    ],
    ['an anchor', 'a: &x [1]\nb: *x', 'anchors and aliases are not read, got &x'],
    ['an alias bomb', `a: &a [1]\n${'b: [*a, *a]\n'.repeat(50)}`, 'anchors and aliases are not read, got &a'],
    ['a tag', 'a: !!binary aGk=', 'tags are not read, got !!binary'],
    ['too much', `a: ${'x'.repeat(64 * 1024)}`, 'the policy is larger than 64 kB'],
    ['brackets within brackets', `a: ${'['.repeat(60_000)}`, 'nested more than 24 deep'],
    ['lists within lists', '- '.repeat(30_000), 'nested more than 24 deep'],
    ['questions within questions', '? '.repeat(30_000), 'nested more than 24 deep'],
    ['mappings on one line', 'a: '.repeat(20_000), 'nested more than 24 deep'],
    [
      'mappings within mappings',
      Array.from({ length: 300 }, (_, i) => `${' '.repeat(i)}a:`).join('\n'),
      'nested more than 24 deep',
    ],
    ['a key that is a number', '1: a', 'expected text as a key'],
    ['a key that is a mapping', '? { a: b }\n: c', 'expected text as a key'],
    ['a key of objects', '__proto__: { enforce: true }', 'expected text as a key'],
  ];

  test.each(refused)('%s is refused', (_name, text, message) => {
    expect(problemsOf(text)[0]?.message).toBe(message);
  });

  test('may look like anchors and brackets inside of text', () => {
    const comment = changed(
      'comment: Only marketing gives way.',
      `comment: |\n      &x *y !z ${'['.repeat(100)}`,
    );
    expect(problemsOf(comment)).toEqual([]);
    expect(problemsOf(everyFeature.replace('\n', `\n# &x ${'['.repeat(100)}\n`))).toEqual([]);
  });

  test('may have Windows line ends, and problems are still at their place', () => {
    const windows = changed('limit: 3', 'limit: x').replaceAll('\n', '\r\n');
    expect(problemsOf(windows).map(formatProblem)).toEqual([
      'policy.yaml:22:82 error rules[5].cap.limit: expected a whole number >= 0, got "x"',
    ]);
  });
});
