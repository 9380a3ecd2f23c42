import { assert } from '../kernel/errors.ts';

/** The key of a shard's hash, `<prefix>:{<shard>}`; built nowhere else. The braces keep a shard in one slot. */
export function shardKey(prefix: string, shard: number): string {
  assert(!/[{}]/.test(prefix), 'a key prefix holds no braces');
  assert(Number.isSafeInteger(shard) && shard >= 0, 'a shard is a whole number from 0');
  return `${prefix}:{${shard}}`;
}

/** The key of the index of what waits in a shard: in the same slot, and never a shard's hash. */
export function dueKey(prefix: string, shard: number): string {
  return `${shardKey(prefix, shard)}:due`;
}

/** Fields of the hash that belong to the store; no entry may be called so. */
export const WATERMARK_FIELD = 'watermark';
export const LOG_FIELD = 'log';
export const AT_FIELD = 'at';
/** How many fields are in the index. */
export const DUE_FIELD = 'due';
export const OWN_FIELDS: ReadonlySet<string> = new Set([WATERMARK_FIELD, LOG_FIELD, AT_FIELD, DUE_FIELD]);
