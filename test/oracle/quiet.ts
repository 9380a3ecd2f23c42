import { isZone, minuteNamed, type Reading, readingAt, weekdayNamed } from './clock.ts';
import { ownValue } from './select.ts';
import { ALLOWS, type Ask, blocksFor, type View } from './view.ts';
import { isGrantedFor } from './wishes.ts';
import { DAY, MINUTE, type WrittenQuietHours, type WrittenSpan } from './written.ts';

const SEARCHED = 400 * DAY;

export const askQuietHours: Ask<WrittenQuietHours> = (quiet) => ({
  verdictAt(view) {
    const busyUntil = busyUntilIn(quiet, view);
    if (busyUntil > view.now) return blocksFor('do-not-disturb');
    if (quiet.waivedBy !== undefined && isGrantedFor(quiet.waivedBy, view)) return ALLOWS;
    const zones = zonesLookedAt(quiet, view);
    if (zones === undefined) return undefined;
    return zones.some((zone) => isQuiet(quiet, readingAt(zone, view.now), view))
      ? blocksFor('quiet-hours')
      : ALLOWS;
  },
  *changes(view) {
    const busyUntil = busyUntilIn(quiet, view);
    if (busyUntil > view.now) yield busyUntil;
    const begin = Math.max(view.now, busyUntil);
    const stretch = stretchFrom(quiet, view, begin);
    const minutes = minutesOf(quiet);
    for (let slot = Math.floor(begin / SLOT) * SLOT; slot < begin + SEARCHED; slot += SLOT) {
      if (slot + SLOT <= stretch.to) continue;
      for (const minute of minutes) {
        const at = slot + minute * MINUTE;
        if (at <= begin) continue;
        yield at;
        // Whoever asks on found it quiet.
        stretch.to = at;
      }
    }
  },
});

/** Until then the customer must not be disturbed. */
function busyUntilIn({ doNotDisturb }: WrittenQuietHours, { known }: View): number {
  return doNotDisturb === false ? 0 : (known.busyUntil ?? 0);
}

/** Clocks change at quarters of an hour. */
const SLOT = 15 * MINUTE;

/** The minutes after a quarter at which a span may begin or end somewhere. */
function minutesOf({ from, to, denied = [], allowed = [] }: WrittenQuietHours): readonly number[] {
  const times = [from, to, ...[...denied, ...allowed].flatMap((span) => [span.from, span.to])];
  const minutes = times.map((time) => (time === undefined ? 0 : minuteNamed(time) % 15));
  return [...new Set([0, ...minutes])].sort((one, other) => one - other);
}

/** All of `[from, to]` is known to be quiet, so that it need not be searched again. */
interface Stretch {
  readonly from: number;
  to: number;
}

const stretches = new WeakMap<WrittenQuietHours, Map<string, Stretch>>();

function stretchFrom(quiet: WrittenQuietHours, view: View, begin: number): Stretch {
  const known = stretches.get(quiet) ?? new Map<string, Stretch>();
  stretches.set(quiet, known);
  const region = ownValue(view.known.attributes, quiet.region ?? 'region');
  const key = JSON.stringify([zonesLookedAt(quiet, view), region, view.policy.timezone]);
  const before = known.get(key);
  if (before !== undefined && before.from <= begin && begin <= before.to) return before;
  const stretch = { from: begin, to: begin };
  known.set(key, stretch);
  return stretch;
}

/** Undefined: the zone is unknown, and that is to be ignored. */
function zonesLookedAt(quiet: WrittenQuietHours, view: View): readonly string[] | undefined {
  const ofPolicy = view.policy.timezone ?? 'UTC';
  const { zone = 'customer', unknownZone = 'strict' } = quiet;
  if (zone === 'policy') return [ofPolicy];
  if (zone !== 'customer') return [zone];
  if (view.known.timezone !== undefined) return [view.known.timezone];
  if (unknownZone === 'assume') return [ofPolicy];
  if (unknownZone === 'ignore') return undefined;
  const zones = zonesOfCountry(ownValue(view.known.attributes, quiet.country ?? 'country'));
  return zones.length > 0 ? zones : [ofPolicy];
}

const countries = new Map<string, readonly string[]>();

function zonesOfCountry(country: string | undefined): readonly string[] {
  if (country === undefined || !/^[a-z]{2}$/i.test(country)) return [];
  let zones = countries.get(country);
  if (zones === undefined) {
    const locale = new Intl.Locale(`und-${country.toUpperCase()}`) as Intl.Locale & {
      timeZones?: string[];
      getTimeZones?(): string[];
    };
    zones = (locale.getTimeZones?.() ?? locale.timeZones ?? []).filter(isZone);
    countries.set(country, zones);
  }
  return zones;
}

function isQuiet(quiet: WrittenQuietHours, reading: Reading, view: View): boolean {
  const { holidays = [], from, to } = quiet;
  if (holidays.some((holiday) => isOn(holiday, reading.date))) return true;
  if (quiet.set === 'us') return isOutside([US], reading);
  if (quiet.set === 'us-states') {
    const region = ownValue(view.known.attributes, quiet.region ?? 'region');
    return allowedIn(region).some((allowed) => isOutside(allowed, reading));
  }
  if (quiet.allowed !== undefined) return isOutside(quiet.allowed, reading);
  const denied =
    quiet.denied ?? (from === undefined && to === undefined ? [] : [{ from: from ?? '', to: to ?? '' }]);
  return !isOutside(denied, reading);
}

/** `2026-12-25`, or every `12-25`. */
function isOn(holiday: string, date: number): boolean {
  return new Date(date * DAY).toISOString().slice(0, 10).endsWith(holiday);
}

function isOutside(spans: readonly WrittenSpan[], reading: Reading): boolean {
  return !spans.some((span) => isCovered(span, reading));
}

/** Days restrict the one on which the span begins. */
function isCovered({ from, to, days }: WrittenSpan, { minute, weekday }: Reading): boolean {
  const beginsOn = (day: number) => days === undefined || days.some((name) => weekdayNamed(name) === day);
  if (from === undefined || to === undefined) return beginsOn(weekday);
  const [start, end] = [minuteNamed(from), minuteNamed(to)];
  if (end > start) return beginsOn(weekday) && minute >= start && minute < end;
  const yesterday = weekday === 1 ? 7 : weekday - 1;
  return (minute >= start && beginsOn(weekday)) || (minute < end && beginsOn(yesterday));
}

const US: WrittenSpan = { from: '08:00', to: '21:00' };
const TO_EIGHT: WrittenSpan = { from: '08:00', to: '20:00' };
const CONNECTICUT: WrittenSpan = { from: '09:00', to: '20:00' };
const TEXAS: readonly WrittenSpan[] = [
  { from: '09:00', to: '21:00', days: ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'] },
  { from: '12:00', to: '21:00', days: ['sunday'] },
];
const STATES =
  'AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY'.split(
    ' ',
  );

/** Several where the state is not known: all must allow. */
function allowedIn(region: string | undefined): readonly (readonly WrittenSpan[])[] {
  const state = (region ?? '').toUpperCase().replace(/^US-/, '');
  if (!STATES.includes(state)) return [[US], [TO_EIGHT], [CONNECTICUT], TEXAS];
  if (['FL', 'OK', 'MD'].includes(state)) return [[TO_EIGHT]];
  if (state === 'CT') return [[CONNECTICUT]];
  return [state === 'TX' ? TEXAS : [US]];
}
