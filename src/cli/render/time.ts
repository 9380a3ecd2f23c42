import type { Duration, Instant } from '../../kernel/time.ts';
import { DAY, HOUR, MINUTE } from '../../kernel/time.ts';
import { formatWait } from './number.ts';

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known) return known;
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  formats.set(zone, format);
  return format;
}

/** A zone that this machine knows, else UTC. */
export function knownZone(zone: string | undefined): string {
  if (zone === undefined) return 'UTC';
  try {
    formatOf(zone);
    return zone;
  } catch {
    return 'UTC';
  }
}

/** `Tue 10 Mar, 14:32` where the zone's clocks show it. */
export function formatMoment(instant: Instant, zone: string): string {
  const { weekday, day, month, hour, minute } = parts(instant, zone);
  return `${weekday} ${day} ${month}, ${hour}:${minute}`;
}

/** `14:32` where the zone's clocks show it. */
export function formatClock(instant: Instant, zone: string): string {
  const { hour, minute } = parts(instant, zone);
  return `${hour}:${minute}`;
}

/** The clock alone on the same local day as `from`, else the whole moment. */
export function formatMomentFrom(instant: Instant, from: Instant, zone: string): string {
  const then = parts(instant, zone);
  const now = parts(from, zone);
  const sameDay = then.day === now.day && then.month === now.month && Math.abs(instant - from) < 2 * DAY;
  return sameDay ? `${then.hour}:${then.minute}` : formatMoment(instant, zone);
}

/** `3 min ago`; `just now` under a second. */
export function formatAgo(instant: Instant, now: Instant): string {
  return now - instant < 1_000 ? 'just now' : `${formatWait(now - instant)} ago`;
}

/** `7 days`, `4 hours`, `90 minutes`: the largest unit that fits exactly. */
export function spellDuration(duration: Duration): string {
  for (const [size, name] of [
    [DAY, 'day'],
    [HOUR, 'hour'],
    [MINUTE, 'minute'],
  ] as const) {
    if (duration < size || duration % size !== 0) continue;
    const count = duration / size;
    return `${count} ${name}${count === 1 ? '' : 's'}`;
  }
  return formatWait(duration);
}

interface Parts {
  readonly weekday: string;
  readonly day: string;
  readonly month: string;
  readonly hour: string;
  readonly minute: string;
}

function parts(instant: Instant, zone: string): Parts {
  const found = new Map(
    formatOf(zone)
      .formatToParts(instant)
      .map(({ type, value }) => [type, value]),
  );
  const part = (name: string) => found.get(name as Intl.DateTimeFormatPartTypes) ?? '';
  return {
    weekday: part('weekday'),
    day: part('day'),
    month: part('month'),
    hour: part('hour'),
    minute: part('minute'),
  };
}
