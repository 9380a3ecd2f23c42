import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { policyJsonSchema, testsJsonSchema } from '../../../src/policy/json-schema.ts';
import { RULE_KIND_NAMES } from '../../../src/rules/kinds.ts';

const UPDATE =
  'UPDATE_DOCS=1 npx vitest run --config test/vitest.config.ts --project pure test/unit/policy && npm run format';

test.each([
  ['policy.schema.json', policyJsonSchema],
  ['policy-tests.schema.json', testsJsonSchema],
])('the committed %s is what the code says', (name, generate) => {
  const path = new URL(`../../../schemas/${name}`, import.meta.url);
  const generated = JSON.parse(JSON.stringify(generate()));
  if (process.env.UPDATE_DOCS !== undefined) writeFileSync(path, `${JSON.stringify(generated, null, 2)}\n`);
  const committed = JSON.parse(readFileSync(path, 'utf8'));
  expect(committed, `schemas/${name} is stale; run: ${UPDATE}`).toEqual(generated);
});

test('the JSON Schema has every rule kind, as draft-07', () => {
  const text = JSON.stringify(policyJsonSchema());
  for (const kind of RULE_KIND_NAMES) expect(text).toContain(`"${kind}":{`);
  expect(policyJsonSchema().$schema).toBe('http://json-schema.org/draft-07/schema#');
});
