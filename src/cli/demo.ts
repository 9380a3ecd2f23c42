import type { Command } from 'commander';
import { Option } from 'commander';
import type { Policy } from '../decide/policy.ts';
import { TactError } from '../kernel/errors.ts';
import type { Instant } from '../kernel/time.ts';
import { generateDay } from '../traffic/day.ts';
import type { TrafficRecord } from '../traffic/record.ts';
import { TRAFFIC_INPUTS } from '../traffic/record.ts';
import type { Abilities, EmbeddedRecord } from './abilities.ts';
import { Chronicle } from './chronicle.ts';
import type { CommandContext } from './command.ts';
import { addCommand, withJson, writeJson, writeLines } from './command.ts';
import type { Tally } from './demo-tally.ts';
import { countDeadLetter, countDecision, countsByReason, createTally, decidedCount } from './demo-tally.ts';
import { calendarDate, wholeNumber } from './parse-option.ts';
import { demoPolicyFile, readPolicy } from './policy-file.ts';
import { createProgress } from './progress.ts';
import { formatCount, formatRate } from './render/number.ts';
import { renderStory } from './render/story.ts';
import { renderTally } from './render/tally.ts';
import { formatClock } from './render/time.ts';
import type { Story } from './story.ts';
import { pickInterestingCustomer, tellStory } from './story.ts';
import type { Terminal } from './terminal.ts';

interface DemoOptions {
  readonly seed: number;
  readonly customers: number;
  readonly date: Instant;
  readonly policy?: string;
  readonly customer?: string;
  readonly json?: boolean;
}

export function addDemo(parent: Command, { terminal, abilities }: CommandContext): void {
  const command = addCommand(parent, 'demo', {
    summary: 'run a generated day through Tact, in memory',
    details:
      'Runs a generated day of three platforms (crm newsletters, app pushes, shop e-mails and SMS) through the same code that governs a cluster, on adapters in memory. Needs neither Kafka nor Redis.',
    examples: [
      ['tact demo', 'ten thousand customers, in less than a minute'],
      ['tact demo --policy my.yaml', 'the same day under your policy'],
      ['tact demo --customer c-000042', "another customer's story"],
      ['tact demo --json | jq .byReason', 'the numbers alone'],
    ],
  });
  command
    .option('--seed <number>', 'the same number gives the same day', wholeNumber(0, 0x7fffffff), 1)
    .option('--customers <number>', 'how many customers', wholeNumber(1, 200_000), 10_000)
    .addOption(
      new Option('--date <date>', 'the day, as year-month-day')
        .argParser(calendarDate)
        .default(Date.UTC(2026, 2, 10), '2026-03-10'),
    )
    .option('--policy <file>', 'policy to decide with (default: the one of the demo)')
    .option('--customer <id>', 'whose story is told (default: one with much to tell)');
  withJson(command).action(async (options: DemoOptions) => demo(options, terminal, await abilities()));
}

async function demo(options: DemoOptions, terminal: Terminal, abilities: Abilities): Promise<void> {
  const policy = readPolicy(options.policy ?? demoPolicyFile(), terminal);
  if (!options.json) {
    terminal.say(
      `A day of ${formatCount(options.customers)} customers under policy ${policy.name}@${policy.digest} …`,
    );
  }
  const startedAt = terminal.now();
  const day = new DemoDay(options, policy, terminal);
  await abilities.runEmbedded({
    policy,
    inputs: TRAFFIC_INPUTS,
    records: day.records(),
    onDecided: (message, decision) => {
      countDecision(day.tally, message, decision);
      day.chronicle.decided(message, decision);
    },
    onDeadLetter: (_topic, reason) => countDeadLetter(day.tally, reason),
  });
  terminal.progress('');
  const took = terminal.now() - startedAt;
  const story = storyOf(day.chronicle, options.customer, policy);
  if (options.json) return writeJson(terminal, demoJson(options, policy, day, took, story));
  await writeLines(terminal, renderDemo(day, policy, took, story, terminal));
}

