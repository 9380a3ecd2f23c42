import { existsSync, statSync } from 'node:fs';
import type { Command } from 'commander';
import { InvalidArgumentError, Option } from 'commander';
import type { Config } from '../config/config.ts';
import { isKnownZone } from '../model/calendar.ts';
import type { Input } from '../records/input.ts';
import { channelNamed } from '../rules/rule-kind.ts';
import type { Abilities, SentRecord } from './abilities.ts';
import type { CommandContext } from './command.ts';
import { addCommand, withConfig, withJson, writeJson } from './command.ts';
import { readConfig } from './config-file.ts';
import { EXIT } from './exit-codes.ts';
import { type ColumnPlan, planColumns } from './import/columns.ts';
import { importInput } from './import/input.ts';
import { openRejected } from './import/rejected-rows.ts';
import { createImportTally, describePlan, type ImportTally, importJson, summarise } from './import/report.ts';
import { createRowTaker } from './import/rows.ts';
import { runImport } from './import/run.ts';
import { ENCODINGS, type Encoding, type ImportTable, openTable } from './import/table.ts';
import { IMPORT_KINDS, type ImportKind } from './import/words.ts';
import { parsePolicyFile } from './policy-file.ts';
import { formatNoun } from './render/number.ts';
import type { Terminal } from './terminal.ts';

interface ImportOptions {
  readonly config?: string;
  readonly json?: boolean;
  readonly kind: ImportKind;
  readonly map?: ReadonlyMap<string, string>;
  readonly constant?: ReadonlyMap<string, string>;
  readonly topic?: string;
  readonly source?: string;
  readonly timezone: string;
  readonly encoding: Encoding;
  readonly rejected?: string;
  readonly dryRun?: boolean;
}

export function addImport(parent: Command, { terminal, abilities, finish }: CommandContext): void {
  const command = addCommand(parent, 'import', {
    summary: 'take in past sends, consents, suppression lists and profiles',
    details:
      'Rows of a CSV file with a header, or an object on each line, become interactions at their own time on an input topic, so that limits bind and consent is known from the first message. Columns go by the names that people use; --map and --constant say the rest. Importing the same file again changes nothing. Rows that cannot be taken are told with their line, the others go through; then the exit code is 5.',
    examples: [
      ['tact import sends.csv --kind sends --dry-run', 'shows what would become of it, connects to nothing'],
      [
        'tact import sends.csv --kind sends --constant channel=email --source crm',
        'past sends of one channel',
      ],
      [
        'tact import consent.csv --kind consents --map type=newsletter_ok occurredAt=ts',
        'columns called otherwise',
      ],
      ['tact import unsubscribed.csv --kind suppressions --rejected bad.csv', 'keeps what was rejected'],
      ['tact import - --kind interactions < history.ndjson', 'interactions of any type, as they are'],
    ],
  });
  command
    .argument('<file>', 'CSV or NDJSON; - is standard input')
    .addOption(new Option('--kind <kind>', 'what the rows are').choices(IMPORT_KINDS).makeOptionMandatory())
    .option('--map <field=column...>', 'where one of our fields is', assignment)
    .option('--constant <field=value...>', 'a field that is the same in every row', assignment)
    .option('--topic <topic>', 'the input to use (default: the first that fits)')
    .option('--source <name>', 'who says so (default: the source of the input)')
    .option('--timezone <zone>', 'of times that name none', timezone, 'UTC')
    .addOption(new Option('--encoding <name>', 'how the file is written').choices(ENCODINGS).default('utf-8'))
    .option('--rejected <file>', 'write the rows that were rejected, with the reason')
    .option('--dry-run', 'send nothing, show the first rows as interactions');
  withJson(withConfig(command)).action(async (file: string, options: ImportOptions) => {
    const config = readConfig(options, terminal, { needsCustomerKey: false });
    const input = importInput(options.kind, options.topic, config);
    const table = await openTable(file, options.encoding, terminal);
    const plan = planOf(file, table, options);
    for (const line of describePlan(plan, table, input)) terminal.say(line);
    const outlet = options.dryRun ? sampleOutlet() : await topicOutlet(await abilities(), config);
    const tally = createImportTally();
    await importInto(outlet, { table, plan, input, options, config, tally, terminal });
    if (tally.rejected > 0) finish(EXIT.differences);
    for (const line of summarise(tally, { ...options, input })) terminal.say(line);
    const { sample } = outlet;
    if (options.json) return writeJson(terminal, importJson(tally, plan, { ...options, input, sample }));
    for (const value of sample) await terminal.data(`${value}\n`);
  });
}

