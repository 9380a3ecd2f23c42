/*
 * What limits mean, written down slowly and apart from the program: whether a message may go out is asked of one instant
 * at a time, by looking at every send there is. Dates are found by asking Intl.
 */

export interface PastSend {
  readonly at: number;
  readonly channel: string;
  readonly class: string;
  readonly campaignId?: string;
  readonly dispatchId?: string;
  readonly categories: readonly string[];
  readonly products: readonly string[];
  readonly returned: boolean;
}

export type WrittenWindow =
  | { readonly rolling: number }
  | { readonly calendar: string; readonly units: number; readonly zone: string; readonly weekStart: number }
  | { readonly days: number; readonly anchor: string; readonly zone: string }
  | { readonly firstSend: number }
  | { readonly lifetime: true };

export interface PlainLimit {
  readonly limit: number;
  readonly window: WrittenWindow;
  readonly per: readonly string[];
  readonly count: 'sends' | 'dispatches' | 'other-dispatches';
  readonly countsOnly?: string;
  readonly weights: Readonly<Record<string, number>>;
  readonly reserve?: { readonly class: string; readonly slots: number; readonly releaseBefore?: number };
  /** Sends at or before it do not count. */
  readonly releasedAt?: number;
}

export type PlainMessage = Omit<PastSend, 'at' | 'returned'>;

const HALF_HOUR = 30 * 60_000;

interface Zone {
  readonly format: Intl.DateTimeFormat;
  readonly dates: Map<number, number>;
}
const zones = new Map<string, Zone>();

function zoneOf(name: string): Zone {
  let zone = zones.get(name);
  if (zone === undefined) {
    const format = new Intl.DateTimeFormat('sv-SE', { timeZone: name, dateStyle: 'short' });
    zone = { format, dates: new Map() };
    zones.set(name, zone);
  }
  return zone;
}

/** Days since 1970-01-01 that the calendar shows in a zone. Dates change at half hours only. */
export function dateAt(at: number, zone: string): number {
  const { format, dates } = zoneOf(zone);
  const half = Math.floor(at / HALF_HOUR);
  let date = dates.get(half);
  if (date === undefined) {
    date = Date.parse(`${format.format(half * HALF_HOUR)}T00:00:00Z`) / 86_400_000;
    dates.set(half, date);
  }
  return date;
}

/** A number that grows by one with each unit or block. */
function unitAt(window: WrittenWindow, at: number): number {
  if ('days' in window) {
    const anchor = Date.parse(`${window.anchor}T00:00:00Z`) / 86_400_000;
    return Math.floor((dateAt(at, window.zone) - anchor) / window.days);
  }
  if (!('calendar' in window)) return 0;
  const { calendar, zone, weekStart } = window;
  // Whole hours and minutes are the same in all zones whose offset is whole hours.
  if (calendar === 'minute') return Math.floor(at / 60_000);
  if (calendar === 'hour') return Math.floor(at / 3_600_000);
  const date = dateAt(at, zone);
  if (calendar === 'day') return date;
  if (calendar === 'week') return Math.floor((date - 4 - (weekStart - 1)) / 7);
  const day = new Date(date * 86_400_000);
  return day.getUTCFullYear() * 12 + day.getUTCMonth();
}

function isInside(window: WrittenWindow, at: number, now: number, counted: readonly PastSend[]): boolean {
  if ('rolling' in window) return at > now - window.rolling;
  if ('lifetime' in window) return true;
  if ('firstSend' in window) {
    let opened = Number.NEGATIVE_INFINITY;
    for (const send of counted) {
      if (send.at > at) break;
      if (send.at >= opened + window.firstSend) opened = send.at;
    }
    return now < opened + window.firstSend;
  }
  const units = 'units' in window ? window.units : 1;
  return unitAt(window, at) > unitAt(window, now) - units;
}

/** Whether nothing is kept for others any more: so shortly before the end of the unit. */
function isReleased(limit: PlainLimit, now: number): boolean {
  const before = limit.reserve?.releaseBefore;
  return before !== undefined && unitAt(limit.window, now) !== unitAt(limit.window, now + before);
}

/** Every combination of values that the message is in. */
export function bucketsOf(per: readonly string[], message: PlainMessage): Record<string, string>[] {
  let buckets: Record<string, string>[] = [{}];
  for (const field of per) {
    buckets = valuesOf(field, message).flatMap((value) =>
      buckets.map((bucket) => ({ ...bucket, [field]: value })),
    );
  }
  return buckets;
}

