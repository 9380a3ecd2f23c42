import type { Due, DueEntry } from '../shard/state-store.ts';

/** The read of what is due, one script so that it is one moment. It writes nothing. */
export const DUE_SCRIPT = `\
-- What waits in a shard, and what of it is due.
-- KEYS[1]  the hash                KEYS[2]  the sorted set of what waits: field by due time
-- ARGV[1]  due until, included     ARGV[2]  entries at most            ARGV[3]  bytes of values at most
-- Reply: watermark, how many wait by the hash, how many by the set, the due time of the first that is no entry or '',
-- then field, value for each entry; a value that is missing is nil. One entry is given whatever it takes.
local key, index = KEYS[1], KEYS[2]
local head = redis.call('HMGET', key, 'watermark', 'due')
local reply = { head[1] or '0', head[2] or '0', redis.call('ZCARD', index), '' }
local limit, bytes, entries = tonumber(ARGV[2]), tonumber(ARGV[3]), 0
if limit > 0 then
  local fields = redis.call('ZRANGEBYSCORE', index, '-inf', ARGV[1], 'LIMIT', 0, limit)
  for i, field in ipairs(fields) do
    local value = redis.call('HGET', key, field)
    if value then bytes = bytes - #value end
    if bytes < 0 and i > 1 then break end
    entries = i
    reply[#reply + 1] = field
    reply[#reply + 1] = value
  end
end
reply[4] = redis.call('ZRANGE', index, entries, entries, 'WITHSCORES')[2] or ''
return reply
`;

export type DueReply = readonly (Buffer | number | null)[];

/** What the script's reply says; `watermark` as the script found it. */
export function dueOf([, counted, present, next, ...rest]: DueReply, watermark: number): Due {
  const entries: DueEntry[] = [];
  let isWhole = Number(counted) === Number(present);
  for (let i = 0; i + 1 < rest.length; i += 2) {
    const value = rest[i + 1];
    if (Buffer.isBuffer(value)) entries.push({ field: String(rest[i]), value });
    else isWhole = false;
  }
  const nextDueAt = String(next);
  return {
    watermark,
    entries,
    waiting: Number(present),
    ...(nextDueAt !== '' && { nextDueAt: Number(nextDueAt) }),
    isWhole,
  };
}