/** Where the records go. */
interface Outlet {
  send(records: readonly SentRecord[]): Promise<void>;
  close(): Promise<void>;
  /** The first values, where they go nowhere else. */
  readonly sample: readonly string[];
}

const SAMPLE_RECORDS = 5;

function sampleOutlet(): Outlet {
  const sample: string[] = [];
  const send: Outlet['send'] = async (records) => {
    const missing = records.slice(0, Math.max(0, SAMPLE_RECORDS - sample.length));
    sample.push(...missing.map(({ value }) => value?.toString('utf8') ?? ''));
  };
  return { sample, send, close: async () => undefined };
}

async function topicOutlet({ openSender }: Abilities, config: Config): Promise<Outlet> {
  const sender = await openSender(config);
  return { sample: [], send: (records) => sender.send(records), close: () => sender.close() };
}

interface Import {
  readonly table: ImportTable;
  readonly plan: ColumnPlan;
  readonly input: Input;
  readonly options: ImportOptions;
  readonly config: Config;
  readonly tally: ImportTally;
  readonly terminal: Terminal;
}

async function importInto(outlet: Outlet, parts: Import): Promise<void> {
  const { table, plan, input, options, config, tally, terminal } = parts;
  const rejected = await openRejected(options.rejected, table);
  const rules = { kind: options.kind, plan, zone: options.timezone, now: terminal.now() };
  try {
    await runImport(
      {
        table,
        take: createRowTaker(input, rules),
        send: outlet.send,
        knowsChannel: channelsKnownTo(config),
        rejected,
      },
      tally,
      terminal,
    );
  } catch (error) {
    if (tally.imported > 0 && !options.dryRun) {
      terminal.say(
        `${formatNoun(tally.imported, 'row')} went before this; import the file again, nothing counts twice.`,
      );
    }
    throw error;
  } finally {
    await rejected.close();
    await outlet.close();
  }
}

/** Whether the policy of the configuration has a channel of a name; where there is no readable policy, it may. */
function channelsKnownTo({ policy: { file } }: Config): (channel: string) => boolean {
  const read = existsSync(file) ? parsePolicyFile(file).parsed : undefined;
  if (!read?.ok) return () => true;
  const { channels } = read.policy;
  return (channel) => channelNamed(channels, channel) !== undefined;
}

function planOf(file: string, table: ImportTable, options: ImportOptions): ColumnPlan {
  const { kind, map, constant, source } = options;
  const constants = new Map(constant);
  if (source !== undefined) constants.set('source', source);
  const isLasting = kind === 'suppressions' || kind === 'profiles';
  const fallbacks = new Map(isLasting && file !== '-' ? [['occurredAt', fileTime(file)]] : []);
  return planColumns(kind, table.columns, { maps: map ?? new Map(), constants, fallbacks });
}

/** A list of what holds now was right when it was written; the same file gives the same time again. */
function fileTime(file: string): string {
  return new Date(Math.floor(statSync(file).mtimeMs)).toISOString();
}

/** Collects `name=value`, for commander. */
function assignment(
  text: string,
  before: ReadonlyMap<string, string> | undefined,
): ReadonlyMap<string, string> {
  const equals = text.indexOf('=');
  if (equals < 1 || equals === text.length - 1) {
    throw new InvalidArgumentError('Must be field=column, such as channel=medium; name the file first.');
  }
  return new Map(before).set(text.slice(0, equals), text.slice(equals + 1));
}

function timezone(text: string): string {
  if (isKnownZone(text)) return text;
  throw new InvalidArgumentError('Must be an IANA zone, such as Europe/Berlin.');
}
