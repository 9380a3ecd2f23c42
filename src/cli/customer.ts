import type { Command } from 'commander';
import { TactError } from '../kernel/errors.ts';
import { SECOND } from '../kernel/time.ts';
import type { CommandContext } from './command.ts';
import { addCommand, withConfig, withJson, writeJson, writeLines } from './command.ts';
import { readConfig } from './config-file.ts';
import { type Erasure, eraseCustomer } from './customer/erasure.ts';
import { clockOf } from './customer/explanation.ts';
import { customerJson, sheetOf } from './customer/sheet.ts';
import { addExport } from './customer-export.ts';
import { EXIT } from './exit-codes.ts';
import { importInput } from './import/input.ts';
import { wholeNumber } from './parse-option.ts';
import { readConfiguredPolicy } from './policy-file.ts';
import { renderCustomer } from './render/customer.ts';
import { plain } from './render/style.ts';
import { formatMoment } from './render/time.ts';

interface CustomerOptions {
  readonly config?: string;
  readonly json?: boolean;
}

export function addCustomer(parent: Command, context: CommandContext): void {
  const customer = addCommand(parent, 'customer', {
    summary: 'show or hand over what is remembered of a customer, or erase it',
    examples: [
      ['tact customer show ann', 'counts, consents, opt-outs, wishes, what waits, was sent and stopped'],
      ['tact customer export ann --out ann.txt', 'all that is known, for the customer'],
      ['tact customer erase ann --yes', 'forgets all of it, and never sends again'],
    ],
  });
  addShow(customer, context);
  addExport(customer, context);
  addErase(customer, context);
}

function addShow(parent: Command, { terminal, abilities }: CommandContext): void {
  const command = addCommand(parent, 'show', {
    summary: 'show everything that is remembered, the counts of each limit first',
    details:
      'The counts are what the policy of the configuration would find for a message of each channel and class now; nothing is sent or changed. Times are those of the customer’s zone where it is known, else of the policy’s.',
    examples: [
      ['tact customer show ann', 'as tables'],
      ['tact customer show ann --json | jq .counts', 'count, limit and next slot of each rule'],
    ],
  });
  command.argument('<customer>', 'id as the messages carry it');
  withJson(withConfig(command)).action(async (customerId: string, options: CustomerOptions) => {
    const config = readConfig(options, terminal);
    const policy = readConfiguredPolicy(config, terminal);
    const { readCustomer } = await abilities();
    const remembered = await readCustomer(config, customerId);
    const clock = clockOf(remembered.state, policy.timezone);
    const sheet = sheetOf(customerId, remembered, policy, clock, terminal.now());
    if (options.json) return writeJson(terminal, customerJson(sheet));
    await writeLines(terminal, renderCustomer(sheet, terminal.style));
  });
}

interface EraseOptions extends CustomerOptions {
  readonly yes?: boolean;
  readonly topic?: string;
  readonly wait: number;
}

function addErase(parent: Command, { terminal, abilities, finish }: CommandContext): void {
  const command = addCommand(parent, 'erase', {
    summary: 'forget a customer, and send nothing any more',
    details:
      'Puts an interaction of type erased onto an input and waits until the customer’s shard has obeyed: nothing is remembered then but that nothing may be sent, what waited has ended, and only a newer consent of the customer changes that. What Kafka keeps of the past ends with compaction of the changelog and with the retention of the other topics.',
    examples: [
      ['tact customer erase ann --yes', 'and says when it is done'],
      ['tact customer erase ann --yes --json', '{"erased":true,"at":…}'],
    ],
  });
  command
    .argument('<customer>', 'id as the messages carry it')
    .option('--yes', 'it cannot be undone; without this nothing happens')
    .option('--topic <topic>', 'the input to use (default: the first that fits)')
    .option('--wait <seconds>', 'until it is done', wholeNumber(1, 3_600), 30);
  withJson(withConfig(command)).action(async (customerId: string, options: EraseOptions) => {
    if (!options.yes) throw new TactError('usage', 'what is erased cannot be brought back: say --yes');
    const config = readConfig(options, terminal);
    const erasure = await eraseCustomer(
      {
        config,
        customerId,
        topic: importInput('interactions', options.topic, config).topic,
        now: terminal.now,
        patience: options.wait * SECOND,
        signal: terminal.stopSignal(),
      },
      await abilities(),
    );
    if (erasure.erasedAt === undefined) finish(EXIT.differences);
    if (options.json) return writeJson(terminal, erasureJson(customerId, erasure));
    for (const line of erasureLines(customerId, erasure)) terminal.say(line);
  });
}

function erasureJson(customerId: string, { remembered: { shard, watermark }, erasedAt }: Erasure) {
  const isErased = erasedAt !== undefined;
  return { customer: customerId, erased: isErased, ...(isErased && { at: erasedAt }), shard, watermark };
}

function erasureLines(customerId: string, { remembered: { shard, watermark }, erasedAt }: Erasure): string[] {
  const who = plain(customerId);
  if (erasedAt === undefined)
    return [
      `The erasure of ${who} is on its way and not done yet: shard ${shard} has not read it.`,
      'Is tact run running? Look with tact status, and then with tact customer show.',
    ];
  return [
    `Erased ${who}: nothing is remembered but that nothing may be sent, since ${formatMoment(erasedAt, 'UTC')} UTC.`,
    `Redis, shard ${shard}, up to changelog offset ${watermark}. Older records of the changelog go with its next compaction, those of inputs and outputs with the retention of their topics.`,
  ];
}
