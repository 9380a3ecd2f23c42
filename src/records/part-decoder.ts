import { type AvroDecoder, createAvroDecoder } from './avro-decoder.ts';
import type { AvroSchema, FoundSchema } from './avro-schema.ts';
import { type FieldPath, type PathTree, pathTree, pick } from './field-path.ts';
import { parseJson } from './json-value.ts';
import type { SchemaSource } from './schema-source.ts';
import { Malformed, Unreadable } from './unreadable.ts';
import type { ConverterStage, Frame } from './wire-format.ts';

/** Far more than any message needs, and few enough for a few milliseconds. */
const BUDGET = { depthMax: 64, itemsMax: 10_000 };

/** Takes what the paths lead to out of a record's key or value. */
export class PartDecoder {
  readonly #paths: readonly FieldPath[];
  readonly #tree: PathTree;
  readonly #stage: ConverterStage;
  readonly #schemas: SchemaSource;
  readonly #decoders = new Map<AvroSchema, AvroDecoder>();

  constructor(paths: readonly FieldPath[], stage: ConverterStage, schemas: SchemaSource) {
    this.#paths = paths;
    this.#tree = pathTree(paths);
    this.#stage = stage;
    this.#schemas = schemas;
  }

  /** The i-th answer is what the i-th path leads to, undefined where it leads nowhere. Throws `Unreadable`. */
  decode(bytes: Buffer, frame: Frame): unknown[] {
    try {
      const schema = frame.format === 'json' ? undefined : this.#avroSchema(this.#find(frame));
      return schema ? this.#decoder(schema)(bytes, frame.bodyAt) : this.#pickFromJson(bytes, frame.bodyAt);
    } catch (error) {
      if (error instanceof Malformed) throw new Unreadable('malformed', this.#stage, error.message);
      throw error;
    }
  }

  #find(frame: Exclude<Frame, { format: 'json' }>): FoundSchema {
    const found =
      frame.format === 'single-object'
        ? this.#schemas.byFingerprint(frame.fingerprint)
        : this.#schemas.byId(frame.schemaId);
    if (found) return found;
    const name =
      frame.format === 'single-object' ? `fingerprint ${frame.fingerprint}` : `id ${frame.schemaId}`;
    throw new Unreadable('unknown-schema', this.#stage, `no schema has the ${name}`);
  }

  /** Undefined where the schema says that the body is JSON. */
  #avroSchema(found: FoundSchema): AvroSchema | undefined {
    if (found.kind === 'unusable') throw new Unreadable('unknown-schema', this.#stage, found.message);
    return found.kind === 'avro' ? found.schema : undefined;
  }

  #decoder(schema: AvroSchema): AvroDecoder {
    let decoder = this.#decoders.get(schema);
    if (!decoder) {
      decoder = createAvroDecoder(schema.type, this.#paths, BUDGET);
      this.#decoders.set(schema, decoder);
    }
    return decoder;
  }

  #pickFromJson(bytes: Buffer, from: number): unknown[] {
    const slots = new Array<unknown>(this.#paths.length);
    pick(parseJson(bytes, from), this.#tree, slots);
    return slots;
  }
}
