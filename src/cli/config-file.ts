import type { Config } from '../config/config.ts';
import { loadConfig } from '../config/load.ts';
import { formatProblem } from '../config/problem.ts';
import { TactError } from '../kernel/errors.ts';
import { formatNoun } from './render/number.ts';
import type { Terminal } from './terminal.ts';

/**
 * The configuration that a command works with; says every problem and throws `invalid-config` when there is one. What is valid
 * and deserves a look is said only by the commands that set up or govern (`warns`), not each time by those that show.
 */
export function readConfig(
  options: { readonly config?: string },
  terminal: Terminal,
  {
    needsCustomerKey = true,
    warns = false,
  }: { readonly needsCustomerKey?: boolean; readonly warns?: boolean } = {},
): Config {
  const loaded = loadConfig({
    env: terminal.environment,
    needsCustomerKey,
    ...(options.config === undefined ? {} : { file: options.config }),
  });
  const problems = loaded.ok ? (warns ? loaded.warnings : []) : loaded.problems;
  for (const problem of problems) terminal.say(formatProblem(problem));
  if (loaded.ok) return loaded.config;
  const errors = problems.filter(({ level }) => level === 'error').length;
  throw new TactError('invalid-config', `the configuration has ${formatNoun(errors, 'error')}`);
}
