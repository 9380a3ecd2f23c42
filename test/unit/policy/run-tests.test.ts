import { describe, expect, test } from 'vitest';
import type { Policy } from '../../../src/decide/policy.ts';
import { formatProblem } from '../../../src/policy/format-problem.ts';
import { parseTests } from '../../../src/policy/parse-tests.ts';
import { isGreen, runTests, type TestResult } from '../../../src/policy/run-tests.ts';
import { policyOf } from '../../support/policies.ts';

const WEEKLY = policyOf('  - { id: weekly, cap: { limit: 1, window: 7d } }');
const DEFERRING = policyOf('  - { id: daily, cap: { limit: 1, window: 1d }, onBlock: defer }');

function run(policy: Policy, test: string): TestResult {
  const text = `policy: p.yaml\nstart: 2026-03-10T12:00:00Z\ntests:\n  - name: it\n${test}`;
  const parsed = parseTests(text, 'p.tests.yaml', () => ({ ok: true, policy }));
  if (!parsed.ok) throw new Error(parsed.problems.map(formatProblem).join('\n'));
  return runTests(parsed.suite)[0] as TestResult;
}

function differencesOf(policy: Policy, test: string) {
  return run(policy, test).checks.flatMap(({ differences }) => differences);
}

const NOON = Date.UTC(2026, 2, 10, 12);
const HOUR = 3_600_000;

describe('a message', () => {
  const sent = '    history: [{ at: -6d, sent: { channel: email } }]\n    message: { channel: email }\n';

  test('is decided on what was sent before', () => {
    const expectation = 'outcome: suppressed, reason: cap-reached, rule: weekly, nextEligibleAt: +1d';
    const result = run(WEEKLY, `${sent}    expect: { ${expectation} }\n`);
    expect(result.checks).toHaveLength(1);
    expect(isGreen(result)).toBe(true);
  });

  test('is red field by field, beside the decision that was made', () => {
    const result = run(
      WEEKLY,
      `${sent}    expect: { outcome: cleared, rule: weekly, nextEligibleAt: never, dueAt: +1d, tier: new }\n`,
    );
    expect(isGreen(result)).toBe(false);
    expect(result.checks[0]?.differences).toEqual([
      { field: 'outcome', expected: 'cleared', got: 'suppressed' },
      { field: 'nextEligibleAt', expected: 'never', got: NOON + 24 * HOUR },
      { field: 'dueAt', expected: NOON + 24 * HOUR, got: undefined },
      { field: 'tier', expected: 'new', got: undefined },
    ]);
    expect(result.checks[0]?.decision).toMatchObject({ outcome: 'suppressed', rule: 'weekly' });
  });

  test('is held against all that block, in whatever order, and what the one that binds counted', () => {
    const both = policyOf(`  - { id: weekly, cap: { limit: 1, window: 7d } }
  - { id: tried, mode: shadow, gap: 30d }`);
    const expectation = 'outcome: suppressed, blockedBy: [weekly, tried], count: 1, limit: 1';
    expect(differencesOf(both, `${sent}    expect: { ${expectation} }\n`)).toEqual([]);
    const wrong = 'outcome: suppressed, blockedBy: [], count: 2, limit: 3';
    expect(differencesOf(both, `${sent}    expect: { ${wrong} }\n`)).toEqual([
      { field: 'blockedBy', expected: 'nothing', got: 'tried, weekly' },
      { field: 'count', expected: '2', got: '1' },
      { field: 'limit', expected: '3', got: '1' },
    ]);
  });

  test('goes out of the history whatever the rules say, and counts', () => {
    const history = '    history: [{ at: [-3d, -2d, -1d], sent: { channel: email } }]\n';
    const { checks } = run(
      WEEKLY,
      `${history}    message: { channel: email }\n    expect: { outcome: suppressed }\n`,
    );
    expect(checks[0]?.decision?.findings[0]).toMatchObject({ rule: 'weekly', count: 3 });
  });

  test('may be never eligible', () => {
    const never = policyOf('  - { id: once, duplicate: {} }');
    const history = '    history: [{ at: -6d, sent: { channel: email, messageId: m } }]\n';
    const message = '    message: { channel: email, messageId: m }\n';
    expect(
      differencesOf(
        never,
        `${history}${message}    expect: { outcome: suppressed, nextEligibleAt: never }\n`,
      ),
    ).toEqual([]);
  });
});

