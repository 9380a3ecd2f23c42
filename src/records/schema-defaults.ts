import type avro from 'avsc';
import { nodeOf } from './avro-tree.ts';

/**
 * A value that an older version of the type wrote, with the defaults of the fields that came later, at any depth. A
 * default of null is left out.
 */
export function withDefaults(value: unknown, type: avro.Type): unknown {
  const node = nodeOf(type);
  if (node.kind === 'array' && Array.isArray(value))
    return value.map((item) => withDefaults(item, node.items));
  if (node.kind !== 'record' || typeof value !== 'object' || value === null) return value;
  const result: Record<string, unknown> = {};
  for (const field of node.fields as readonly avro.types.Field[]) {
    const written = (value as Record<string, unknown>)[field.name];
    const part = withDefaults(written === undefined ? field.defaultValue() : written, field.type);
    if (part !== null && part !== undefined) result[field.name] = part;
  }
  return result;
}
