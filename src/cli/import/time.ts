import type { Instant } from '../../kernel/time.ts';
import { offsetSpan } from '../../model/zone-offset.ts';

/** A time as an export writes it, and whether it said itself where its clocks stand. */
export interface ImportedTime {
  readonly at: Instant;
  readonly zoned: boolean;
}

const DIGITS = /^\d{9,14}(\.\d+)?$/;
const ZONED = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?) ?(Z|UTC|[+-]\d\d(?::?\d\d)?)$/i;
const LOCAL = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.\d{1,9})?)?)?$/;
const DOTTED = /^(\d\d?)\.(\d\d?)\.(\d{4})(?:,? (\d\d):(\d\d)(?::(\d\d))?)?$/;

/**
 * Reads `2026-03-10T09:00:00Z`, the same with another offset or with a blank, without an offset as the clocks of `zone`
 * show it, a date as its midnight, `10.03.2026 09:00`, and seconds or milliseconds since 1970. Undefined for anything
 * else; 3/10/2026 is anything else, since nobody can tell its month from its day.
 */
export function parseTime(raw: unknown, zone: string): ImportedTime | undefined {
  const text = typeof raw === 'number' ? String(raw) : typeof raw === 'string' ? raw.trim() : '';
  if (DIGITS.test(text)) {
    const number = Number(text);
    // Eleven digits of seconds are the year 5138; of milliseconds they are 1973.
    return { at: Math.floor(number < 100_000_000_000 ? number * 1_000 : number), zoned: true };
  }
  const [, date, clock, offset] = ZONED.exec(text) ?? [];
  if (date !== undefined) return instantOf(Date.parse(`${date}T${clock}${isoOffset(offset ?? 'Z')}`), true);
  const [, year, month, day, ...time] = LOCAL.exec(text) ?? [];
  if (year !== undefined) return localTime([year, month, day, ...time], zone);
  const [, dottedDay, dottedMonth, dottedYear, ...dottedTime] = DOTTED.exec(text) ?? [];
  return dottedYear === undefined
    ? undefined
    : localTime([dottedYear, dottedMonth, dottedDay, ...dottedTime], zone);
}

function isoOffset(offset: string): string {
  if (/^(Z|UTC)$/i.test(offset)) return 'Z';
  return offset.length === 3 ? `${offset}:00` : offset;
}

/** Of a reading that the clocks show twice the first; one that they skip is moved on by as much. */
function localTime(parts: readonly (string | undefined)[], zone: string): ImportedTime | undefined {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.map((part) =>
    Number(part ?? 0),
  );
  const shown = Date.UTC(year, month - 1, day, hour, minute, second);
  const written = new Date(shown);
  const isReal =
    written.getUTCMonth() === month - 1 && written.getUTCDate() === day && hour < 24 && minute < 60;
  if (!isReal) return undefined;
  const before = shown - offsetSpan(zone, shown - 24 * 3_600_000).offset;
  const later = shown - offsetSpan(zone, before).offset;
  const fits = (at: Instant) => at + offsetSpan(zone, at).offset === shown;
  return instantOf(fits(before) ? before : fits(later) ? later : before, false);
}

function instantOf(at: number, zoned: boolean): ImportedTime | undefined {
  return Number.isNaN(at) ? undefined : { at, zoned };
}
