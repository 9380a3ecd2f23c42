import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { messageOf, TactError } from '../kernel/errors.ts';
import { type AvroSchema, type FoundSchema, parseAvroSchema } from './avro-schema.ts';
import type { Input } from './input.ts';
import { type RegistryAnswer, type RegistrySettings, SchemaRegistry } from './schema-registry.ts';
import { TACT_SCHEMAS, tactSchemaText } from './tact-schema.ts';

/** Where the schemas come from that producers write by. */
export interface SchemaSource {
  /** Fetches the ids not known yet, in parallel. Throws `registry-unreachable`; what was fetched before that stays known. */
  prepare(ids: Iterable<number>): Promise<void>;
  /** Undefined when there is no such schema, or it was not prepared. */
  byId(id: number): FoundSchema | undefined;
  /** The fingerprint as a frame carries it, in hex. */
  byFingerprint(fingerprint: string): FoundSchema | undefined;
}

export interface SchemaSourceOptions {
  /** Whose `schemas` are read; at once, and all of them. */
  readonly inputs?: readonly Pick<Input, 'topic' | 'schemas'>[];
  /** Where relative file names start; the working directory where absent. */
  readonly folder?: string;
  readonly registry?: RegistrySettings;
  readonly clock?: () => number;
}

/** Registries give ids up to here; what one answers about others is no reason to wait. */
const ID_MAX = 2 ** 31 - 1;
/** How long an id that the registry does not know is not asked for again. */
const NOT_FOUND_MS = 30_000;
/** So many unknown ids are remembered; more are asked for again. */
const NOT_FOUND_MAX = 10_000;

/**
 * Tact's own schemas, those in files, and those of a registry where one is configured; a file goes before the registry.
 * Throws `invalid-config` for a file that cannot be read, is no schema, or claims an id that another file has.
 */
export function createSchemaSource(options: SchemaSourceOptions = {}): SchemaSource {
  return new Schemas(options);
}

class Schemas implements SchemaSource {
  readonly #byId = new Map<number, FoundSchema>();
  readonly #byFingerprint = new Map<string, FoundSchema>();
  readonly #notFoundUntil = new Map<number, number>();
  readonly #registry: SchemaRegistry | undefined;
  readonly #clock: () => number;

  constructor({ inputs = [], folder = '.', registry, clock = Date.now }: SchemaSourceOptions) {
    this.#clock = clock;
    this.#registry = registry && new SchemaRegistry(registry);
    for (const name of TACT_SCHEMAS) this.#add(parseAvroSchema(tactSchemaText(name)));
    for (const { topic, schemas } of inputs) {
      for (const file of schemas?.files ?? []) this.#add(readSchemaFile(resolve(folder, file)));
      for (const [id, file] of Object.entries(schemas?.ids ?? {})) {
        this.#addWithId(Number(id), readSchemaFile(resolve(folder, file)), topic);
      }
    }
  }

  async prepare(ids: Iterable<number>): Promise<void> {
    const registry = this.#registry;
    if (!registry) return;
    const missing = [...ids].filter(
      (id) => id <= ID_MAX && !this.#byId.has(id) && !this.#isKnownAsNotFound(id),
    );
    if (missing.length === 0) return;
    await registry.fetchAll(missing, (id, answer) => this.#learn(id, answer));
  }

  byId(id: number): FoundSchema | undefined {
    return this.#byId.get(id);
  }

  byFingerprint(fingerprint: string): FoundSchema | undefined {
    return this.#byFingerprint.get(fingerprint);
  }

  #add(schema: AvroSchema): void {
    this.#byFingerprint.set(schema.fingerprint, { kind: 'avro', schema });
  }

  #addWithId(id: number, schema: AvroSchema, topic: string): void {
    const other = this.#byId.get(id);
    if (other?.kind === 'avro' && other.schema.fingerprint !== schema.fingerprint) {
      throw new TactError('invalid-config', `schemas of input ${topic}: id ${id} has another file already`);
    }
    this.#byId.set(id, { kind: 'avro', schema });
    this.#add(schema);
  }

  #isKnownAsNotFound(id: number): boolean {
    return (this.#notFoundUntil.get(id) ?? 0) > this.#clock();
  }

  #learn(id: number, answer: RegistryAnswer): void {
    if (answer.kind !== 'not-found') {
      this.#byId.set(id, answer);
      return;
    }
    if (this.#notFoundUntil.size >= NOT_FOUND_MAX) this.#notFoundUntil.clear();
    this.#notFoundUntil.set(id, this.#clock() + NOT_FOUND_MS);
  }
}

function readSchemaFile(file: string): AvroSchema {
  try {
    return parseAvroSchema(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new TactError('invalid-config', `schema file ${file}: ${messageOf(error)}`, { cause: error });
  }
}
