import { z } from 'zod';
import type { FieldMeta } from './field-schemas.ts';
import { configSchema } from './schema.ts';

/** One field that can be set, as the schema describes it. */
export interface Field {
  readonly path: readonly string[];
  /** The environment variable that overrides it. */
  readonly variable: string;
  /** `structure` is anything that is not one value or a list of texts; the environment gives it as JSON or YAML. */
  readonly type: 'text' | 'integer' | 'boolean' | 'choice' | 'list' | 'structure';
  readonly description: string;
  /** Absent: no default, or one that `defaultText` tells. */
  readonly default?: unknown;
  readonly defaultText?: string;
  readonly choices?: readonly string[];
  readonly min?: number;
  readonly max?: number;
  readonly unit?: FieldMeta['unit'];
  readonly secret: boolean;
}

/** The part of a JSON Schema that is read here. */
interface Node extends Partial<FieldMeta> {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly items?: Node;
  readonly additionalProperties?: Node | boolean;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly default?: unknown;
}

const root = z.toJSONSchema(configSchema, { io: 'input', unrepresentable: 'any' }) as Node;
const fields = walk(root, []);

/** Every field, in the order of the schema. */
export function listFields(): readonly Field[] {
  return fields;
}

/** The keys that may stand at a path; empty where any key may, or none. */
export function keysAt(path: readonly PropertyKey[]): readonly string[] {
  return Object.keys(nodeAt(path)?.properties ?? {});
}

/** True for a path whose value is a section: a mapping with keys of its own. */
export function isSection(path: readonly PropertyKey[]): boolean {
  return nodeAt(path)?.properties !== undefined;
}

/** True where the value must not be shown. A path that the schema does not know counts as secret. */
export function isSecret(path: readonly PropertyKey[]): boolean {
  const node = nodeAt(path);
  return node === undefined || node.secret === true;
}

/** `TACT_KAFKA_SESSION_TIMEOUT_MS` for `kafka.sessionTimeoutMs`. */
export function variableOf(path: readonly string[]): string {
  return `TACT_${path.map((part) => part.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()).join('_')}`;
}

function nodeAt(path: readonly PropertyKey[]): Node | undefined {
  let node: Node | undefined = root;
  for (const part of path) {
    if (typeof part === 'number') node = node?.items;
    else if (node?.properties)
      node = Object.hasOwn(node.properties, part) ? node.properties[String(part)] : undefined;
    else node = typeof node?.additionalProperties === 'object' ? node.additionalProperties : undefined;
  }
  return node;
}

function walk(node: Node, path: readonly string[]): readonly Field[] {
  if (!node.properties) return [toField(node, path)];
  return Object.entries(node.properties).flatMap(([name, child]) => walk(child, [...path, name]));
}

function toField(node: Node, path: readonly string[]): Field {
  const { description = '', unit, secret = false, defaultText, minimum, maximum } = node;
  return {
    path,
    variable: variableOf(path),
    type: typeOf(node),
    description,
    secret,
    ...(node.default === undefined ? {} : { default: node.default }),
    ...(defaultText === undefined ? {} : { defaultText }),
    ...(node.enum === undefined ? {} : { choices: node.enum }),
    ...(minimum === undefined ? {} : { min: minimum }),
    ...(maximum === undefined ? {} : { max: maximum }),
    ...(unit === undefined ? {} : { unit }),
  };
}

function typeOf(node: Node): Field['type'] {
  if (node.enum) return 'choice';
  if (node.type === 'string') return 'text';
  if (node.type === 'integer') return 'integer';
  if (node.type === 'boolean') return 'boolean';
  return node.type === 'array' && node.items?.type === 'string' ? 'list' : 'structure';
}
