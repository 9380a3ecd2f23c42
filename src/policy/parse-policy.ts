import type { Policy } from '../decide/policy.ts';
import { compile } from './compile.ts';
import { complaintsOf } from './complaints.ts';
import { readDocument } from './document.ts';
import { policyKeys } from './json-schema.ts';
import { lint } from './lint.ts';
import { complaintsAboutNames } from './names.ts';
import { placed } from './placed.ts';
import type { Problem } from './problem.ts';
import { policySchema } from './schema.ts';

export type ParsedPolicy =
  | { readonly ok: true; readonly policy: Policy; readonly warnings: readonly Problem[] }
  /** At least one error, warnings never; in the order of the file. */
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** The largest policy that is read. */
const POLICY_KILOBYTES_MAX = 64;

/** Reads a policy whole or not at all; `fileName` is only what problems call it. Never throws. */
export function parsePolicy(text: string, fileName: string): ParsedPolicy {
  const document = readDocument(text, POLICY_KILOBYTES_MAX);
  if (document.value === undefined)
    return { ok: false, problems: placed(document.complaints, document, fileName) };
  const parsed = policySchema.safeParse(document.value, { reportInput: true });
  const complaints = [
    ...document.complaints,
    ...complaintsOf(parsed.error?.issues ?? [], policyKeys),
    ...complaintsAboutNames(document.value),
  ];
  if (complaints.length > 0 || !parsed.success)
    return { ok: false, problems: placed(complaints, document, fileName) };
  const policy = compile(parsed.data);
  return { ok: true, policy, warnings: placed(lint(policy), document, fileName) };
}
