import { describe, expect, test } from 'vitest';
import { formatProblem } from '../../../src/policy/format-problem.ts';
import { type PolicyOfTests, parseTests } from '../../../src/policy/parse-tests.ts';
import { policyOf } from '../../support/policies.ts';

const POLICY = policyOf('  - { id: weekly, cap: { limit: 1, window: 7d } }');
const HEAD = 'policy: p.yaml\nstart: 2026-03-10T12:00:00+01:00\n';

function parse(text: string, policy: PolicyOfTests = { ok: true, policy: POLICY }) {
  const asked: string[] = [];
  const parsed = parseTests(text, 'p.tests.yaml', (name) => {
    asked.push(name);
    return policy;
  });
  return { parsed, asked };
}

function problemsOf(text: string, policy?: PolicyOfTests): string[] {
  const { parsed } = parse(text, policy);
  return parsed.ok
    ? []
    : parsed.problems.map(
        (each) => `${formatProblem(each)}${each.hint === undefined ? '' : ` | ${each.hint}`}`,
      );
}

function suiteOf(tests: string, head = HEAD) {
  const { parsed } = parse(`${head}tests:\n${tests}`);
  if (!parsed.ok) throw new Error(parsed.problems.map(formatProblem).join('\n'));
  return parsed.suite;
}

describe('a file of policy tests', () => {
  test('asks for its policy by the name that it has for it', () => {
    const { parsed, asked } = parse(
      `${HEAD}tests: [{ name: a, message: { channel: email }, expect: { outcome: cleared } }]`,
    );
    expect(asked).toEqual(['p.yaml']);
    expect(parsed.ok && parsed.suite.policy).toBe(POLICY);
  });

  test('counts moments from the start of the test, else of the file', () => {
    const { tests } = suiteOf(`
  - { name: a, message: { channel: email, at: +1d2h }, expect: { outcome: cleared, nextEligibleAt: -90m } }
  - { name: b, start: 2026-01-01T00:00:00Z, message: { channel: email }, expect: { outcome: cleared, dueAt: 2026-01-02T00:00Z } }
`);
    const noon = Date.UTC(2026, 2, 10, 11);
    expect(tests[0]).toMatchObject({
      start: noon,
      steps: [{ at: noon + 26 * 3_600_000, expected: { nextEligibleAt: noon - 90 * 60_000 } }],
    });
    const newYear = Date.UTC(2026, 0, 1);
    expect(tests[1]?.steps[0]).toMatchObject({
      at: newYear,
      message: { createdAt: newYear },
      expected: { dueAt: newYear + 86_400_000 },
    });
  });

  test('puts the history into the order of time, once for each moment', () => {
    const { tests } = suiteOf(`
  - name: a
    history:
      - { at: [-1d, -3d], sent: { channel: email } }
      - { at: -2d, interaction: { type: x-own } }
    message: { channel: email }
    expect: { outcome: cleared }
`);
    expect(tests[0]?.steps.map(({ kind }) => kind)).toEqual(['sent', 'interaction', 'sent', 'message']);
    const ids = tests[0]?.steps.flatMap((step) => ('message' in step ? [step.message.messageId] : []));
    expect(new Set(ids).size).toBe(3);
  });

  test('makes interactions of what is known of the customer, its own before the usual', () => {
    const { tests } = suiteOf(
      `
  - { name: a, message: { channel: email }, expect: { outcome: cleared } }
  - { name: b, customer: { since: -10d, consents: [] }, message: { channel: email }, expect: { outcome: cleared } }
  - { name: c, customer: unknown, message: { channel: email }, expect: { outcome: cleared } }
`,
      `${HEAD}customer: { timezone: Asia/Tokyo, attributes: { country: JP }, consents: [{ channel: email }], engaged: -2d }\n`,
    );
    const told = tests.map(({ start, steps }) =>
      steps.flatMap((step) =>
        step.kind === 'interaction' ? [`${step.interaction.type} ${(step.at - start) / 86_400_000}`] : [],
      ),
    );
    expect(told).toEqual([
      ['profile-updated -180', 'consent-granted -180', 'opened -2'],
      ['profile-updated -10', 'opened -2'],
      [],
    ]);
    expect(tests[1]?.steps[0]).toMatchObject({
      interaction: { timezone: 'Asia/Tokyo', attributes: { country: 'JP' } },
    });
  });

  test('knows where every test and every expectation is written', () => {
    const { tests } = suiteOf(`
  - name: a
    timeline:
      - { at: start, message: { channel: email, messageId: m } }
      - { at: +1h, waited: m, expect: { outcome: cleared } }
`);
    expect(tests[0]).toMatchObject({ line: 5, column: 11 });
    expect(tests[0]?.steps[1]).toMatchObject({ kind: 'waited', messageId: 'm', line: 8 });
  });
});

const MESSAGE = 'message: { channel: email }, expect: { outcome: cleared }';