function valuesOf(field: string, of: PlainMessage): readonly string[] {
  if (field === 'category') return of.categories;
  if (field === 'product') return of.products;
  const value = { channel: of.channel, campaign: of.campaignId, dispatch: of.dispatchId, class: of.class }[
    field
  ];
  return value === undefined ? [] : [value];
}

function isIn(bucket: Record<string, string>, send: PastSend): boolean {
  return Object.entries(bucket).every(([field, value]) => {
    const values = valuesOf(field, send);
    return field === 'category'
      ? values.some((path) => `${path}/`.startsWith(`${value}/`))
      : values.includes(value);
  });
}

const weightOf = (limit: PlainLimit, of: PlainMessage) => limit.weights[of.channel] ?? 1;
const heaviest = (limit: PlainLimit, sends: readonly PastSend[]) =>
  Math.max(0, ...sends.map((send) => weightOf(limit, send)));

/** What sends weigh together, each dispatch once where they are counted. */
function weigh(limit: PlainLimit, sends: readonly PastSend[]): number {
  const groups = new Map<unknown, PastSend[]>();
  for (const send of sends) {
    const key = limit.count === 'dispatches' ? (send.dispatchId ?? send) : send;
    groups.set(key, [...(groups.get(key) ?? []), send]);
  }
  return [...groups.values()].reduce((sum, group) => sum + heaviest(limit, group), 0);
}

export interface Standing {
  readonly allows: boolean;
  readonly count: number;
  readonly limit: number;
}

/** How one bucket of a limit stands at an instant. */
export function standing(
  limit: PlainLimit,
  bucket: Record<string, string>,
  log: readonly PastSend[],
  message: PlainMessage,
  now: number,
): Standing {
  const counted = log.filter(
    (send) =>
      !send.returned &&
      (limit.countsOnly === undefined || send.channel === limit.countsOnly) &&
      isIn(bucket, send) &&
      send.at > (limit.releasedAt ?? Number.NEGATIVE_INFINITY),
  );
  const inside = counted
    .filter((send) => isInside(limit.window, send.at, now, counted))
    .filter(
      ({ dispatchId }) =>
        limit.count !== 'other-dispatches' || dispatchId === undefined || dispatchId !== message.dispatchId,
    );
  const count = weigh(limit, inside);
  const { reserve } = limit;
  let allowed = limit.limit;
  if (reserve !== undefined && message.class !== reserve.class && !isReleased(limit, now)) {
    const used = weigh(
      limit,
      inside.filter((send) => send.class === reserve.class),
    );
    allowed = Math.max(0, allowed - Math.max(0, reserve.slots - used));
  }
  const own = limit.count === 'dispatches' && message.dispatchId !== undefined ? message.dispatchId : {};
  const before = heaviest(
    limit,
    inside.filter((send) => send.dispatchId === own),
  );
  const added = Math.max(0, weightOf(limit, message) - before);
  return { allows: added === 0 || count + added <= allowed, count, limit: allowed };
}

export function mayGo(
  limit: PlainLimit,
  log: readonly PastSend[],
  message: PlainMessage,
  now: number,
): boolean {
  return bucketsOf(limit.per, message).every((bucket) => standing(limit, bucket, log, message, now).allows);
}

/** Every instant after `now`, within so many days, at which something may change by time alone. */
export function changes(
  limit: PlainLimit,
  log: readonly PastSend[],
  now: number,
  days: number,
): readonly number[] {
  const { window } = limit;
  const found: number[] = [];
  if ('rolling' in window) found.push(...log.map((send) => send.at + window.rolling));
  if ('firstSend' in window) found.push(...log.map((send) => send.at + window.firstSend));
  if ('calendar' in window || 'days' in window) {
    const byMinute = 'calendar' in window && window.calendar === 'minute';
    const step = byMinute ? 60_000 : HALF_HOUR;
    const end = now + (byMinute ? 2 * 3_600_000 : days * 86_400_000);
    const phase = (at: number) => unitAt(window, at) * 2 + (isReleased(limit, at) ? 1 : 0);
    let before = phase(now);
    for (let at = now - (now % step) + step; at < end; at += step) {
      const present = phase(at);
      if (present !== before) found.push(at);
      before = present;
    }
  }
  return [...new Set(found.filter((at) => at > now))].sort((one, other) => one - other);
}
