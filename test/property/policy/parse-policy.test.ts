import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatProblemWithFrame } from '../../../src/policy/format-problem.ts';
import { parsePolicy } from '../../../src/policy/parse-policy.ts';

const valid = readFileSync(
  new URL('../../fixtures/policies/valid-every-feature.yaml', import.meta.url),
  'utf8',
);
const PIECES = [
  '[',
  '{',
  '}',
  ']',
  '- ',
  '? ',
  ': ',
  '&a ',
  '*a ',
  '!!x ',
  '|',
  '"',
  "'",
  '\n',
  '  ',
  '\t',
  '#',
  '1e999',
  '.inf',
  '~',
  '<<: ',
  '---\n',
  '%',
  '\u0000',
  '\ufeff',
  '__proto__: ',
  'null',
];

function check(text: string): void {
  const parsed = parsePolicy(text, 'p.yaml');
  if (parsed.ok) return;
  expect(parsed.problems.length).toBeGreaterThan(0);
  for (const problem of parsed.problems) {
    expect(problem.line >= 1 && problem.column >= 1).toBe(true);
    expect(formatProblemWithFrame(problem, text)).toContain(problem.message);
  }
}

test('any text is answered with a policy or with problems at places', () => {
  fc.assert(fc.property(fc.string({ maxLength: 200 }), check), { numRuns: 200 });
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...PIECES, 'a', 'rules'), { maxLength: 200 }).map((pieces) => pieces.join('')),
      check,
    ),
    {
      numRuns: 300,
    },
  );
});

test('a policy with any piece replaced is answered with a policy or with problems at places', () => {
  fc.assert(
    fc.property(
      fc.nat({ max: valid.length }),
      fc.nat({ max: 20 }),
      fc.constantFrom(...PIECES, '', 'x', '-1'),
      (at, length, piece) => {
        check(valid.slice(0, at) + piece + valid.slice(at + length));
      },
    ),
    { numRuns: 300 },
  );
});