/** The day on its way through Tact. */
class DemoDay {
  readonly tally: Tally = createTally();
  readonly chronicle: Chronicle;
  recordCount = 0;
  readonly #options: DemoOptions;
  readonly #policy: Policy;
  readonly #terminal: Terminal;

  constructor(options: DemoOptions, policy: Policy, terminal: Terminal) {
    this.#options = options;
    this.#policy = policy;
    this.#terminal = terminal;
    this.chronicle = new Chronicle(options.date, options.customer);
  }

  /** Responses to messages that were stopped are left out: nobody got them. */
  *records(): Generator<EmbeddedRecord, void, void> {
    const progress = createProgress(this.#terminal);
    const startedAt = this.#terminal.now();
    for (const record of generateDay(this.#options)) {
      if (record.answers !== undefined && this.chronicle.wasStopped(record.answers)) continue;
      this.chronicle.recordArrived(record);
      this.recordCount += 1;
      progress(() => this.#progressLine(record.at, startedAt));
      yield embeddedRecord(record);
    }
  }

  #progressLine(at: Instant, startedAt: Instant): string {
    const { cleared, suppressed } = this.tally.total;
    const clock = at < this.#options.date ? 'the weeks before' : formatClock(at, this.#policy.timezone);
    const rate = formatRate(this.recordCount, this.#terminal.now() - startedAt);
    return `${clock.padEnd(16)}  ${formatCount(this.recordCount)} records  ${rate}  ${formatCount(cleared)} cleared  ${formatCount(suppressed)} suppressed`;
  }
}

function embeddedRecord({ at, topic, key, value }: TrafficRecord): EmbeddedRecord {
  return { at, topic, key, value: typeof value === 'string' ? value : JSON.stringify(value) };
}

function storyOf(chronicle: Chronicle, wanted: string | undefined, policy: Policy): Story | undefined {
  const customerId = wanted ?? pickInterestingCustomer(chronicle);
  if (customerId === undefined) return undefined;
  const story = tellStory(chronicle, customerId, policy.timezone);
  if (wanted === undefined || story.lines.length > 0) return story;
  throw new TactError(
    'usage',
    `nothing happened to customer ${wanted} on this day; the ids run from c-000001`,
  );
}

function demoJson(
  options: DemoOptions,
  policy: Policy,
  day: DemoDay,
  tookMs: number,
  story: Story | undefined,
) {
  const { tally } = day;
  return {
    seed: options.seed,
    customers: options.customers,
    policy: `${policy.name}@${policy.digest}`,
    enforce: policy.enforce,
    records: day.recordCount,
    messages: decidedCount(tally),
    ...tally.total,
    deadLettered: tally.deadLettered,
    byReason: countsByReason(tally),
    byRule: [...tally.blocked.values()].sort((a, b) => b.count - a.count),
    byPlatform: Object.fromEntries(
      [...tally.byPlatform].map(([platform, channels]) => [platform, Object.fromEntries(channels)]),
    ),
    deadLettersByReason: Object.fromEntries(tally.deadLettersByReason),
    tookMs,
    story,
  };
}

function renderDemo(
  day: DemoDay,
  policy: Policy,
  took: number,
  story: Story | undefined,
  terminal: Terminal,
): string[] {
  const { style } = terminal;
  const seconds = (took / 1_000).toFixed(1);
  return [
    `${formatCount(day.recordCount)} records in ${seconds} s, ${formatCount(decidedCount(day.tally))} of them messages to decide on.`,
    ...(policy.enforce
      ? []
      : ['The policy only observes: everything cleared; the reasons say what would have happened.']),
    '',
    ...renderTally(day.tally, style),
    '',
    ...(story ? [...renderStory(story, style), ''] : []),
    style.bold('What to try next'),
    '  tact demo --policy <file>      copy deploy/policies/retail-eu.yaml, change a number, see what changes',
    '  tact demo --customer c-000042  another customer’s story',
    '  npm run stack                  a real Kafka and Redis on this machine; then tact run, produce and tail',
  ];
}
