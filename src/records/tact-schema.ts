import { readFileSync } from 'node:fs';
import avro from 'avsc';
import { fingerprintOf } from './avro-schema.ts';

/** The schemas of `schemas/*.avsc`. */
export const TACT_SCHEMAS = [
  'OutboundMessage',
  'Interaction',
  'Decision',
  'CustomerState',
  'Deferral',
] as const;
export type TactSchemaName = (typeof TACT_SCHEMAS)[number];
/** Texts of older versions, which are still read. */
type OldSchemaName = 'CustomerState.v1' | 'CustomerState.v2';

/** One of Tact's own schemas, to write values by: an absent field takes its default. */
export interface TactSchema {
  readonly type: avro.Type;
  /** What a single-object value by this schema begins with: the marker and the fingerprint, ten bytes. */
  readonly singleObjectPrefix: Buffer;
}

/** Reads one of Tact's own schemas from the files that are installed with it. */
export function readTactSchema(name: TactSchemaName): TactSchema {
  const type = avro.Type.forSchema(JSON.parse(tactSchemaText(name)), { omitRecordMethods: true });
  return { type, singleObjectPrefix: Buffer.concat([Buffer.of(0xc3, 0x01), fingerprintOf(type)]) };
}

/** The text of one of Tact's own schemas. */
export function tactSchemaText(name: TactSchemaName | OldSchemaName): string {
  return readFileSync(new URL(`../../schemas/${name}.avsc`, import.meta.url), 'utf8');
}
