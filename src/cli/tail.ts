import type { Command } from 'commander';
import { Argument } from 'commander';
import type { Config } from '../config/config.ts';
import { TactError } from '../kernel/errors.ts';
import type { CommandContext } from './command.ts';
import { addCommand, withConfig, withJson, writeJson } from './command.ts';
import { readConfig } from './config-file.ts';
import { wholeNumber } from './parse-option.ts';
import { formatNoun } from './render/number.ts';
import { renderTailed } from './render/tailed.ts';
import { readTailed } from './tailed-record.ts';

const WHAT = ['cleared', 'suppressed', 'decided', 'dead-letter'] as const;
type Tailed = (typeof WHAT)[number];

interface TailCommandOptions {
  readonly config?: string;
  readonly json?: boolean;
  readonly fromBeginning?: boolean;
  readonly n?: number;
}

export function addTail(parent: Command, { terminal, abilities }: CommandContext): void {
  const command = addCommand(parent, 'tail', {
    summary: 'show what comes out, decoded, as it comes',
    examples: [
      ['tact tail cleared', 'what may go out, from now on, until Ctrl-C'],
      ['tact tail suppressed --from-beginning -n 20', 'the first twenty that may not, and why'],
      ['tact tail dead-letter --json', 'what could not be read'],
    ],
  });
  command
    .addArgument(new Argument('<what>', 'which output').choices(WHAT))
    .option('--from-beginning', 'begin with the oldest record')
    .option('-n <number>', 'stop after so many records', wholeNumber(1, Number.MAX_SAFE_INTEGER));
  withJson(withConfig(command)).action(async (what: Tailed, options: TailCommandOptions) => {
    const config = readConfig(options, terminal, { needsCustomerKey: false });
    const topics = topicsOf(what, config);
    const able = await abilities();
    const reader = able.createReader(config);
    const stop = terminal.stopSignal();
    const from = options.fromBeginning ? 'beginning' : 'end';
    let left = options.n ?? Number.POSITIVE_INFINITY;
    if (!options.json) terminal.say(`${announcement(topics, options)}, Ctrl-C stops:`);
    for await (const record of able.tail(config, { topics, from, signal: stop })) {
      const tailed = await readTailed(what, record, reader);
      if (options.json) await writeJson(terminal, tailed);
      else await terminal.data(`${renderTailed(tailed, terminal.timezone, terminal.style)}\n`);
      left -= 1;
      if (left === 0) return;
    }
  });
}

/** What is waited for, so that nobody wonders why nothing is shown. */
function announcement(topics: readonly string[], { n, fromBeginning }: TailCommandOptions): string {
  const listed = topics.join(', ');
  if (n === undefined) return fromBeginning ? listed : `${listed}, from now on`;
  return `${listed}, the ${fromBeginning ? 'first' : 'next'} ${formatNoun(n, 'record')}`;
}

function topicsOf(what: Tailed, { inputs, outputs }: Config): string[] {
  if (what === 'suppressed') return [outputs.suppressed.topic];
  if (what === 'dead-letter') return [outputs.deadLetter.topic];
  if (what === 'decided' && outputs.decided.mode === 'off') {
    throw new TactError(
      'usage',
      'decisions are not published; set outputs.decided.mode to all in the configuration',
    );
  }
  if (what === 'decided') return [outputs.decided.topic];
  const own = inputs.flatMap(({ cleared }) => (cleared === undefined ? [] : [cleared]));
  return [...new Set([outputs.cleared.topic, ...Object.values(outputs.cleared.byChannel), ...own])];
}
