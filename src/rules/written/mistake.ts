import type { z } from 'zod';

/** What is wrong between the keys of a rule. */
export interface Mistake {
  /** The key to change, or to write. */
  readonly key: string;
  /** What is expected there. */
  readonly expected: string;
  /** What is written there, as its author knows it; absent = nothing. */
  readonly written?: unknown;
}

/** The mistakes as a schema complains about them. */
export function issuesOf(mistakes: Iterable<Mistake>): z.core.$ZodRawIssue[] {
  return [...mistakes].map(({ key, expected, written }) =>
    written === undefined
      ? { code: 'invalid_value', values: [expected], path: [key], input: undefined }
      : { code: 'custom', message: `expected ${expected}`, path: [key], input: written },
  );
}
