import type { LogRecord } from '../model/record.ts';
import { createFieldMap, type FieldMap, type OpenedRecord } from './field-map.ts';
import type { Input } from './input.ts';
import { PartDecoder } from './part-decoder.ts';
import type { SchemaSource } from './schema-source.ts';
import { Unreadable } from './unreadable.ts';
import { detectFrame, frameOf } from './wire-format.ts';

/** Opens the records of one input: takes out of key and value what its map asks for, and nothing else. */
export class InputDecoder {
  readonly input: Input;
  readonly map: FieldMap;
  readonly #value: PartDecoder;
  readonly #key: PartDecoder;

  constructor(input: Input, schemas: SchemaSource) {
    this.input = input;
    this.map = createFieldMap(input);
    this.#value = new PartDecoder(this.map.valuePaths, 'VALUE_CONVERTER', schemas);
    this.#key = new PartDecoder(this.map.keyPaths, 'KEY_CONVERTER', schemas);
  }

  /** Adds the schema ids that `open` will ask for. */
  addSchemaIds(record: LogRecord, ids: Set<number>): void {
    if (record.value) addSchemaId(record.value, ids);
    if (record.key && this.map.keyPaths.length > 0) addSchemaId(record.key, ids);
  }

  /** Throws `Unreadable`. */
  open(record: LogRecord): OpenedRecord {
    if (record.value === null)
      throw new Unreadable('null-value', 'VALUE_CONVERTER', 'the record has no value');
    const frame = frameOf(record.value, this.input.format, 'VALUE_CONVERTER');
    return { record, value: this.#value.decode(record.value, frame), key: this.#openKey(record.key) };
  }

  #openKey(key: Buffer | null): readonly unknown[] {
    const { keyPaths, keyAs } = this.map;
    if (key === null || keyPaths.length === 0) return [];
    const frame = keyAs === undefined ? detectFrame(key) : undefined;
    if (frame && frame.format !== 'json') return this.#key.decode(key, frame);
    const whole = wholeKey(key, keyAs);
    const parts = frame ? this.#key.decode(key, frame) : [];
    return keyPaths.map((path, slot) => (path.length === 0 ? whole : parts[slot]));
  }
}

function addSchemaId(bytes: Buffer, ids: Set<number>): void {
  const frame = bytes[0] === 0 ? detectFrame(bytes) : undefined;
  if (frame?.format === 'confluent-avro') ids.add(frame.schemaId);
}

function wholeKey(key: Buffer, as: FieldMap['keyAs']): string | number | bigint {
  if (as === 'int32' && key.length === 4) return key.readInt32BE();
  if (as === 'int64' && key.length === 8) return key.readBigInt64BE();
  if (as === 'int32' || as === 'int64') {
    throw new Unreadable('malformed', 'KEY_CONVERTER', `a key of ${key.length} bytes is no ${as}`);
  }
  return key.toString('utf8');
}
