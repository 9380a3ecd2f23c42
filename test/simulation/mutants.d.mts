import type { Patch } from '../support/broken.mjs';

export interface Mutant {
  breaks: string;
  patches: Patch[];
  within: number;
}

export const MUTANTS: Record<string, Mutant>;
export const UNCOMMITTED_READER: Patch[];
