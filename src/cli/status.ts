import type { Command } from 'commander';
import type { CommandContext } from './command.ts';
import { addCommand, withConfig, withJson, writeJson, writeLines } from './command.ts';
import { readConfig } from './config-file.ts';
import { renderStatus } from './render-status.ts';
import { statusWarnings } from './status-warnings.ts';

interface StatusOptions {
  readonly config?: string;
  readonly json?: boolean;
}

export function addStatus(parent: Command, { terminal, abilities }: CommandContext): void {
  const command = addCommand(parent, 'status', {
    summary: 'show shards, owners, lag, holds, and the policy in force',
    details: 'Works from any machine that reaches Kafka and Redis.',
    examples: [
      ['tact status', 'one line per shard, then the processes'],
      ['tact status --json | jq .warnings', 'what needs a look'],
    ],
  });
  withJson(withConfig(command)).action(async (options: StatusOptions) => {
    const config = readConfig(options, terminal, { needsCustomerKey: false });
    const report = await (await abilities()).readStatus(config);
    const warnings = statusWarnings(report);
    if (options.json) return writeJson(terminal, { ...report, warnings });
    await writeLines(terminal, renderStatus(report, warnings, terminal.now(), terminal.style));
  });
}
