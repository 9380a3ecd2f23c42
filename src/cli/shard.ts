import type { Command } from 'commander';
import { Argument, Option } from 'commander';
import type { Adoption } from './abilities.ts';
import type { CommandContext } from './command.ts';
import { addCommand, withConfig, withJson, writeJson, writeLines } from './command.ts';
import { readConfig } from './config-file.ts';
import { EXIT } from './exit-codes.ts';
import { wholeNumber } from './parse-option.ts';
import { formatCount } from './render/number.ts';
import { renderShards } from './render/status.ts';
import { renderTable } from './render/table.ts';
import { shardChoice } from './shard-choice.ts';
import { readReport } from './status.ts';

interface ShardOptions {
  readonly config?: string;
  readonly json?: boolean;
  readonly compare?: boolean;
  readonly from: Adoption['from'];
  readonly dryRun?: boolean;
}

export function addShard(parent: Command, context: CommandContext): void {
  const shard = addCommand(parent, 'shard', {
    summary: 'look at shards, compare Redis with the changelog, decide where a lost one reads on',
    examples: [
      ['tact shard list', 'state, owner, lag and watermark of each'],
      ['tact shard rebuild --compare', 'is Redis the fold of the changelog?'],
      ['tact shard adopt 3 --from log-start', 'lets shard 3 go on after its position was lost'],
    ],
  });
  addList(shard, context);
  addRebuild(shard, context);
  addAdopt(shard, context);
}

function addList(parent: Command, { terminal, abilities }: CommandContext): void {
  const command = addCommand(parent, 'list', {
    summary: 'show state, owner, lag and watermark of each shard',
    examples: [['tact shard list', 'one line per shard']],
  });
  withJson(withConfig(command)).action(async (options: ShardOptions) => {
    const config = readConfig(options, terminal, { needsCustomerKey: false });
    const { shards } = await readReport(await abilities(), config);
    if (options.json) return writeJson(terminal, { shards });
    await writeLines(terminal, renderShards(shards, terminal.now(), terminal.style));
  });
}

function addRebuild(parent: Command, { terminal, abilities, finish }: CommandContext): void {
  const command = addCommand(parent, 'rebuild', {
    summary: 'fold the changelog from its start, and compare it with Redis or put it there',
    details:
      'With --compare nothing changes; the exit code is 5 when Redis differs. Without, the shard is forgotten in Redis and rebuilt; its owner notices and goes on from there.',
    examples: [
      ['tact shard rebuild --compare', 'compares every shard'],
      ['tact shard rebuild 3', 'rebuilds shard 3'],
    ],
  });
  command
    .addArgument(new Argument('[shard]', 'number of the shard (default: all)').argParser(wholeNumber(0, 999)))
    .option('--compare', 'change nothing, only compare');
  withJson(withConfig(command)).action(async (wanted: number | undefined, options: ShardOptions) => {
    const config = readConfig(options, terminal, { needsCustomerKey: false });
    const able = await abilities();
    const reports = [];
    for (const shard of shardChoice(wanted, config.shards)) {
      terminal.progress(`shard ${shard} of ${config.shards} …`);
      reports.push(await able.rebuildShard(config, shard, options.compare ? 'compare' : 'replace'));
    }
    terminal.progress('');
    const same = reports.every(({ different }) => different.length === 0);
    if (!same) finish(EXIT.differences);
    if (options.json) return writeJson(terminal, { same, shards: reports });
    const { style } = terminal;
    const rows = reports.map(({ shard, customers, changelogRecords, different, watermark }) => [
      String(shard),
      formatCount(customers),
      formatCount(changelogRecords),
      String(watermark),
      different.length === 0 ? style.good('0') : style.bad(formatCount(different.length)),
    ]);
    const right = 'right' as const;
    const columns = ['shard', 'customers', 'changelog records', 'watermark', 'different'];
    await writeLines(
      terminal,
      renderTable(
        columns.map((title) => ({ title, align: right })),
        rows,
        style,
      ),
    );
    if (!options.compare) terminal.say('Rebuilt from the changelog.');
    else
      terminal.say(
        same ? 'Redis is the fold of the changelog.' : 'Redis differs; tact shard rebuild repairs it.',
      );
  });
}

function addAdopt(parent: Command, { terminal, abilities }: CommandContext): void {
  const command = addCommand(parent, 'adopt', {
    summary: 'decide where a shard reads on whose position was lost',
    details:
      'A shard holds when its position is gone though it has read before, or when the log no longer has it. From log-start nothing is left out and some may go out twice; from log-end what waits is never decided; group-offsets are where the shard last said it was.',
    examples: [
      ['tact shard adopt 3 --from group-offsets --dry-run', 'shows where it would read on'],
      ['tact shard adopt 3 --from group-offsets', 'writes it; the shard goes on'],
    ],
  });
  command
    .addArgument(new Argument('<shard>', 'number of the shard').argParser(wholeNumber(0, 999)))
    .addOption(
      new Option('--from <place>', 'where to read on')
        .choices(['log-start', 'log-end', 'group-offsets'])
        .makeOptionMandatory(),
    )
    .option('--dry-run', 'write nothing, only show');
  withJson(withConfig(command)).action(async (shard: number, options: ShardOptions) => {
    const config = readConfig(options, terminal, { needsCustomerKey: false });
    const dryRun = options.dryRun === true;
    shardChoice(shard, config.shards);
    const positions = await (await abilities()).adoptShard(config, shard, { from: options.from, dryRun });
    if (options.json) return writeJson(terminal, { shard, from: options.from, dryRun, positions });
    const rows = positions.map(({ topic, partition, offset }) => [topic, String(partition), String(offset)]);
    await writeLines(
      terminal,
      renderTable(
        [
          { title: 'topic' },
          { title: 'partition', align: 'right' },
          { title: 'reads on at', align: 'right' },
        ],
        rows,
        terminal.style,
      ),
    );
    terminal.say(
      dryRun ? 'Nothing was written.' : `Shard ${shard} goes on from there; tact status shows when.`,
    );
  });
}
