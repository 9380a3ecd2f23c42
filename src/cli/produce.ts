import type { Command } from 'commander';
import type { Config } from '../config/config.ts';
import { TactError } from '../kernel/errors.ts';
import { SECOND } from '../kernel/time.ts';
import type { SentRecord } from './abilities.ts';
import type { CommandContext } from './command.ts';
import { addCommand, withConfig, withJson, writeJson } from './command.ts';
import { readConfig } from './config-file.ts';
import { fileRecords, sampleRecords } from './import/sent-records.ts';
import { wholeNumber } from './parse-option.ts';
import { createProgress } from './progress.ts';
import { formatCount, formatNoun, formatRate } from './render/number.ts';
import { plain } from './render/style.ts';
import { sampleEvents, writeEvent } from './sample.ts';
import type { Terminal } from './terminal.ts';
import { waitFor } from './wait.ts';

interface ProduceOptions {
  readonly config?: string;
  readonly json?: boolean;
  readonly generate?: number;
  readonly rate?: number;
  readonly seed: number;
  readonly dryRun?: boolean;
  readonly strict?: boolean;
}

export function addProduce(parent: Command, { terminal, abilities }: CommandContext): void {
  const command = addCommand(parent, 'produce', {
    summary: 'put sample traffic onto the input topics, generated or from a file',
    details:
      'Lines of a file are events as tact replay reads them, or whole records: {"topic":…, "key":…, "value":…, "headers":{…}}.',
    examples: [
      ['tact produce --generate 20000', 'twenty thousand records of a generated day, as fast as they go'],
      ['tact produce --generate 20000 --rate 500', 'at 500 a second'],
      ['tact produce events.ndjson', 'what a file says'],
      ['tact produce --generate 1000 --dry-run', 'prints the events instead of sending them'],
    ],
  });
  command
    .argument('[file]', 'events or records, a line each; - is standard input')
    .option('--generate <number>', 'generate so many records', wholeNumber(1, 10_000_000))
    .option('--rate <number>', 'records per second at most', wholeNumber(1, 1_000_000))
    .option('--seed <number>', 'the same number generates the same traffic', wholeNumber(0, 0x7fffffff), 1)
    .option('--strict', 'stop at the first line that cannot be read')
    .option('--dry-run', 'send nothing, print the events');
  withJson(withConfig(command)).action(async (file: string | undefined, options: ProduceOptions) => {
    if (file !== undefined && options.generate !== undefined) {
      throw new TactError('usage', 'name a file or --generate, not both');
    }
    if (options.dryRun) return printSample(options, terminal);
    const config = readConfig(options, terminal, { needsCustomerKey: false });
    const records = chooseRecords(file, options, config, terminal);
    const sender = await (await abilities()).openSender(config);
    try {
      await sendAll(records, sender.send.bind(sender), options, terminal);
    } finally {
      await sender.close();
    }
  });
}

function chooseRecords(
  file: string | undefined,
  options: ProduceOptions,
  config: Config,
  terminal: Terminal,
): AsyncIterable<SentRecord> {
  if (options.generate !== undefined) {
    const { generate: count, seed } = options;
    return sampleRecords({ count, seed, now: () => terminal.now() }, config);
  }
  if (file === undefined && terminal.inputIsTyped) {
    throw new TactError(
      'usage',
      'nothing to send: name a file, say --generate 20000 for sample traffic, or write - to type lines',
    );
  }
  return fileRecords(file, config, terminal, (line, problem) => {
    if (options.strict) throw new TactError('usage', `line ${line} ${problem}`);
    terminal.say(`${terminal.sayStyle.warn('!')} line ${line} ${plain(problem)}`);
  });
}

async function printSample(options: ProduceOptions, terminal: Terminal): Promise<void> {
  if (options.generate === undefined) throw new TactError('usage', '--dry-run prints what --generate makes');
  for (const record of sampleEvents({ count: options.generate, seed: options.seed }))
    await terminal.data(`${writeEvent(record)}\n`);
}

const BATCH_RECORDS = 500;

async function sendAll(
  records: AsyncIterable<SentRecord>,
  send: (records: readonly SentRecord[]) => Promise<void>,
  { rate, json }: ProduceOptions,
  terminal: Terminal,
): Promise<void> {
  const stop = terminal.stopSignal();
  const startedAt = terminal.now();
  const progress = createProgress(terminal);
  const byTopic = new Map<string, number>();
  // A tenth of a second's worth at a time, so that a slow rate is even.
  const batchRecords =
    rate === undefined ? BATCH_RECORDS : Math.min(BATCH_RECORDS, Math.max(1, Math.floor(rate / 10)));
  let sent = 0;
  let batch: SentRecord[] = [];
  const flush = async () => {
    await send(batch);
    for (const { topic } of batch) byTopic.set(topic, (byTopic.get(topic) ?? 0) + 1);
    sent += batch.length;
    batch = [];
    progress(() => `${formatCount(sent)} records sent, ${formatRate(sent, terminal.now() - startedAt)}`);
    if (rate !== undefined) await waitFor(startedAt + (sent / rate) * SECOND - terminal.now(), stop);
  };
  for await (const record of records) {
    if (stop.aborted) break;
    batch.push(record);
    if (batch.length >= batchRecords) await flush();
  }
  if (batch.length > 0 && !stop.aborted) await flush();
  terminal.progress('');
  const took = terminal.now() - startedAt;
  if (json) return writeJson(terminal, { sent, tookMs: took, byTopic: Object.fromEntries(byTopic) });
  terminal.say(`${formatNoun(sent, 'record')} sent, ${formatRate(sent, took)}.`);
  for (const [topic, count] of [...byTopic].sort()) terminal.say(`  ${topic}  ${formatCount(count)}`);
  if (sent > 0) terminal.say('Next: tact tail cleared --from-beginning');
}
