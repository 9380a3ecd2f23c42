import { Malformed } from './unreadable.ts';

/** Objects and lists within one another; what is nested deeper is malformed. */
const DEPTH_MAX = 64;
/** Text this short cannot nest deeply enough to matter. */
const SHORT_BYTES = 512;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Parses the JSON that begins at an offset and ends with the buffer. Throws `Malformed`; the text is in no message. */
export function parseJson(bytes: Buffer, from: number): unknown {
  if (bytes.length > SHORT_BYTES) refuseDeepNesting(bytes, from);
  try {
    return JSON.parse(bytes.toString('utf8', from));
  } catch {
    throw new Malformed('not JSON');
  }
}

function refuseDeepNesting(bytes: Buffer, from: number): void {
  let depth = 0;
  for (let at = from; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === QUOTE) at = endOfText(bytes, at);
    else if (byte === 0x7b || byte === 0x5b) depth++;
    else if (byte === 0x7d || byte === 0x5d) depth--;
    if (depth > DEPTH_MAX) throw new Malformed('objects and lists are nested too deeply');
  }
}

function endOfText(bytes: Buffer, from: number): number {
  let at = from + 1;
  while (at < bytes.length && bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH ? 2 : 1;
  return at;
}
