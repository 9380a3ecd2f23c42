import type { Command } from 'commander';
import type { Config } from '../config/config.ts';
import { TactError } from '../kernel/errors.ts';
import type { Abilities, StatusReport } from './abilities.ts';
import type { CommandContext } from './command.ts';
import { addCommand, withConfig, withJson, writeJson, writeLines } from './command.ts';
import { readConfig } from './config-file.ts';
import { renderStatus } from './render/status.ts';
import { statusWarnings } from './status-warnings.ts';

interface StatusOptions {
  readonly config?: string;
  readonly json?: boolean;
}

export function addStatus(parent: Command, { terminal, abilities }: CommandContext): void {
  const command = addCommand(parent, 'status', {
    summary: 'show shards, owners, lag, holds, and the policy in force',
    details:
      'Works from any machine that reaches Kafka and Redis. While Redis is down, ask the processes themselves: /api/v1/status of their HTTP port.',
    examples: [
      ['tact status', 'one line per shard, then the processes'],
      ['tact status --json | jq .warnings', 'what needs a look'],
    ],
  });
  withJson(withConfig(command)).action(async (options: StatusOptions) => {
    const config = readConfig(options, terminal, { needsCustomerKey: false });
    const report = await readReport(await abilities(), config);
    const warnings = statusWarnings(report);
    if (options.json) return writeJson(terminal, { ...report, warnings });
    await writeLines(terminal, renderStatus(report, warnings, terminal.now(), terminal.style));
  });
}

/** What `readStatus` answers; where Redis is down, the error says who can be asked instead. */
export async function readReport({ readStatus }: Abilities, config: Config): Promise<StatusReport> {
  try {
    return await readStatus(config);
  } catch (error) {
    if (!(error instanceof TactError) || error.code !== 'redis-unreachable') throw error;
    throw new TactError(
      error.code,
      `${error.message}; meanwhile each process tells of its own shards at /api/v1/status of its HTTP port`,
      { cause: error },
    );
  }
}
