import type { Secret } from './secret.ts';

const BYTES_MIN = 32;

/** Everybody knows it: it hides nobody. One fixed key, because a key that changes makes every customer a new one. */
export const DEVELOPMENT_KEY = 'tact development key, known to everybody, for trials only';

/**
 * The bytes of a key: of an even number of hexadecimal digits, else of base64 or base64url, where that gives 32 bytes or
 * more; else those of the text itself. Undefined for fewer than 32 bytes.
 */
export function keyBytes(key: Secret): Buffer | undefined {
  const text = key.reveal().trim();
  const candidates = [
    /^([0-9a-f]{2})+$/i.test(text) ? Buffer.from(text, 'hex') : undefined,
    /^[A-Za-z0-9+/_-]+={0,2}$/.test(text) ? Buffer.from(text, 'base64') : undefined,
    Buffer.from(text, 'utf8'),
  ];
  return candidates.find((bytes) => bytes !== undefined && bytes.length >= BYTES_MIN);
}
