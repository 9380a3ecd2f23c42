import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { formatProblem } from '../../../src/policy/format-problem.ts';
import { parsePolicy } from '../../../src/policy/parse-policy.ts';

const FOLDER = new URL('../../../deploy/policies/', import.meta.url);
const names = readdirSync(FOLDER).filter((name) => name.endsWith('.yaml'));

test('there are policies to start from', () => {
  expect(names).toContain('first-week.yaml');
  expect(names).toContain('retail-eu.yaml');
});

test.each(names)('%s has no errors', (name) => {
  const parsed = parsePolicy(readFileSync(new URL(name, FOLDER), 'utf8'), name);
  expect(parsed.ok ? [] : parsed.problems.map(formatProblem)).toEqual([]);
});

test('the first week enforces nothing, the shop everything', () => {
  const enforces = (name: string) => {
    const parsed = parsePolicy(readFileSync(new URL(name, FOLDER), 'utf8'), name);
    return parsed.ok && parsed.policy.enforce;
  };
  expect(enforces('first-week.yaml')).toBe(false);
  expect(enforces('retail-eu.yaml')).toBe(true);
});
