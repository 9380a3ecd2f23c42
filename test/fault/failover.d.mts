import type { Report } from '../checker/check.d.mts';

export function runFailover(options: {
  kafka: string;
  topology: 'sentinel' | 'cluster';
  seed: number;
  program: string;
  log?: (line: string) => void;
}): Promise<{ run: string; report: Report; errors: number }>;
