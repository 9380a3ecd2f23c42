import { expect, test } from 'vitest';
import { formatProblem, formatProblemWithFrame } from '../../../src/policy/format-problem.ts';
import type { Problem } from '../../../src/policy/problem.ts';

const problem: Problem = {
  severity: 'error',
  code: 'unknown-name',
  file: 'policy.yaml',
  line: 10,
  column: 12,
  path: 'rules[0].for.class',
  message: 'there is no class markting',
  hint: 'did you mean marketing?',
};
const text = `${'\n'.repeat(8)}  - id: a\n    for: { class: markting }\n    gap: 4h\n`;

test('a problem is one line', () => {
  expect(formatProblem(problem)).toBe(
    'policy.yaml:10:12 error rules[0].for.class: there is no class markting',
  );
});

test('about the whole file it has no path', () => {
  expect(formatProblem({ ...problem, path: '', line: 1, column: 1 })).toBe(
    'policy.yaml:1:1 error there is no class markting',
  );
});

test('a frame shows the line between its neighbours, the place, and what to do', () => {
  expect(formatProblemWithFrame(problem, text)).toBe(
    [
      'policy.yaml:10:12 error rules[0].for.class: there is no class markting',
      '   9 |   - id: a',
      '  10 |     for: { class: markting }',
      '     |            ^',
      '  11 |     gap: 4h',
      '  did you mean marketing?',
    ].join('\n'),
  );
});

test('a frame at the start of the file has no line before', () => {
  const first = { ...problem, line: 1, column: 1 };
  expect(formatProblemWithFrame(first, 'a: 1\nb: 2').split('\n').slice(1, 4)).toEqual([
    '  1 | a: 1',
    '    | ^',
    '  2 | b: 2',
  ]);
});