describe('a table over time', () => {
  test('counts what it clears', () => {
    expect(
      differencesOf(
        WEEKLY,
        `    timeline:
      - { at: start, message: { channel: email }, expect: { outcome: cleared } }
      - { at: +6d, message: { channel: email }, expect: { outcome: suppressed, nextEligibleAt: +7d } }
      - { at: +7d, message: { channel: email }, expect: { outcome: cleared } }
`,
      ),
    ).toEqual([]);
  });

  const waiting = `    timeline:
      - { at: start, message: { channel: email } }
      - { at: +1h, message: { channel: email, messageId: second }, expect: { outcome: deferred, dueAt: +1d } }
      - { at: +2h, message: { channel: email, messageId: third, sender: crm }, expect: { outcome: deferred, dueAt: +1d } }
`;

  test('decides what waits again when it is due, and not before', () => {
    expect(
      differencesOf(
        DEFERRING,
        `${waiting}      - { at: +23h, waited: second, expect: { outcome: deferred, decidedAt: +1h } }
      - { at: +25h, waited: second, expect: { outcome: cleared, decidedAt: +1d } }
      - { at: +25h, waited: third, expect: { outcome: deferred, decidedAt: +1d, dueAt: +2d } }
      - { at: +2d, waited: third, expect: { outcome: cleared } }
`,
      ),
    ).toEqual([]);
  });

  test('lets the higher ranked go first', () => {
    expect(
      differencesOf(
        DEFERRING,
        `    timeline:
      - { at: start, message: { channel: email } }
      - { at: +1h, message: { channel: email, messageId: low } }
      - { at: +2h, message: { channel: email, messageId: high, rank: 1 } }
      - { at: +1d, waited: high, expect: { outcome: cleared } }
      - { at: +1d, waited: low, expect: { outcome: deferred, dueAt: +2d } }
`,
      ),
    ).toEqual([]);
  });

  test('lets an opt-out win that comes when the message is due', () => {
    const optOut = '      - { at: +1d, interaction: { type: opted-out } }\n';
    const expected =
      '      - { at: +1d, waited: second, expect: { outcome: suppressed, reason: opted-out } }\n';
    expect(differencesOf(DEFERRING, waiting + optOut + expected)).toEqual([]);
  });

  test('ends what its sender takes back', () => {
    const cancelled =
      '      - { at: +3h, interaction: { type: cancelled, messageId: third, source: crm } }\n';
    const expected =
      '      - { at: +3h, waited: third, expect: { outcome: suppressed, reason: cancelled } }\n';
    expect(differencesOf(DEFERRING, waiting + cancelled + expected)).toEqual([]);
  });

  test('forgets what waits when the customer is erased', () => {
    const erased = '      - { at: +3h, interaction: { type: erased } }\n';
    const expected =
      '      - { at: +9d, waited: third, expect: { outcome: suppressed, reason: opted-out } }\n';
    expect(differencesOf(DEFERRING, waiting + erased + expected)).toEqual([]);
  });

  test('is red about a message that nobody asked for', () => {
    const expected = '      - { at: +3h, waited: fourth, expect: { outcome: cleared } }\n';
    const result = run(DEFERRING, waiting + expected);
    expect(result.checks.at(-1)?.decision).toBeUndefined();
    expect(result.checks.at(-1)?.differences).toEqual([
      { field: 'outcome', expected: 'cleared', got: undefined },
    ]);
  });
});
