import { assert } from '../kernel/errors.ts';
import type { Applied, StateChange } from '../shard/state-store.ts';
import { OWN_FIELDS } from './shard-key.ts';

/**
 * The one write. It is text in a module, not a file of its own, so that it is there wherever the module is. Redis runs a
 * script without interleaving anything, and refuses it at its first write when it may not write at all (read-only, out of
 * memory): either all of it took place or nothing. Nothing is rolled back after an error, so whatever can fail on what is
 * there (a key of another type) comes before the first write of anything else.
 */
export const APPLY_SCRIPT = `\
-- Moves a shard's hash from one watermark to the next, all or nothing.
-- KEYS[1]  the hash                KEYS[2]  the sorted set of what waits: field by due time
-- ARGV[1]  watermark expected      ARGV[2]  watermark next
-- ARGV[3]  log                     ARGV[4]  at
-- ARGV[5]  s, fields to set        ARGV[6]  r, fields to remove        ARGV[7]  w, fields that wait
-- ARGV[8 ..]  s times field, value; r times field; w times due time, field; then the fields that wait no longer
-- Reply: the watermark now, 0 where it is another log's. Equal to ARGV[2]: applied, by this call or an earlier copy of it.
local SLICE = 2000 -- arguments to a command: 1,000 pairs; unpack ends near 8,000
local key, index, next = KEYS[1], KEYS[2], ARGV[2]
local log = redis.call('HGET', key, 'log')
if log and log ~= ARGV[3] then return '0' end -- of another changelog: its numbers mean nothing here
local found = redis.call('HGET', key, 'watermark') or '0'
if found == next or found ~= ARGV[1] then return found end
local set = 7 + 2 * tonumber(ARGV[5])
local removed = set + tonumber(ARGV[6])
local due = removed + 2 * tonumber(ARGV[7])
if due > #ARGV then return redis.error_reply('ERR arguments are missing') end
local function slices(command, target, first, last)
  local sum = 0
  for i = first, last, SLICE do
    sum = sum + redis.call(command, target, unpack(ARGV, i, math.min(i + SLICE - 1, last)))
  end
  return sum
end
if removed < #ARGV then
  local waiting = tonumber(redis.call('HGET', key, 'due') or '0') or 0
  -- By what went in and out, never by what is there: else the loss of the index would be written down as its size.
  waiting = waiting + slices('ZADD', index, removed + 1, due) - slices('ZREM', index, due + 1, #ARGV)
  redis.call('HSET', key, 'due', waiting)
end
slices('HSET', key, 8, set)
slices('HDEL', key, set + 1, removed)
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
  const { waiting, over } = dueArguments(change);
  const counts = [set.length / 2, removed.length, waiting.length / 2];
  const head = [String(expected), String(next), log, String(at), ...counts.map(String)];
  return [...head, ...set, ...removed, ...waiting, ...over];
}

function dueArguments({ due }: StateChange): { waiting: string[]; over: string[] } {
  const waiting: string[] = [];
  const over: string[] = [];
  for (const [field, at] of due) {
    if (at === null) over.push(field);
    else waiting.push(String(at), field);
  }
  return { waiting, over };
}

/** What the script's reply means for this change. */
export function appliedOf(change: StateChange, watermark: number): Applied {
  return watermark === change.next ? { applied: true } : { applied: false, watermark };
}

function isOffset(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}
