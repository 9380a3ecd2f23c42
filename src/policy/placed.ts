import { formatPath } from '../kernel/path.ts';
import type { ReadDocument } from './document.ts';
import type { Complaint, Problem } from './problem.ts';

/**
 * The complaints as problems, in the order of the file. One for each place: the first that was found there says most.
 */
export function placed(complaints: readonly Complaint[], document: ReadDocument, file: string): Problem[] {
  const problems = new Map<string, Problem>();
  for (const complaint of complaints) {
    const { severity = 'error', code, message, hint } = complaint;
    const path = formatPath(complaint.path);
    const { line, column } = document.place(complaint);
    const key = `${path} ${line}:${column}`;
    if (problems.has(key)) continue;
    problems.set(key, {
      severity,
      code,
      file,
      line,
      column,
      path,
      message,
      ...(hint !== undefined && { hint }),
    });
  }
  return [...problems.values()].sort((one, other) => one.line - other.line || one.column - other.column);
}
