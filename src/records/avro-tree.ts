import type avro from 'avsc';
import { CarriedType } from './avro-schema.ts';

/** A type of a schema as the decoder walks it. */
export type AvroNode =
  | { readonly kind: 'null' | 'boolean' | 'int' | 'long' | 'float' | 'double' | 'bytes' | 'string' }
  | { readonly kind: 'fixed'; readonly size: number }
  | { readonly kind: 'enum'; readonly symbols: readonly string[] }
  | { readonly kind: 'array'; readonly items: avro.Type }
  | { readonly kind: 'map'; readonly values: avro.Type }
  | { readonly kind: 'union'; readonly branches: readonly avro.Type[] }
  | {
      readonly kind: 'record';
      readonly fields: readonly { readonly name: string; readonly type: avro.Type }[];
    }
  | {
      readonly kind: 'logical';
      readonly name: string;
      readonly scale: number;
      readonly underlying: avro.Type;
    };

/** What kind of type it is, and its parts. */
export function nodeOf(type: avro.Type): AvroNode {
  if (type instanceof CarriedType) {
    return { kind: 'logical', name: type.logicalType, scale: type.scale, underlying: type.underlyingType };
  }
  switch (type.typeName) {
    case 'record':
    case 'error':
      return { kind: 'record', fields: (type as avro.types.RecordType).fields };
    case 'array':
      return { kind: 'array', items: (type as avro.types.ArrayType).itemsType };
    case 'map':
      return { kind: 'map', values: (type as avro.types.MapType).valuesType };
    case 'enum':
      return { kind: 'enum', symbols: (type as avro.types.EnumType).symbols };
    case 'fixed':
      return { kind: 'fixed', size: (type as avro.types.FixedType).size };
    case 'union:wrapped':
    case 'union:unwrapped':
      return { kind: 'union', branches: (type as avro.types.WrappedUnionType).types };
    case 'abstract:long':
      return { kind: 'long' };
    default:
      return {
        kind: type.typeName as 'null' | 'boolean' | 'int' | 'long' | 'float' | 'double' | 'bytes' | 'string',
      };
  }
}

const known = new WeakMap<avro.Type, boolean>();

/** Whether every value of the type takes no byte at all; of such items a few bytes can claim any number. */
export function takesNoBytes(type: avro.Type): boolean {
  const answer = known.get(type);
  if (answer !== undefined) return answer;
  // A record that contains itself without a choice has no end, and so takes bytes; it is asked again here only then.
  known.set(type, false);
  const result = holdsNothing(nodeOf(type));
  known.set(type, result);
  return result;
}

function holdsNothing(node: AvroNode): boolean {
  switch (node.kind) {
    case 'null':
      return true;
    case 'fixed':
      return node.size === 0;
    case 'logical':
      return takesNoBytes(node.underlying);
    case 'record':
      return node.fields.every((field) => takesNoBytes(field.type));
    default:
      return false;
  }
}
