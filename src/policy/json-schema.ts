import { z } from 'zod';
import { policySchema } from './schema.ts';

/** The JSON Schema (draft-07) of a policy as it is written, for editors. Says less than `parsePolicy`, never otherwise. */
export function policyJsonSchema(): Record<string, unknown> {
  return { ...z.toJSONSchema(policySchema, { target: 'draft-7', io: 'input' }) };
}

let keys: readonly string[] | undefined;

/** Every key that occurs in the language. */
export function policyKeys(): readonly string[] {
  keys ??= [...new Set(keysIn(policyJsonSchema()))];
  return keys;
}

function* keysIn(schema: unknown): Generator<string> {
  if (typeof schema !== 'object' || schema === null) return;
  const { properties } = schema as { properties?: unknown };
  if (typeof properties === 'object' && properties !== null) yield* Object.keys(properties);
  for (const part of Object.values(schema)) yield* keysIn(part);
}
