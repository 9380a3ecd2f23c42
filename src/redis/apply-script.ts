import { assert } from '../kernel/errors.ts';
import type { Applied, StateChange } from '../shard/state-store.ts';
import { OWN_FIELDS } from './shard-key.ts';

/**
 * The one write. It is text in a module, not a file of its own, so that it is there wherever the module is. Redis runs a
 * script without interleaving anything, and refuses it at its first write when it may not write at all (read-only, out of
 * memory): either all of it took place or nothing.
 */
export const APPLY_SCRIPT = `\
-- Moves a shard's hash from one watermark to the next, all or nothing.
-- KEYS[1]  the hash
-- ARGV[1]  watermark expected      ARGV[2]  watermark next
-- ARGV[3]  log                     ARGV[4]  at
-- ARGV[5]  n, the number of fields to set
-- ARGV[6 .. 5+2n]  field, value, ...      ARGV[6+2n ..]  fields to remove
-- Reply: the watermark now, 0 where it is another log's. Equal to ARGV[2]: applied, by this call or an earlier copy of it.
local SLICE = 2000 -- arguments to a command: 1,000 pairs; unpack ends near 8,000
local key, next = KEYS[1], ARGV[2]
local log = redis.call('HGET', key, 'log')
if log and log ~= ARGV[3] then return '0' end -- of another changelog: its numbers mean nothing here
local found = redis.call('HGET', key, 'watermark') or '0'
if found == next or found ~= ARGV[1] then return found end
local last = 5 + 2 * tonumber(ARGV[5])
if last > #ARGV then return redis.error_reply('ERR arguments are missing') end
for i = 6, last, SLICE do
  redis.call('HSET', key, unpack(ARGV, i, math.min(i + SLICE - 1, last)))
end
for i = last + 1, #ARGV, SLICE do
  redis.call('HDEL', key, unpack(ARGV, i, math.min(i + SLICE - 1, #ARGV)))
end
redis.call('HSET', key, 'watermark', next, 'log', ARGV[3], 'at', ARGV[4])
return next
`;

/** ARGV of the script. */
export function applyArguments(change: StateChange): (string | Buffer)[] {
  const { expected, next, log, at, entries } = change;
  assert(isOffset(expected) && isOffset(next) && next >= expected, 'a watermark never moves back');
  const set: (string | Buffer)[] = [];
  const removed: string[] = [];
  for (const [field, value] of entries) {
    assert(!OWN_FIELDS.has(field), "the store's own fields are no entries");
    if (value === null) removed.push(field);
    else set.push(field, value);
  }
  return [String(expected), String(next), log, String(at), String(set.length / 2), ...set, ...removed];
}

/** What the script's reply means for this change. */
export function appliedOf(change: StateChange, watermark: number): Applied {
  return watermark === change.next ? { applied: true } : { applied: false, watermark };
}

function isOffset(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}
