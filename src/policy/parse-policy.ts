import type { Policy } from '../decide/policy.ts';
import { formatPath } from '../kernel/path.ts';
import { compile } from './compile.ts';
import { complaintsOf } from './complaints.ts';
import { type PolicyDocument, readDocument } from './document.ts';
import { lint } from './lint.ts';
import { complaintsAboutNames } from './names.ts';
import type { Complaint, Problem } from './problem.ts';
import { policySchema } from './schema.ts';

export type ParsedPolicy =
  | { readonly ok: true; readonly policy: Policy; readonly warnings: readonly Problem[] }
  /** At least one error, warnings never; in the order of the file. */
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** Reads a policy whole or not at all; `fileName` is only what problems call it. Never throws. */
export function parsePolicy(text: string, fileName: string): ParsedPolicy {
  const document = readDocument(text);
  if (document.value === undefined)
    return { ok: false, problems: place(document.complaints, document, fileName) };
  const parsed = policySchema.safeParse(document.value, { reportInput: true });
  const complaints = [
    ...document.complaints,
    ...complaintsOf(parsed.error?.issues ?? []),
    ...complaintsAboutNames(document.value),
  ];
  if (complaints.length > 0 || !parsed.success)
    return { ok: false, problems: place(complaints, document, fileName) };
  const policy = compile(parsed.data);
  return { ok: true, policy, warnings: place(lint(policy), document, fileName) };
}

/** One problem for each place: the first that was found there says most. */
function place(complaints: readonly Complaint[], document: PolicyDocument, file: string): Problem[] {
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
