import avro from 'avsc';
import { messageOf, TactError } from '../kernel/errors.ts';
import { crc64Avro } from './crc64-avro.ts';

/** A schema that values are written by, parsed once. */
export interface AvroSchema {
  readonly type: avro.Type;
  /** CRC-64-AVRO of its canonical form as single-object frames carry it: eight bytes, little endian, in hex. */
  readonly fingerprint: string;
}

/** What a frame's id or fingerprint stands for. */
export type FoundSchema =
  | { readonly kind: 'avro'; readonly schema: AvroSchema }
  /** The body is JSON, whatever JSON Schema says about it. */
  | { readonly kind: 'json' }
  | { readonly kind: 'unusable'; readonly message: string };

/** A logical type whose values the decoder understands; avsc only has to carry it along. */
export class CarriedType extends avro.types.LogicalType {
  readonly logicalType: string;
  readonly scale: number;

  constructor(schema: avro.Schema, options?: unknown) {
    super(schema, options);
    const { logicalType, scale } = schema as { logicalType: string; scale?: unknown };
    this.logicalType = logicalType;
    this.scale = typeof scale === 'number' ? scale : 0;
  }
}

const logicalTypes = Object.fromEntries(
  ['date', 'timestamp-micros', 'timestamp-nanos', 'decimal'].map((name) => [name, CarriedType]),
);

/** What the layout of bytes depends on; a wrong default or alias in a producer's schema must not make it unusable. */
const STRUCTURE = new Set([
  'type',
  'name',
  'namespace',
  'fields',
  'symbols',
  'items',
  'values',
  'size',
  'logicalType',
  'scale',
]);

/** Parses the JSON text of a schema. `references` are texts of schemas that it names, each after those it names itself. */
export function parseAvroSchema(text: string, references: readonly string[] = []): AvroSchema {
  const options = { registry: {}, logicalTypes, wrapUnions: 'always' as const };
  try {
    for (const reference of references) avro.Type.forSchema(structureOf(reference), { ...options });
    const type = avro.Type.forSchema(structureOf(text), { ...options });
    return { type, fingerprint: fingerprintOf(type).toString('hex') };
  } catch (error) {
    throw new TactError('invalid-config', `not a usable Avro schema: ${messageOf(error)}`, { cause: error });
  }
}

/** The eight bytes by which a single-object frame names the schema. */
export function fingerprintOf(type: avro.Type): Buffer {
  return crc64Avro(Buffer.from(JSON.stringify(type.schema()), 'utf8'));
}

function structureOf(text: string): avro.Schema {
  return JSON.parse(text, function (this: unknown, key: string, value: unknown) {
    return Array.isArray(this) || key === '' || STRUCTURE.has(key) ? value : undefined;
  });
}
