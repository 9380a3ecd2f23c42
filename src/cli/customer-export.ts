import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import type { Config } from '../config/config.ts';
import type { Policy } from '../decide/policy.ts';
import { TactError } from '../kernel/errors.ts';
import type { Abilities } from './abilities.ts';
import type { CommandContext } from './command.ts';
import { addCommand, withConfig, withJson, writeLines } from './command.ts';
import { readConfig } from './config-file.ts';
import { type FoundDecisions, searchesForAll } from './customer/decision-search.ts';
import { clockOf } from './customer/explanation.ts';
import { type CustomerExport, collectDecisions, exportJson } from './customer/export.ts';
import { searchDecisions } from './customer/search-decisions.ts';
import { sheetOf } from './customer/sheet.ts';
import { EXIT } from './exit-codes.ts';
import { readConfiguredPolicy } from './policy-file.ts';
import { renderExport } from './render/export.ts';
import { createStyle } from './render/style.ts';
import type { Terminal } from './terminal.ts';

interface ExportOptions {
  readonly config?: string;
  readonly json?: boolean;
  readonly out?: string;
}

/** `tact customer export`: the answer to somebody who asks what is known about them. */
export function addExport(parent: Command, { terminal, abilities, finish }: CommandContext): void {
  const command = addCommand(parent, 'export', {
    summary: 'write down everything that is known about a customer',
    details:
      'Everything that is remembered, messages that wait with their content, and every decision that the topics still have, with its reason. Without --json to be read by the customer, with it to be read by machines: one value, of a version. Not in it is the content of messages that do not wait and the records of the inputs, which belong to the platforms that send, and dead letters, of which nobody can tell whose they are; the export says so itself. It is personal data: a file is readable by its owner alone and replaces no other. Ends with 6 where a topic could not be read to the end, and says which.',
    examples: [
      ['tact customer export ann --out ann.txt', 'to hand over'],
      [
        'tact customer export ann --json --out ann.json',
        'as one JSON value, its form is in src/cli/README.md',
      ],
      ['tact customer export ann --json | jq .decisions', 'every decision, the latest first'],
    ],
  });
  command
    .argument('<customer>', 'id as the messages carry it')
    .option('--out <file>', 'write a new file instead of standard output');
  withJson(withConfig(command)).action(async (customerId: string, options: ExportOptions) => {
    const config = readConfig(options, terminal);
    const policy = readConfiguredPolicy(config, terminal);
    const exported = await collect(await abilities(), { config, policy, customerId }, terminal);
    if (exported.decisions.problems.length > 0) finish(EXIT.unreachable);
    const style = options.out === undefined ? terminal.style : createStyle(false);
    const lines = options.json ? [JSON.stringify(exportJson(exported))] : renderExport(exported, style);
    if (options.out === undefined) return writeLines(terminal, lines);
    await writeNew(options.out, `${lines.join('\n')}\n`);
    terminal.say(`Wrote ${options.out}.`);
  });
}

interface Asked {
  readonly config: Config;
  readonly policy: Policy;
  readonly customerId: string;
}

async function collect(
  able: Abilities,
  { config, policy, customerId }: Asked,
  terminal: Terminal,
): Promise<CustomerExport> {
  const remembered = await able.readCustomer(config, customerId);
  const { shard, state } = remembered;
  const sources = state?.waiting.map(({ source }) => source) ?? [];
  const waitingRecords = sources.length === 0 ? [] : await able.readWaiting(config, shard, sources);
  const found: FoundDecisions[] = [];
  for (const search of searchesForAll(customerId, config)) {
    found.push(await searchDecisions(able, config, shard, search, terminal));
  }
  const clock = clockOf(state, policy.timezone);
  const sheet = sheetOf(customerId, remembered, policy, clock, terminal.now());
  return { sheet, waitingRecords, decisions: collectDecisions(found) };
}

async function writeNew(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    throw new TactError('usage', `cannot write ${file}: ${code === 'EEXIST' ? 'it exists' : code}`, {
      cause: error,
    });
  }
}
