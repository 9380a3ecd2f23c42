import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { formatProblem } from '../../../src/policy/format-problem.ts';
import { parsePolicy } from '../../../src/policy/parse-policy.ts';
import { parseTests } from '../../../src/policy/parse-tests.ts';
import { runTests, type TestResult } from '../../../src/policy/run-tests.ts';

const FOLDER = new URL('../../fixtures/capabilities/', import.meta.url);
const read = (name: string) => readFileSync(new URL(name, FOLDER), 'utf8');
const themes = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.tests.yaml'))
  .map((name) => name.replace('.tests.yaml', ''));

function policyOf(name: string) {
  const parsed = parsePolicy(read(name), name);
  if (!parsed.ok) throw new Error(parsed.problems.map(formatProblem).join('\n'));
  return parsed.policy;
}

function suiteOf(theme: string) {
  const name = `${theme}.tests.yaml`;
  const parsed = parseTests(read(name), name, (file) => ({ ok: true, policy: policyOf(file) }));
  if (!parsed.ok) throw new Error(parsed.problems.map(formatProblem).join('\n'));
  return parsed.suite;
}

/** What differs, in the words of the file. */
function differencesOf({ checks }: TestResult) {
  return checks.flatMap(({ line, differences }) =>
    differences.map(({ field, expected, got }) => ({
      line,
      field,
      expected: told(expected),
      got: told(got),
    })),
  );
}

function told(value: string | number | undefined) {
  return typeof value === 'number' ? new Date(value).toISOString() : value;
}

test('every policy has its examples', () => {
  const policies = readdirSync(FOLDER).filter((name) => !name.endsWith('.tests.yaml'));
  expect(policies).toEqual(themes.map((theme) => `${theme}.yaml`));
  expect(themes.length).toBeGreaterThan(8);
});

describe.each(themes)('%s', (theme) => {
  const { policy, tests } = suiteOf(theme);
  const results = runTests({ policy, tests });

  test.each(results.map((result) => [result.test.name, result] as const))('%s', (_, result) => {
    expect(result.checks.length).toBeGreaterThan(0);
    expect(differencesOf(result)).toEqual([]);
  });

  test('names each promise once', () => {
    expect(new Set(tests.map(({ name }) => name)).size).toBe(tests.length);
  });

  test('shows every rule block something', () => {
    const findings = results.flatMap(({ checks }) =>
      checks.flatMap(({ decision }) => decision?.findings ?? []),
    );
    const blocking = findings.filter(({ verdict }) => verdict === 'blocks').map(({ rule }) => rule);
    expect(policy.rules.map(({ id }) => id).filter((id) => !blocking.includes(id))).toEqual([]);
  });
});
