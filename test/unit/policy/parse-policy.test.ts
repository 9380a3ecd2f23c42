import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { DAY } from '../../../src/kernel/time.ts';
import { formatProblem } from '../../../src/policy/format-problem.ts';
import { parsePolicy } from '../../../src/policy/parse-policy.ts';
import type { Problem } from '../../../src/policy/problem.ts';
import { policyOf } from '../../support/policies.ts';

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
      'wishes preference',
      'nights quietHours',
      'us-nights quietHours',
      'fatigue unanswered',
      'just-bought after',
      'bought-often after',
      'dead-address after',
      'welcome-pause after',
      'email-by-tier cap',
      'once-in-a-life cap',
      'same-content duplicate',
    ]);
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
        window: { kind: 'calendar', unit: 'week', units: 1, zone: 'America/New_York', weekStart: 7 },
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

  test('defers where it says so, and replaces what it names', () => {
    if (!parsed.ok) throw new Error('invalid');
    const byId = new Map(parsed.policy.rules.map((rule) => [rule.id, rule]));
    expect(byId.get('email-weekly')).toMatchObject({ onBlock: { action: 'suppress' }, replaces: [] });
    expect(byId.get('all-daily')?.onBlock).toEqual({ action: 'suppress' });
    expect(byId.get('us-nights')?.onBlock).toEqual({ action: 'defer', spread: 0, longest: 30 * DAY });
    expect(byId.get('nights')?.onBlock).toEqual({ action: 'defer', spread: 900_000, longest: 43_200_000 });
    expect(byId.get('email-by-tier')).toMatchObject({
      onBlock: { action: 'defer', spread: 0 },
      replaces: ['email-weekly'],
    });
    expect(parsed.policy.ceiling).toMatchObject({ onBlock: { action: 'suppress' }, replaces: [] });
  });

  test('ranks classes, 0 unless they say, and lets one confirm an opt-out', () => {
    if (!parsed.ok) throw new Error('invalid');
    const { security, service, marketing } = parsed.policy.classes;
    expect([security?.rank, service?.rank, marketing?.rank]).toEqual([0, 2, 1]);
    expect(service?.confirmsOptOut).toBe(900_000);
    expect(marketing).not.toHaveProperty('confirmsOptOut');
  });

  test('remembers what its selectors, the parts of its rules and its tiers ask about', () => {
    if (!parsed.ok) throw new Error('invalid');
    const { events, ...kept } = parsed.policy.remembers;
    expect(kept).toEqual({
      topics: true,
      purpose: true,
      labels: ['series', 'size', 'urgent'],
      attributes: ['age', 'country', 'land', 'level', 'state', 'vip'],
      // Not what tiers and unanswered alone ask for.
      unscored: ['address-changed', 'bounced', 'purchased', 'replied', 'x-rented'],
    });
    expect(Object.keys(events).sort()).toEqual([
      'address-changed',
      'bounced',
      'clicked',
      'purchased',
      'replied',
      'visited',
      'x-rented',
    ]);
  });

  test('keeps of each interaction what the most demanding rule asks for', () => {
    if (!parsed.ok) throw new Error('invalid');
    const { purchased, bounced } = parsed.policy.remembers.events;
    // 90 days and 3 of them for a tier; products of 30 + 5 days, by the calendar, and categories with a label for rules.
    expect(purchased).toMatchObject({
      type: 'purchased',
      for: 90 * 86_400_000,
      fields: ['category', 'product'],
      labels: ['gift'],
    });
    expect(purchased?.count).toBeGreaterThanOrEqual(3);
    expect(bounced).toEqual({ type: 'bounced', count: 1, fields: ['channel'], labels: ['kind'] });
  });

  test('recurs where time alone may block what was allowed', () => {
    const recurs = (rules: string, tiers = '') => policyOf(rules, tiers).recurs;
    expect(recurs('  - { id: a, cap: { limit: 1, window: 7d } }')).toBe(false);
    expect(recurs('  - { id: a, quietHours: { from: "21:00", to: "08:00" } }')).toBe(true);
    const tiers = 'tiers: [{ id: new, when: { firstSeen: { within: 1d } } }]';
    expect(recurs('  - { id: a, cap: { limit: { new: 2, other: 1 }, window: 7d } }', tiers)).toBe(true);
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

  const KINDS = 'consent, preference, quietHours, unanswered, after, cap, gap, expiry, duplicate';
  const cases: [name: string, from: string, to: string, expected: string][] = [
    [
      'a limit that is text',
      'limit: 3',
      'limit: x',
      '22:82 error rules[5].cap.limit: expected a whole number >= 0 or a value for each tier, got "x"',
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
    ['a rule without a kind', ', gap: 4h', '', `33:5 error rules[9]: expected one of ${KINDS}`],
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
      `33:42 error rules[9].gpa: unknown key gpa; the rule kinds are ${KINDS} | did you mean gap?`,
    ],
    [
      'a kind to come',
      'gap: 4h',
      'holdout: { share: 1 }',
      `33:42 error rules[9].holdout: rule kind holdout is not available yet; the rule kinds are ${KINDS}`,
    ],
    [
      'deferral of what has no end',
      'fresh, for:',
      'fresh, onBlock: defer, for:',
      '21:27 error rules[4].onBlock: expiry says no time at which it would allow, so nothing can wait for it | write suppress, or leave onBlock out',
    ],
    [
      'a spread of more than a day',
      'onBlock: suppress',
      'onBlock: { defer: { spread: 2d } }',
      '27:33 error rules[6].onBlock.defer.spread: expected at most 1d, got "2d"',
    ],
    [
      'another thing to do than those there are',
      'onBlock: suppress',
      'onBlock: { delay: 1d }',
      '27:16 error rules[6].onBlock.delay: unknown key delay',
    ],
    [
      'a rule that replaces one that is not there',
      'onBlock: suppress',
      'replaces: [email-wekly]',
      '27:16 error rules[6].replaces[0]: there is no rule email-wekly | did you mean email-weekly?',
    ],
    [
      'a rule that replaces itself',
      'onBlock: suppress',
      'replaces: [all-daily]',
      '27:16 error rules[6].replaces[0]: a rule cannot replace itself',
    ],
    [
      'a tier that is not there',
      'limit: 3',
      'limit: { nwe: 1, other: 2 }',
      '22:84 error rules[5].cap.limit.nwe: there is no tier nwe | did you mean new?',
    ],
    [
      'tiers without a number',
      'limit: 3',
      'limit: { new: 1 }',
      '22:82 error rules[5].cap.limit: no value for vip, other | other stands for all tiers that are not written, and for customers in none',
    ],
    [
      'numbers by tier in place of a length of time',
      'gap: 4h',
      'gap: { new: 4h }',
      '33:47 error rules[9].gap: no value for vip, other | other stands for all tiers that are not written, and for customers in none',
    ],
    [
      'a class that is not there, in a reserve',
      '{ class: service, slots: 1, releaseBefore: 1d }',
      '{ class: [service, servce], slots: 1 }',
      '49:35 error rules[19].cap.reserve.class[1]: there is no class servce | did you mean service?',
    ],
    [
      'a channel that is not there, in a weight',
      "'label:size': big,",
      'channel: emial,',
      '48:35 error rules[19].cap.weights[0].for.channel: there is no channel emial | did you mean email?',
    ],
    [
      'a channel that is not there, in what happened',
      "where: { 'label:kind': hard }",
      'where: { channel: fax }',
      '41:74 error rules[17].after.where.channel: there is no channel fax | the policy declares email, sms, push',
    ],
    ['a tier twice', '{ id: vip', '{ id: new', '59:11 error tiers[1].id: tiers[0] already has the id new'],
    [
      'a tier that is called other',
      '{ id: vip',
      '{ id: other',
      '59:11 error tiers[1].id: other stands for customers in no tier | choose another id',
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
      '13:52 error classes.security.exempt[4]: expected one of opt-out, complaint, erasure, consent, preference, caps, gap, quiet-hours, unanswered, after, duplicate, history, got "cap" | did you mean caps?',
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
      '56:1 error ceiling: expected a mapping, got nothing',
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
    ['too much', `a: ${'x'.repeat(64 * 1024)}`, 'the file is larger than 64 kB'],
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
      'policy.yaml:22:82 error rules[5].cap.limit: expected a whole number >= 0 or a value for each tier, got "x"',
    ]);
  });
});
