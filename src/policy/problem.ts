/** What is wrong with a policy, by kind: stable, to be looked up and tested against. */
export type ProblemCode =
  | 'yaml'
  | 'too-large'
  | 'alias'
  | 'number'
  | 'missing'
  | 'unknown-key'
  | 'not-available'
  | 'type'
  | 'value'
  | 'rule-kind'
  | 'duplicate-id'
  | 'reserved-id'
  | 'unknown-name'
  | 'ambiguous-name'
  | 'default-class'
  | 'lint';

/** One thing that is wrong with a policy, or worth a warning. Errors keep a policy from being used, warnings do not. */
export interface Problem {
  readonly severity: 'error' | 'warning';
  readonly code: ProblemCode;
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  /** Such as `rules[3].cap.limit`; empty when it is about the whole file. */
  readonly path: string;
  readonly message: string;
  /** What to do about it. */
  readonly hint?: string;
}

/** Where in a document: keys and list places. */
export type Path = readonly (string | number)[];

/** A problem before its place in the file is known. */
export interface Complaint {
  readonly severity?: 'warning';
  readonly code: ProblemCode;
  readonly path: Path;
  /** Whether the key or the value at the path is meant; the value unless it says so. */
  readonly at?: 'key';
  /** Where in the text, for what has no path. */
  readonly offset?: number;
  readonly message: string;
  readonly hint?: string;
}

/** A complaint that keeps no policy from being used; about the value at the path. */
export function warning(path: Path, message: string, hint: string): Complaint {
  return { severity: 'warning', code: 'lint', path, message, hint };
}
