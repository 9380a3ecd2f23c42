import type { Report } from '../../checker/check.d.mts';
import type { Fault } from './faults.d.mts';

export interface Size {
  customers: number;
  perSecond: number;
  faultsMs: number;
  feltEach?: number;
}

export interface Round {
  seed: number;
  run: string;
  /** Absent where the round broke off. */
  report?: Report;
  violations: string[];
  /** What came in was taken so long after the last fault. */
  lagMs: number;
  messages: number;
}

export const FULL: Size;
export const SMALL: Size;

export function runChaos(options: {
  faults: readonly Fault[];
  rounds: number;
  seed: number;
  size: Size;
  log?: (line: string) => void;
  keep?: boolean;
}): Promise<{
  rounds: Round[];
  faults: Record<string, { attempted: number; effective: number; together: number }>;
}>;
