import { z } from 'zod';
import { policySchema } from './schema.ts';
import { testFileSchema } from './test-schema.ts';

/** The JSON Schema (draft-07) of a policy as it is written, for editors. Says less than `parsePolicy`, never otherwise. */
export function policyJsonSchema(): Record<string, unknown> {
  return jsonSchemaOf(policySchema);
}

/** The same of a file of policy tests. */
export function testsJsonSchema(): Record<string, unknown> {
  return jsonSchemaOf(testFileSchema);
}

function jsonSchemaOf(schema: z.ZodType): Record<string, unknown> {
  return { ...z.toJSONSchema(schema, { target: 'draft-7', io: 'input' }) };
}

/** Every key that occurs in the language of policies. */
export const policyKeys = onceAsked(policyJsonSchema);

/** Every key that occurs in files of policy tests. */
export const policyTestKeys = onceAsked(testsJsonSchema);

/** The keys in a schema, gathered when somebody asks for them first. */
function onceAsked(schema: () => unknown): () => readonly string[] {
  let keys: readonly string[] | undefined;
  return () => {
    keys ??= [...new Set(keysIn(schema()))];
    return keys;
  };
}

function* keysIn(schema: unknown): Generator<string> {
  if (typeof schema !== 'object' || schema === null) return;
  const { properties } = schema as { properties?: unknown };
  if (typeof properties === 'object' && properties !== null) yield* Object.keys(properties);
  for (const part of Object.values(schema)) yield* keysIn(part);
}
