import type { Duration, Instant } from '../kernel/time.ts';
import { formatDuration } from '../kernel/time.ts';
import type { CalendarUnit, Weekday } from './calendar.ts';
import { calendarSpan, isKnownZone } from './calendar.ts';

export type Window = RollingWindow | CalendarWindow;

/** `(now − duration, now]`: what happened exactly `duration` ago is outside. */
export interface RollingWindow {
  readonly kind: 'rolling';
  readonly duration: Duration;
}

/** From the first instant of the present minute, hour, day, week or month, included. */
export interface CalendarWindow {
  readonly kind: 'calendar';
  readonly unit: CalendarUnit;
  /** `customer`, `policy`, or an IANA name. A customer without a known zone has the policy's. */
  readonly zone: string;
  readonly weekStart: Weekday;
}

/** Whose clocks: the customer's zone where it is known, and the policy's. */
export interface Clocks {
  readonly customer: string | undefined;
  readonly policy: string;
}

/** A window as it lies at one instant. */
export interface OpenWindow {
  /** The earliest instant inside. */
  readonly start: Instant;
  /** In the policy's words: `7d`, `day Europe/Berlin`. */
  readonly text: string;
  /** When something that happened at this instant, inside the window, is outside it for the first time. */
  leaves(at: Instant): Instant;
}

/** The window around `now`. */
export function openWindow(window: Window, clocks: Clocks, now: Instant): OpenWindow {
  if (window.kind === 'rolling') {
    const { duration } = window;
    return {
      start: now - duration + 1,
      text: formatDuration(duration),
      leaves: (at) => at + duration,
    };
  }
  const { unit, weekStart } = window;
  const zone = zoneOf(window.zone, clocks);
  const span = calendarSpan(unit, zone, now, weekStart);
  return {
    start: span.start,
    text: `${unit} ${zone}`,
    leaves: (at) => (at < span.end ? span.end : calendarSpan(unit, zone, at, weekStart).end),
  };
}

function zoneOf(zone: string, clocks: Clocks): string {
  if (zone === 'policy') return clocks.policy;
  if (zone !== 'customer') return zone;
  return clocks.customer !== undefined && isKnownZone(clocks.customer) ? clocks.customer : clocks.policy;
}
