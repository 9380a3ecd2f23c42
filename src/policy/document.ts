import {
  type Document,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Pair,
  parseDocument,
  type Scalar,
} from 'yaml';
import { messageOf } from '../kernel/errors.ts';
import type { Complaint, Path } from './problem.ts';
import { DEPTH_MAX, type Refusal, scan } from './scan.ts';

/** A file as YAML: what it says, and where. */
export interface ReadDocument {
  /** Undefined when it cannot be read at all. */
  readonly value: unknown;
  readonly complaints: readonly Complaint[];
  /** Where the complaint is about; the nearest thing around it where what it is about is missing. */
  place(complaint: Complaint): { readonly line: number; readonly column: number };
}

/**
 * Reads YAML 1.2, core schema, one document, numbers in plain digits, without anchors, aliases and tags; at most
 * `kilobytesMax` of UTF-8.
 */
export function readDocument(text: string, kilobytesMax: number): ReadDocument {
  if (Buffer.byteLength(text) > kilobytesMax * 1024) {
    const message = `the file is larger than ${kilobytesMax} kB`;
    return unreadable({ code: 'too-large', offset: 0, message }, new LineCounter());
  }
  const lines = new LineCounter();
  try {
    const refusal = scan(text);
    const document = parseDocument(refusal === undefined ? text : '', PARSE_OPTIONS(lines));
    return refusal === undefined ? documentOf(document, lines) : unreadable(refusal, linesOf(text));
  } catch (error) {
    return unreadable(
      { code: 'yaml', offset: 0, message: `not readable as YAML: ${messageOf(error)}` },
      lines,
    );
  }
}

const PARSE_OPTIONS = (lineCounter: LineCounter) =>
  ({ lineCounter, version: '1.2', schema: 'core', prettyErrors: false, logLevel: 'error' }) as const;

function linesOf(text: string): LineCounter {
  const lines = new LineCounter();
  lines.addNewLine(0);
  for (let i = text.indexOf('\n'); i >= 0; i = text.indexOf('\n', i + 1)) lines.addNewLine(i + 1);
  return lines;
}

function unreadable(refusal: Refusal, lines: LineCounter): ReadDocument {
  return {
    value: undefined,
    complaints: [{ ...refusal, path: [] }],
    place: () => placeOf(refusal.offset, lines),
  };
}

function placeOf(offset: number, lines: LineCounter): { line: number; column: number } {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(line, 1), column: Math.max(col, 1) };
}

function documentOf(document: Document.Parsed, lines: LineCounter): ReadDocument {
  const faults = [...document.errors, ...document.warnings];
  const syntax = faults.map(
    ({ message, pos }): Complaint => ({
      code: 'yaml',
      path: [],
      offset: pos[0],
      message: lowerFirst(message),
    }),
  );
  // A key written twice leaves a readable document; anything else leaves a guess.
  const readable = faults.every(({ code }) => code === 'DUPLICATE_KEY');
  const complaints = readable ? [...walk(document.contents, [])] : [];
  const refused = complaints.some(({ code }) => code === 'yaml');
  return {
    value: readable && !refused ? document.toJS() : undefined,
    complaints: [...syntax, ...complaints],
    place: ({ offset, path, at }) => placeOf(offset ?? offsetOf(document.contents, path, at), lines),
  };
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

function* walk(node: unknown, path: Path): Generator<Complaint> {
  if (path.length > DEPTH_MAX) {
    yield { code: 'yaml', path, message: `nested more than ${DEPTH_MAX} deep` };
  } else if (isMap(node)) {
    for (const pair of node.items) yield* walkPair(pair, path);
  } else if (isSeq(node)) {
    for (const [i, item] of node.items.entries()) yield* walk(item, [...path, i]);
  } else if (isScalar(node) && typeof node.value === 'number' && !isPlain(node)) {
    const message = `expected a whole number in plain digits, got ${node.source ?? node.value}`;
    yield { code: 'number', path, message };
  }
}

function* walkPair({ key, value }: Pair, path: Path): Generator<Complaint> {
  const name = isScalar(key) ? key.value : undefined;
  if (typeof name === 'string' && name !== '__proto__') yield* walk(value, [...path, name]);
  else yield { code: 'yaml', path, ...offsetAt(key), message: 'expected text as a key' };
}

function isPlain({ source }: Scalar): boolean {
  return source !== undefined && /^(0|-?[1-9][0-9]*)$/.test(source);
}

function offsetAt(node: unknown): { offset?: number } {
  const range = isScalar(node) || isMap(node) || isSeq(node) ? node.range : undefined;
  // What is not written has a place without extent.
  return range && range[1] > range[0] ? { offset: range[0] } : {};
}

function offsetOf(root: unknown, path: Path, at: 'key' | undefined): number {
  let node = root;
  let offset = offsetAt(root).offset ?? 0;
  for (const [i, step] of path.entries()) {
    const pair = isMap(node) ? node.items.find(({ key }) => isScalar(key) && key.value === step) : undefined;
    const next = isSeq(node) && typeof step === 'number' ? node.items[step] : pair?.value;
    if (next === undefined && pair === undefined) return offset;
    const meant = at === 'key' && i === path.length - 1 ? pair?.key : next;
    // Where a key has no value, the key is meant.
    offset = offsetAt(meant).offset ?? offsetAt(pair?.key).offset ?? offset;
    node = next;
  }
  return offset;
}
