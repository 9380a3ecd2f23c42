import type { Command } from 'commander';
import { loadConfig } from '../config/load.ts';
import { formatProblem as formatConfigProblem } from '../config/problem.ts';
import { TactError } from '../kernel/errors.ts';
import type { CommandContext } from './command.ts';
import { addCommand, withConfig, withJson, writeJson, writeLines } from './command.ts';
import { EXIT } from './exit-codes.ts';
import { parsePolicyFile } from './policy-file.ts';
import type { ConfigVerdict, PolicyVerdict } from './render/check.ts';
import { checkJson, renderCheck } from './render/check.ts';
import type { Terminal } from './terminal.ts';

interface CheckOptions {
  readonly config?: string;
  readonly policy?: string;
  readonly json?: boolean;
}

export function addCheck(parent: Command, { terminal, finish }: CommandContext): void {
  const command = addCommand(parent, 'check', {
    summary: 'validate configuration and policy; connects to nothing',
    examples: [
      ['tact check', 'every problem as file:line:column, exit code 3 when there is one'],
      ['tact check --policy new.yaml', 'another policy than the configured one'],
      ['tact check --json', 'the same for machines'],
    ],
  });
  command.option('--policy <file>', 'policy to check (default: the configured one)');
  withJson(withConfig(command)).action(async (options: CheckOptions) => {
    const config = checkConfig(options, terminal);
    const policy = checkPolicy(options.policy ?? config.policyFile);
    if (!config.ok || !policy.ok) finish(EXIT.invalid);
    if (options.json) return writeJson(terminal, checkJson(config, policy));
    await writeLines(terminal, renderCheck(config, policy, terminal.style));
  });
}

function checkConfig({ config: file }: CheckOptions, { environment }: Terminal): ConfigVerdict {
  const loaded = loadConfig({ env: environment, file });
  if (!loaded.ok) return { ok: false, problems: loaded.problems.map(configProblem) };
  const { config, warnings } = loaded;
  return {
    ok: true,
    problems: warnings.map(configProblem),
    file: loaded.file,
    config,
    policyFile: config.policy.file,
  };
}

function configProblem(problem: Parameters<typeof formatConfigProblem>[0]) {
  return { ...problem, text: formatConfigProblem(problem) };
}

/** Absent file: the configuration that would name it has errors. */
function checkPolicy(file: string | undefined): PolicyVerdict {
  if (file === undefined) return { ok: false, problems: [], text: '' };
  try {
    const { text, parsed } = parsePolicyFile(file);
    if (!parsed.ok) return { ok: false, file, problems: parsed.problems, text };
    return { ok: true, file, problems: parsed.warnings, text, policy: parsed.policy };
  } catch (error) {
    if (!(error instanceof TactError)) throw error;
    return { ok: false, file, problems: [], text: '', unreadable: error.message };
  }
}
