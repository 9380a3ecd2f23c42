import type { Duration, Instant } from '../kernel/time.ts';
import type { Weekday } from './calendar.ts';
import type { Scope } from './scope.ts';

/** So many entries of each list are kept. */
export const PREFERENCES_MAX = 50;

/** What a customer wants. A part that is absent was never said; one with an empty list was taken back. */
export interface Preferences {
  readonly limits?: Said<readonly OwnLimit[]>;
  /** Topics that the customer does not want to hear about. */
  readonly declinedTopics?: Said<readonly string[]>;
  /** Where there are any, only messages about one of these are wanted; messages without topics are not about anything else. */
  readonly wantedTopics?: Said<readonly string[]>;
  /** The only days on which messages are welcome. */
  readonly days?: Said<readonly Weekday[]>;
  /** The only times of day at which messages are welcome, in the customer's zone. */
  readonly hours?: Said<readonly HourSpan[]>;
  /** At most one for each scope. */
  readonly pauses: readonly Pause[];
}

/** The parts of an update that an interaction carries; those that are absent stay as they are. */
export interface PreferencesUpdate {
  readonly limits?: readonly OwnLimit[];
  readonly declinedTopics?: readonly string[];
  readonly wantedTopics?: readonly string[];
  readonly days?: readonly Weekday[];
  readonly hours?: readonly HourSpan[];
}

/** What was said, and when: an older saying that arrives later changes nothing. */
export interface Said<Value> {
  readonly value: Value;
  readonly at: Instant;
}

/** The customer's own limit: at most so many messages within the scope in a rolling window. */
export interface OwnLimit {
  /** Empty = everything. */
  readonly scope: Scope;
  readonly limit: number;
  readonly window: Duration;
}

/** Minutes after midnight as the clock shows them, `[from, to)`; over midnight where `to` is not after `from`. 0 to 1440. */
export interface HourSpan {
  readonly from: number;
  readonly to: number;
}

/** Nothing within the scope before `until`. */
export interface Pause {
  readonly scope: Scope;
  readonly until: Instant;
  readonly at: Instant;
}

export const NO_PREFERENCES: Preferences = Object.freeze({ pauses: Object.freeze([]) });
