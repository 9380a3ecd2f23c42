import type { Input } from './input.ts';
import { Unreadable } from './unreadable.ts';

/** How bytes are framed, and where the body begins. */
export type Frame =
  | { readonly format: 'confluent-avro'; readonly schemaId: number; readonly bodyAt: number }
  | { readonly format: 'single-object'; readonly fingerprint: string; readonly bodyAt: number }
  | { readonly format: 'json'; readonly bodyAt: number };

/** Kafka Connect's name for the step that fails. */
export type ConverterStage = 'KEY_CONVERTER' | 'VALUE_CONVERTER';

/** Finds out how the bytes are framed, or checks that they are as named. Throws `Unreadable`. */
export function frameOf(bytes: Buffer, named: Input['format'], stage: ConverterStage): Frame {
  const frame = detectFrame(bytes);
  if (frame && (named === undefined || named === frame.format)) return frame;
  if (named !== undefined)
    throw new Unreadable('malformed', stage, `the bytes do not begin as ${named} does`);
  throw new Unreadable(
    'unknown-format',
    stage,
    'the bytes begin neither as Confluent-framed Avro (0), nor as Avro single-object (c3 01), nor as a JSON object',
  );
}

/** The frame that the first bytes speak of; undefined when they speak of none. */
export function detectFrame(bytes: Buffer): Frame | undefined {
  if (bytes[0] === 0 && bytes.length >= 5) {
    return { format: 'confluent-avro', schemaId: bytes.readUInt32BE(1), bodyAt: 5 };
  }
  if (bytes[0] === 0xc3 && bytes[1] === 0x01 && bytes.length >= 10) {
    return { format: 'single-object', fingerprint: bytes.toString('hex', 2, 10), bodyAt: 10 };
  }
  const bodyAt = firstNonSpace(bytes);
  return bytes[bodyAt] === 0x7b ? { format: 'json', bodyAt } : undefined;
}

/** JSON's own white space, and a byte order mark before it. */
function firstNonSpace(bytes: Buffer): number {
  let at = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  for (; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte !== 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d) break;
  }
  return at;
}
