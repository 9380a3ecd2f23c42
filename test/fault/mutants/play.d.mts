import type { Report } from '../../checker/check.d.mts';

export interface Played {
  report: Report;
  bites: { fenced: number; behind: number; rebuilt: number; waits: number; heldBack: number };
  /** Ids of the judgements that do not hold. */
  red: string[];
}

export function play(options: {
  name: string;
  kind: 'sound' | 'broken';
  kafka: string;
  built: string;
  folder: string;
}): Promise<Played>;
