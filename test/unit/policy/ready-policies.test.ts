import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Policy } from '../../../src/decide/policy.ts';
import { formatProblem } from '../../../src/policy/format-problem.ts';
import { parsePolicy } from '../../../src/policy/parse-policy.ts';
import { parseTests } from '../../../src/policy/parse-tests.ts';
import { runTests } from '../../../src/policy/run-tests.ts';

const FOLDER = new URL('../../../deploy/policies/', import.meta.url);
const TESTED = ['retail-eu', 'retail-us'];
const files = readdirSync(FOLDER).filter((name) => name.endsWith('.yaml'));
const policies = files.filter((name) => !name.endsWith('.tests.yaml'));
const read = (name: string) => readFileSync(new URL(name, FOLDER), 'utf8');

function policyOf(name: string): Policy {
  const parsed = parsePolicy(read(name), name);
  if (!parsed.ok) throw new Error(parsed.problems.map(formatProblem).join('\n'));
  return parsed.policy;
}

function testsOf(policy: string) {
  const name = `${policy}.tests.yaml`;
  const parsed = parseTests(read(name), name, (file) => ({ ok: true, policy: policyOf(file) }));
  if (!parsed.ok) throw new Error(parsed.problems.map(formatProblem).join('\n'));
  return parsed.suite;
}

test('there are policies to start from', () => {
  expect(policies).toEqual(['first-week.yaml', 'retail-eu.yaml', 'retail-us.yaml']);
});

test.each(policies)('%s has neither errors nor warnings', (name) => {
  const parsed = parsePolicy(read(name), name);
  expect((parsed.ok ? parsed.warnings : parsed.problems).map(formatProblem)).toEqual([]);
});

test('the first week enforces nothing, the shops everything', () => {
  expect(policyOf('first-week.yaml').enforce).toBe(false);
  for (const name of TESTED) expect(policyOf(`${name}.yaml`).enforce).toBe(true);
});

describe.each(TESTED)('%s', (name) => {
  const { policy, tests } = testsOf(name);
  const results = runTests({ policy, tests });

  test.each(results.map((result) => [result.test.name, result] as const))('%s', (_, { checks }) => {
    expect(checks.length).toBeGreaterThan(0);
    expect(checks.flatMap(({ line, differences }) => differences.map((each) => ({ line, ...each })))).toEqual(
      [],
    );
  });

  test('has fifteen examples or more, each with a name of its own', () => {
    expect(tests.length).toBeGreaterThanOrEqual(15);
    expect(new Set(tests.map((each) => each.name)).size).toBe(tests.length);
  });

  test('has an example of every rule that binds, and says why there is such a rule', () => {
    const steps = tests.flatMap((each) => each.steps);
    const expected = steps.map((step) => ('expected' in step ? step.expected?.rule : undefined));
    const rules = [...policy.rules.map(({ id }) => id), 'ceiling'];
    expect(rules.filter((id) => !expected.includes(id))).toEqual([]);
    const comments = read(`${name}.yaml`).match(/^ {4}comment: ./gm) ?? [];
    expect(comments).toHaveLength(policy.rules.length);
  });
});