test.each([
  ['nothing', '', '1:1 error expected a mapping, got nothing'],
  ['no tests', HEAD, '1:1 error tests: missing; expected a list'],
  [
    'no start',
    `policy: p.yaml\ntests: [{ name: a, ${MESSAGE} }]`,
    '2:9 error tests[0]: expected a start such as 2026-03-10T09:00:00+01:00, here or at the top',
  ],
  [
    'a start without an offset',
    `policy: p.yaml\nstart: 2026-03-10T12:00\ntests: [{ name: a, ${MESSAGE} }]`,
    '2:8 error start: expected +3d4h or -90m from the start, or 2026-03-10T09:00:00+01:00 with its offset, got "2026-03-10T12:00"',
  ],
  [
    'an unknown key',
    `${HEAD}tests: [{ name: a, mesage: {} }]`,
    '3:20 error tests[0].mesage: unknown key mesage | did you mean message?',
  ],
  [
    'an unknown field of a message',
    `${HEAD}tests: [{ name: a, message: { chanel: email }, expect: { outcome: cleared } }]`,
    '3:31 error tests[0].message.chanel: unknown key chanel | did you mean channel?',
  ],
  [
    'an unknown reason',
    `${HEAD}tests: [{ name: a, message: { channel: email }, expect: { outcome: suppressed, reason: cap-reachd } }]`,
    'did you mean cap-reached?',
  ],
  [
    'an unknown interaction',
    `${HEAD}tests: [{ name: a, history: [{ at: -1d, interaction: { type: bougt } }], ${MESSAGE} }]`,
    'tests[0].history[0].interaction.type: expected a type of interaction such as purchased, got "bougt"',
  ],
  [
    'a rule that the policy does not have',
    `${HEAD}tests: [{ name: a, message: { channel: email }, expect: { outcome: suppressed, rule: wekly } }]`,
    'tests[0].expect.rule: there is no rule wekly | did you mean weekly?',
  ],
  [
    'a rule that is said to block and does not exist',
    `${HEAD}tests: [{ name: a, message: { channel: email }, expect: { outcome: suppressed, blockedBy: [weekly, opt-out, wekly] } }]`,
    'tests[0].expect.blockedBy[2]: there is no rule wekly | did you mean weekly?',
  ],
  [
    'a message of which nothing is expected',
    `${HEAD}tests: [{ name: a, message: { channel: email } }]`,
    '3:9 error tests[0]: expected a message with what to expect, or a timeline',
  ],
  [
    'a timeline beside a message',
    `${HEAD}tests: [{ name: a, ${MESSAGE}, timeline: [] }]`,
    'tests[0]: expected a message or a timeline, not both',
  ],
  [
    'a timeline in which nothing is expected',
    `${HEAD}tests: [{ name: a, timeline: [{ at: start, message: { channel: email } }] }]`,
    'tests[0]: nothing is expected',
  ],
  [
    'a timeline that goes back in time',
    `${HEAD}tests: [{ name: a, timeline: [{ at: +2h, ${MESSAGE} }, { at: +1h, ${MESSAGE} }] }]`,
    'tests[0]: the timeline goes back in time | write what happens in the order of time',
  ],
  [
    'a history that reaches beyond the message',
    `${HEAD}tests: [{ name: a, history: [{ at: +1h, sent: { channel: email } }], ${MESSAGE} }]`,
    'tests[0]: the history reaches beyond the first thing that is asked: write it in the timeline, or ask later',
  ],
  [
    'a step of two kinds',
    `${HEAD}tests: [{ name: a, timeline: [{ at: start, sent: { channel: email }, ${MESSAGE} }] }]`,
    'tests[0].timeline[0]: expected exactly one of sent, interaction, message, waited',
  ],
  [
    'something expected of what was sent',
    `${HEAD}tests: [{ name: a, timeline: [{ at: start, sent: { channel: email }, expect: { outcome: cleared } }] }]`,
    'tests[0].timeline[0]: expected something only of a message, or of one that waited',
  ],
  ['an alias', 'policy: &a p.yaml', '1:9 error anchors and aliases are not read, got &a'],
])('is told about %s', (_name, text, expected) => {
  expect(problemsOf(text).join('\n')).toContain(expected);
});

test('is told all at once, and about its policy too', () => {
  const text = `policy: p.yaml\ntests:\n  - { name: 7, message: { channel: email }, expect: { outcome: clear } }\n`;
  expect(problemsOf(text, { ok: false, why: 'the policy p.yaml has 2 errors' })).toEqual([
    'p.tests.yaml:1:9 error policy: the policy p.yaml has 2 errors',
    'p.tests.yaml:3:13 error tests[0].name: expected text, got 7 | put it in quotes',
    'p.tests.yaml:3:64 error tests[0].expect.outcome: expected one of cleared, suppressed, deferred, got "clear" | did you mean cleared?',
  ]);
});
