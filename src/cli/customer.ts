import type { Command } from 'commander';
import type { CommandContext } from './command.ts';
import { addCommand, withConfig, withJson, writeJson, writeLines } from './command.ts';
import { readConfig } from './config-file.ts';
import { clockOf } from './customer/explanation.ts';
import { customerJson, sheetOf } from './customer/sheet.ts';
import { readConfiguredPolicy } from './policy-file.ts';
import { renderCustomer } from './render/customer.ts';

interface CustomerOptions {
  readonly config?: string;
  readonly json?: boolean;
}

export function addCustomer(parent: Command, context: CommandContext): void {
  const customer = addCommand(parent, 'customer', {
    summary: 'show what is remembered of a customer',
    examples: [
      ['tact customer show ann', 'counts, consents, opt-outs, wishes, what waits, was sent and stopped'],
    ],
  });
  addShow(customer, context);
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
