import type { Command } from 'commander';
import type { Duration } from '../kernel/time.ts';
import type { CommandContext } from './command.ts';
import { addCommand, withConfig, withJson, writeJson, writeLines } from './command.ts';
import { readConfig } from './config-file.ts';
import { type FoundDecisions, planSearch, type Question } from './customer/decision-search.ts';
import { clockOf, explain } from './customer/explanation.ts';
import { searchDecisions } from './customer/search-decisions.ts';
import { EXIT } from './exit-codes.ts';
import { duration, wholeNumber } from './parse-option.ts';
import { readConfiguredPolicy } from './policy-file.ts';
import { explanationJson, renderExplanation } from './render/explanation.ts';
import type { Terminal } from './terminal.ts';

interface ExplainOptions {
  readonly config?: string;
  readonly json?: boolean;
  readonly message?: string;
  readonly since?: Duration;
  readonly n: number;
}

export function addExplain(parent: Command, { terminal, abilities, finish }: CommandContext): void {
  const command = addCommand(parent, 'explain', {
    summary: 'say why a customer did or did not get a message',
    details:
      'Reads what Redis remembers of the customer, and the whole decision where it was published: on the topic of suppressed messages, or of all with outputs.decided.mode: all. Only the partition of the customer’s shard is read, from the time that is known, else of the last 7 days. Ends with 0 where nothing is known, and says what that means; with 6 where Redis, or Kafka for the detail, cannot be reached.',
    examples: [
      ['tact explain ann', 'what happened lately, the latest first'],
      ['tact explain ann --message m2', 'what became of this message, by which rule, and what to do'],
      ['tact explain ann --message m2 --since 30d', 'looks further back than the stop that is remembered'],
      ['tact explain ann --message m2 --json | jq .decision.findings', 'every rule’s finding'],
    ],
  });
  command
    .argument('<customer>', 'id as the messages carry it')
    .option('--message <id>', 'message id; topic/partition/offset where the producer gives none')
    .option('--since <duration>', 'read the topic of decisions so far back, such as 12h or 30d', duration)
    .option('-n <number>', 'so many entries of the story', wholeNumber(1, 100_000), 30);
  withJson(withConfig(command)).action(async (customerId: string, options: ExplainOptions) => {
    const config = readConfig(options, terminal);
    const policy = readConfiguredPolicy(config, terminal);
    const able = await abilities();
    const remembered = await able.readCustomer(config, customerId);
    const question = questionOf(customerId, options, terminal);
    const planned = planSearch(question, remembered.state, config);
    const found: FoundDecisions =
      planned === undefined
        ? { decisions: [] }
        : await searchDecisions(able, config, remembered.shard, planned, terminal);
    const clock = clockOf(remembered.state, policy.timezone);
    const explanation = explain(question, clock, remembered, found);
    if (found.problem !== undefined) finish(EXIT.unreachable);
    if (options.json) return writeJson(terminal, explanationJson(explanation));
    await writeLines(terminal, renderExplanation(explanation, options.n, terminal.style));
  });
}

function questionOf(customerId: string, options: ExplainOptions, terminal: Terminal): Question {
  const { message, since } = options;
  return {
    customerId,
    ...(message !== undefined && { messageId: message }),
    ...(since !== undefined && { since }),
    now: terminal.now(),
  };
}
