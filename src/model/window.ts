import type { Duration, Instant } from '../kernel/time.ts';
import { DAY, formatDuration } from '../kernel/time.ts';
import type { CalendarUnit, Cut, Weekday } from './calendar.ts';
import { cutOf, isKnownZone, spanStart } from './calendar.ts';

/** How far back a limit looks. */
export type Window = RollingWindow | CalendarWindow | DaysWindow | FirstSendWindow | LifetimeWindow;

/** `(now − duration, now]`: what happened exactly `duration` ago is outside. */
export interface RollingWindow {
  readonly kind: 'rolling';
  readonly duration: Duration;
}

/** The present unit of the calendar and the `units − 1` before it; its first instant is inside. */
export interface CalendarWindow {
  readonly kind: 'calendar';
  readonly unit: CalendarUnit;
  /** 1 = the present one alone. */
  readonly units: number;
  /** `customer`, `policy`, or an IANA name. A customer without a known zone has the policy's. */
  readonly zone: string;
  readonly weekStart: Weekday;
}

/** Blocks of so many dates, counted from one of them in both directions; the first instant of a block is inside. */
export interface DaysWindow {
  readonly kind: 'days';
  readonly days: number;
  /** A date on which a block begins, in days since 1970-01-01. */
  readonly anchor: number;
  readonly zone: string;
}

/** `[opened, opened + length)`: opened by the first send that counts, and by the first one after it is over again. */
export interface FirstSendWindow {
  readonly kind: 'first-send';
  readonly length: Duration;
}

/** Everything that ever counted. */
export interface LifetimeWindow {
  readonly kind: 'lifetime';
}

/** Whose clocks: the customer's zone where it is known, and the policy's. */
export interface Clocks {
  readonly customer: string | undefined;
  readonly policy: string;
}

/** A window as it lies at one instant. Whatever is inside leaves it in the order of time. */
export interface OpenWindow {
  /** The earliest instant inside: minus infinity for all there ever was, infinity where nothing is inside. */
  readonly start: Instant;
  /** In the policy's words: `7d`, `day Europe/Berlin`. */
  readonly text: string;
  /** When something that happened at this instant, inside the window, is outside it for the first time; infinity = never. */
  leaves(at: Instant): Instant;
  /** The earliest instant that leaves together with this one. */
  togetherWith(at: Instant): Instant;
  /** The end of the present unit or block at this instant; infinity for windows that have none. */
  endAt(at: Instant): Instant;
}

/** The window around `now`. Which window a first send opened is known only to who has seen the sends. */
export function openWindow(
  window: Exclude<Window, FirstSendWindow>,
  clocks: Clocks,
  now: Instant,
): OpenWindow {
  switch (window.kind) {
    case 'rolling':
      return new Rolling(window.duration, now);
    case 'calendar': {
      const { unit, units, weekStart } = window;
      const text = units === 1 ? unit : `${units} ${unit}s`;
      return new Spans(cutOf(unit, weekStart), units, zoneOf(window.zone, clocks), text, now);
    }
    case 'days': {
      const { days, anchor } = window;
      const text = `${days} days from ${new Date(anchor * DAY).toISOString().slice(0, 10)}`;
      return new Spans({ kind: 'dates', days, anchor }, 1, zoneOf(window.zone, clocks), text, now);
    }
    case 'lifetime':
      return LIFETIME;
  }
}

class Rolling implements OpenWindow {
  readonly start: Instant;
  readonly #duration: Duration;

  constructor(duration: Duration, now: Instant) {
    this.start = now - duration + 1;
    this.#duration = duration;
  }

  get text(): string {
    return formatDuration(this.#duration);
  }

  leaves(at: Instant): Instant {
    return at + this.#duration;
  }

  togetherWith(at: Instant): Instant {
    return at;
  }

  endAt(): Instant {
    return Number.POSITIVE_INFINITY;
  }
}

/** The present span of a calendar and so many before it. */
class Spans implements OpenWindow {
  readonly start: Instant;
  readonly #cut: Cut;
  readonly #units: number;
  readonly #zone: string;
  readonly #text: string;

  constructor(cut: Cut, units: number, zone: string, text: string, now: Instant) {
    this.start = spanStart(cut, zone, now, 1 - units);
    this.#cut = cut;
    this.#units = units;
    this.#zone = zone;
    this.#text = text;
  }

  get text(): string {
    return `${this.#text} ${this.#zone}`;
  }

  leaves(at: Instant): Instant {
    return spanStart(this.#cut, this.#zone, at, this.#units);
  }

  togetherWith(at: Instant): Instant {
    return spanStart(this.#cut, this.#zone, at, 0);
  }

  endAt(at: Instant): Instant {
    return spanStart(this.#cut, this.#zone, at, 1);
  }
}

const LIFETIME: OpenWindow = {
  start: Number.NEGATIVE_INFINITY,
  text: 'lifetime',
  leaves: () => Number.POSITIVE_INFINITY,
  togetherWith: () => Number.NEGATIVE_INFINITY,
  endAt: () => Number.POSITIVE_INFINITY,
};

/** The zone that `customer`, `policy` or an IANA name stands for. A customer without a known zone has the policy's. */
export function zoneOf(zone: string, clocks: Clocks): string {
  if (zone === 'policy') return clocks.policy;
  if (zone !== 'customer') return zone;
  return clocks.customer !== undefined && isKnownZone(clocks.customer) ? clocks.customer : clocks.policy;
}
