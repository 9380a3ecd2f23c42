import type { Report } from '../checker/check.d.mts';

export interface Size {
  messages: number;
  customers: number;
  killsEach: number;
  durationMs: number;
}

export const FULL: Size;
export const SMALL: Size;

export function runFaults(options: {
  kafka: string;
  seed: number;
  size: Size;
  program?: string;
  log?: (line: string) => void;
  keep?: boolean;
}): Promise<{ seed: number; run: string; report: Report; bites: Record<string, number> }>;
