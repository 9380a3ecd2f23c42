import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  visit,
} from 'yaml';
import type { ConfigProblem, Place } from './problem.ts';

/** A YAML file with the place of everything in it. */
export interface ConfigDocument {
  readonly value: Readonly<Record<string, unknown>>;
  /** Where the path is written, or the nearest part of it that is. */
  placeOf(path: readonly PropertyKey[], options?: { readonly atKey: boolean }): Place;
  has(path: readonly PropertyKey[]): boolean;
}

type Parsed = { ok: true; document: ConfigDocument } | { ok: false; problems: ConfigProblem[] };

/** Reads YAML 1.2; a text with a mistake in its form gives only the mistakes. */
export function parseConfigDocument(text: string, file: string): Parsed {
  const lines = new LineCounter();
  // Warnings of the library show what stands in the file, and that may be a secret.
  const options = { prettyErrors: false, uniqueKeys: true, logLevel: 'error' } as const;
  const parsed = parseDocument(text, { lineCounter: lines, ...options });
  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { kind: 'file', file, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const refuse = (message: string, offset: number): ConfigProblem => ({
    level: 'error',
    path: '',
    message,
    place: placeAt(offset),
  });
  if (parsed.errors.length > 0) {
    return { ok: false, problems: parsed.errors.map(({ code, pos }) => refuse(syntaxMessage(code), pos[0])) };
  }
  const lost = unresolvedAlias(parsed);
  if (lost !== undefined) return { ok: false, problems: [refuse(syntaxMessage('BAD_ALIAS'), lost)] };
  const value = toValue(parsed);
  if (value === undefined) return { ok: false, problems: [refuse('must be a mapping of fields', 0)] };
  return { ok: true, document: createDocument(parsed, value, placeAt) };
}

function createDocument(
  parsed: Document.Parsed,
  value: Record<string, unknown>,
  placeAt: (offset: number) => Place,
): ConfigDocument {
  return {
    value,
    placeOf(path, { atKey } = { atKey: false }) {
      let step: Step = { node: parsed.contents, offset: 0, keyOffset: 0 };
      for (const part of path) {
        const next = descend(parsed, step.node, part);
        if (next === undefined) break;
        step = next;
      }
      return placeAt(atKey ? step.keyOffset : step.offset);
    },
    has(path) {
      let node: unknown = parsed.contents;
      for (const part of path) {
        const next = descend(parsed, node, part);
        if (next === undefined) return false;
        node = next.node;
      }
      return true;
    },
  };
}

interface Step {
  readonly node: unknown;
  readonly offset: number;
  readonly keyOffset: number;
}

function descend(parsed: Document, from: unknown, part: PropertyKey): Step | undefined {
  const node = isAlias(from) ? from.resolve(parsed) : from;
  if (isSeq(node) && typeof part === 'number') {
    const item = node.items[part];
    const offset = offsetOf(item) ?? 0;
    return item === undefined ? undefined : { node: item, offset, keyOffset: offset };
  }
  if (!isMap(node)) return undefined;
  const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(part));
  if (pair === undefined) return undefined;
  const atKey =
    isMap(pair.value) || pair.value === null || (isScalar(pair.value) && pair.value.value === null);
  const keyOffset = offsetOf(pair.key) ?? 0;
  return { node: pair.value, offset: atKey ? keyOffset : (offsetOf(pair.value) ?? 0), keyOffset };
}

function offsetOf(node: unknown): number | undefined {
  return (node as Node | null)?.range?.[0];
}

/** Where an alias stands that names no anchor: mostly a text that begins with an asterisk. */
function unresolvedAlias(parsed: Document): number | undefined {
  let offset: number | undefined;
  visit(parsed, {
    Alias(_, node) {
      if (node.resolve(parsed) !== undefined) return undefined;
      offset = offsetOf(node) ?? 0;
      return visit.BREAK;
    },
  });
  return offset;
}

function toValue(parsed: Document): Record<string, unknown> | undefined {
  try {
    const value: unknown = parsed.toJS();
    if (value === null || value === undefined) return {};
    return typeof value === 'object' && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

/** The parser's own messages repeat the text around the mistake, which may be a password. */
function syntaxMessage(code: string): string {
  if (code === 'DUPLICATE_KEY') return 'this key stands twice in the same mapping';
  if (code === 'TAB_AS_INDENT') return 'tabs cannot indent YAML: use spaces';
  if (code === 'BAD_INDENT') return 'the indentation does not fit what is above';
  if (code === 'MULTIPLE_DOCS') return 'only one document may stand in the file';
  if (code === 'MISSING_CHAR') return 'a quotation mark or bracket is not closed, or a separator is missing';
  if (code === 'BAD_ALIAS') return 'is not valid YAML: a text that begins with * or & must be put in quotes';
  const name = code.toLowerCase().replaceAll('_', ' ');
  return `is not valid YAML (${name}): put texts with special characters in quotes`;
}
