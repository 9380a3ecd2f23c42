import type { Instant } from '../kernel/time.ts';
import type { Scope } from './scope.ts';

/** `suppress`: what it covers is suppressed. `hold`: it waits until somebody resumes it. */
export const STOP_MODES = ['suppress', 'hold'] as const;
export type StopMode = (typeof STOP_MODES)[number];

/** Something that an operator stopped on purpose, until it is resumed. */
export interface Stop {
  /** What is stopped; empty = everything. */
  readonly scope: Scope;
  readonly mode: StopMode;
  readonly at: Instant;
  /** Who stopped it, for the log; no decision says it. */
  readonly by?: string;
  /** In the operator's own words; stands in the decisions. */
  readonly because?: string;
}

/** What the control topic says at one place of it. */
export interface Control {
  /** The offset after the last record that was read. */
  readonly version: number;
  readonly stops: readonly Stop[];
}

export const NO_CONTROL: Control = Object.freeze({ version: 0, stops: Object.freeze([]) });

/** Whether everything is held: then messages stay on Kafka, and nothing that waits is decided. */
export function holdsEverything({ stops }: Control): boolean {
  return stops.some(({ mode, scope }) => mode === 'hold' && Object.keys(scope).length === 0);
}
