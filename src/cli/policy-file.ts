import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Config } from '../config/config.ts';
import type { Policy } from '../decide/policy.ts';
import { TactError } from '../kernel/errors.ts';
import { formatProblem, formatProblemWithFrame } from '../policy/format-problem.ts';
import type { ParsedPolicy } from '../policy/parse-policy.ts';
import { parsePolicy } from '../policy/parse-policy.ts';
import type { Problem } from '../policy/problem.ts';
import { formatNoun } from './render/number.ts';
import type { Terminal } from './terminal.ts';

/** The policy that `tact demo` decides with unless told otherwise. */
export function demoPolicyFile(): string {
  return fileURLToPath(new URL('../../deploy/policies/retail-eu.yaml', import.meta.url));
}

/** The policy in a file; says every problem with its place, and throws `invalid-policy` when one is an error. */
export function readPolicy(file: string, terminal: Terminal): Policy {
  const { text, parsed } = parsePolicyFile(file);
  sayProblems(parsed.ok ? parsed.warnings : parsed.problems, text, terminal);
  if (parsed.ok) return parsed.policy;
  const errors = parsed.problems.filter(({ severity }) => severity === 'error').length;
  throw new TactError('invalid-policy', `the policy ${file} has ${formatNoun(errors, 'error')}`);
}

/** The policy that the configuration names; as `readPolicy`, and where there is none the error says how to name one. */
export function readConfiguredPolicy({ policy: { file } }: Config, terminal: Terminal): Policy {
  if (existsSync(file)) return readPolicy(file, terminal);
  throw new TactError(
    'invalid-policy',
    `cannot read the policy ${file}: there is no such file; name yours as policy.file or in TACT_POLICY_FILE`,
  );
}

/** The text of a policy file and what it says. Throws `invalid-policy` when the file cannot be read. */
export function parsePolicyFile(file: string): { readonly text: string; readonly parsed: ParsedPolicy } {
  const text = readText(file);
  return { text, parsed: parsePolicy(text, file) };
}

function sayProblems(problems: readonly Problem[], text: string, terminal: Terminal): void {
  for (const problem of problems) {
    terminal.say(
      problem.severity === 'error' ? formatProblemWithFrame(problem, text) : formatProblem(problem),
    );
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'there is no such file' : (code ?? 'unknown error');
    throw new TactError('invalid-policy', `cannot read the policy ${file}: ${why}`, { cause: error });
  }
}
