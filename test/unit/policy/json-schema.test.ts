import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { policyJsonSchema } from '../../../src/policy/json-schema.ts';
import { RULE_KIND_NAMES } from '../../../src/rules/kinds.ts';

const PATH = new URL('../../../schemas/policy.schema.json', import.meta.url);
const UPDATE =
  'UPDATE_DOCS=1 npx vitest run --config test/vitest.config.ts --project pure test/unit/policy && npm run format';

test('the committed JSON Schema is what the rules say', () => {
  const generated = JSON.parse(JSON.stringify(policyJsonSchema()));
  if (process.env.UPDATE_DOCS !== undefined) writeFileSync(PATH, `${JSON.stringify(generated, null, 2)}\n`);
  const committed = JSON.parse(readFileSync(PATH, 'utf8'));
  expect(committed, `schemas/policy.schema.json is stale; run: ${UPDATE}`).toEqual(generated);
});

test('the JSON Schema has every rule kind, as draft-07', () => {
  const text = JSON.stringify(policyJsonSchema());
  for (const kind of RULE_KIND_NAMES) expect(text).toContain(`"${kind}":{`);
  expect(policyJsonSchema().$schema).toBe('http://json-schema.org/draft-07/schema#');
});
