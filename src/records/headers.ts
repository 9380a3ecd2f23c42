import type { Header } from '../model/record.ts';

/** The headers that Tact writes. A producer's own header with such a name, in any case, never passes. */
export const TACT_HEADERS = {
  decisionId: 'tact-decision-id',
  policy: 'tact-policy',
  decidedAt: 'tact-decided-at',
  source: 'tact-source',
  why: 'tact-why',
  tier: 'tact-tier',
  waitingSince: 'tact-waiting-since',
  droppedBytes: 'tact-dropped-bytes',
} as const;

const TACT_PREFIX = /^tact-/i;
const CONNECT_PREFIX = '__connect.errors.';
/** As long as the W3C recommendation asks systems to pass on. */
const TRACE_BYTES_MAX = 512;
const TRACE_NAMES = new Set(['traceparent', 'tracestate']);

/** A header with text as its value. */
export function textHeader(name: string, text: string): Header {
  return { name, value: Buffer.from(text, 'utf8') };
}

/** The producer's headers in their order, duplicates and null values included, without forged `tact-*` ones. */
export function producerHeaders(headers: readonly Header[]): Header[] {
  return headers.filter(({ name }) => !TACT_PREFIX.test(name));
}

/** As `producerHeaders`, also without the errors of an earlier dead letter. */
export function deadLetterBaseHeaders(headers: readonly Header[]): Header[] {
  return producerHeaders(headers).filter(({ name }) => !name.startsWith(CONNECT_PREFIX));
}

/** The headers that tie a record to a trace, unless they are too long to be that. */
export function traceHeaders(headers: readonly Header[]): Header[] {
  return headers.filter(
    ({ name, value }) => TRACE_NAMES.has(name) && (value?.length ?? 0) <= TRACE_BYTES_MAX,
  );
}

/** The value of the last header with this exact name; undefined when there is none or it has no value. */
export function lastHeader(headers: readonly Header[], name: string): Buffer | undefined {
  for (let i = headers.length - 1; i >= 0; i--) {
    const header = headers[i];
    if (header?.name === name) return header.value ?? undefined;
  }
  return undefined;
}

/** What the names and values of the headers take, in bytes. */
export function headerBytes(headers: readonly Header[]): number {
  return headers.reduce(
    (bytes, { name, value }) => bytes + Buffer.byteLength(name) + (value?.length ?? 0),
    0,
  );
}
