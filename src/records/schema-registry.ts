import { messageOf, TactError } from '../kernel/errors.ts';
import { type FoundSchema, parseAvroSchema } from './avro-schema.ts';

export interface RegistrySettings {
  /** Base of the addresses, such as `https://registry.example.com`; a path in it is kept, a user in it is taken for `username`. */
  readonly url: string;
  readonly username?: string;
  readonly password?: string;
  /** For one request; 5,000 where absent. */
  readonly timeoutMs?: number;
}

export type RegistryAnswer = FoundSchema | { readonly kind: 'not-found' };

interface SchemaReference {
  readonly subject: string;
  readonly version: number;
}

interface RegisteredSchema {
  readonly schema: string;
  readonly schemaType: string;
  readonly references: readonly SchemaReference[];
}

const TIMEOUT_MS = 5_000;
const PARALLEL = 8;
const REFERENCES_MAX = 64;
const BODY_BYTES_MAX = 4 * 1024 * 1024;

/** Reads a Confluent-compatible schema registry over HTTP. Only the configured address is ever asked. */
export class SchemaRegistry {
  readonly #base: URL;
  readonly #timeoutMs: number;
  readonly #headers: Record<string, string>;

  constructor({ url, username, password = '', timeoutMs = TIMEOUT_MS }: RegistrySettings) {
    this.#base = new URL(url.replace(/\/*$/, '/'));
    const user = username ?? decodeURIComponent(this.#base.username);
    const secret = username === undefined ? decodeURIComponent(this.#base.password) : password;
    this.#base.username = '';
    this.#base.password = '';
    this.#timeoutMs = timeoutMs;
    this.#headers = {
      accept: 'application/vnd.schemaregistry.v1+json, application/json',
      ...(user === ''
        ? {}
        : { authorization: `Basic ${Buffer.from(`${user}:${secret}`).toString('base64')}` }),
    };
  }

  /** Fetches the ids, several at a time, and tells each answer as it comes. Throws `registry-unreachable`. */
  async fetchAll(ids: readonly number[], tell: (id: number, answer: RegistryAnswer) => void): Promise<void> {
    const queue = [...ids];
    const fetchOn = async () => {
      for (let id = queue.pop(); id !== undefined; id = queue.pop()) tell(id, await this.fetchSchema(id));
    };
    try {
      await Promise.all(Array.from({ length: Math.min(PARALLEL, ids.length) }, fetchOn));
    } finally {
      queue.length = 0;
    }
  }

  /** The schema with the id and those it refers to. Throws `registry-unreachable`. */
  async fetchSchema(id: number): Promise<RegistryAnswer> {
    const registered = await this.#get(`schemas/ids/${id}`);
    if (!registered) return { kind: 'not-found' };
    if (registered.schemaType === 'JSON') return { kind: 'json' };
    if (registered.schemaType !== 'AVRO') {
      return unusable(id, `is ${registered.schemaType}; AVRO and JSON are read`);
    }
    const texts = new Map<string, string>();
    const complete = await this.#collect(registered.references, texts);
    if (!complete) return unusable(id, 'refers to a schema that the registry does not have, or to too many');
    return parsed(id, registered.schema, [...texts.values()]);
  }

  /** Collects the texts of the references, those first that others refer to; false when one is missing or there are too many. */
  async #collect(references: readonly SchemaReference[], texts: Map<string, string>): Promise<boolean> {
    for (const { subject, version } of references) {
      const path = `subjects/${encodeURIComponent(subject)}/versions/${version}`;
      if (texts.has(path)) continue;
      if (texts.size >= REFERENCES_MAX) return false;
      texts.set(path, '');
      const registered = await this.#get(path);
      if (!registered || !(await this.#collect(registered.references, texts))) return false;
      texts.delete(path);
      texts.set(path, registered.schema);
    }
    return true;
  }

  /** Undefined when the registry answers that there is none. */
  async #get(path: string): Promise<RegisteredSchema | undefined> {
    const { status, body } = await this.#request(path);
    const fields = objectOf(body);
    if (status === 200 && typeof fields?.schema === 'string') return registeredSchema(fields, fields.schema);
    if (status === 404 && typeof fields?.error_code === 'number' && fields.error_code > 40_400)
      return undefined;
    throw this.#unreachable(`answered ${path} with status ${status}${hintAt(status)}`);
  }

  async #request(path: string): Promise<{ status: number; body: string }> {
    try {
      const response = await fetch(new URL(path, this.#base), {
        headers: this.#headers,
        redirect: 'error',
        signal: AbortSignal.timeout(this.#timeoutMs),
      });
      return { status: response.status, body: await textWithin(response, BODY_BYTES_MAX) };
    } catch (error) {
      throw this.#unreachable(`did not answer ${path}: ${reasonOf(error)}`, error);
    }
  }

  #unreachable(what: string, cause?: unknown): TactError {
    return new TactError('registry-unreachable', `schema registry ${this.#base.host} ${what}`, { cause });
  }
}

function parsed(id: number, text: string, references: readonly string[]): FoundSchema {
  try {
    return { kind: 'avro', schema: parseAvroSchema(text, references) };
  } catch (error) {
    return unusable(id, `cannot be used: ${messageOf(error)}`);
  }
}

function unusable(id: number, what: string): FoundSchema {
  return { kind: 'unusable', message: `schema ${id} ${what}` };
}

function registeredSchema(fields: Record<string, unknown>, schema: string): RegisteredSchema {
  const references = Array.isArray(fields.references) ? fields.references : [];
  return {
    schema,
    schemaType: typeof fields.schemaType === 'string' ? fields.schemaType : 'AVRO',
    references: references.map(({ subject, version }) => ({
      subject: String(subject),
      version: Number(version),
    })),
  };
}

function objectOf(body: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

async function textWithin(response: Response, bytesMax: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > bytesMax) throw new Error(`an answer of more than ${bytesMax} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error ? cause.message : messageOf(error);
}

function hintAt(status: number): string {
  if (status === 401 || status === 403) return '; check user name and password';
  return status === 404 || status === 200 ? '; is the address that of a schema registry?' : '';
}
