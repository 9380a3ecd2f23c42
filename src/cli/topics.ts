import type { Command } from 'commander';
import type { Config } from '../config/config.ts';
import type { Abilities } from './abilities.ts';
import type { CommandContext } from './command.ts';
import { addCommand, withConfig, withJson, writeJson, writeLines } from './command.ts';
import { readConfig } from './config-file.ts';
import { EXIT } from './exit-codes.ts';
import { wholeNumber } from './parse-option.ts';
import { formatNoun } from './render/number.ts';
import { renderTopicChecks } from './render/topics.ts';
import type { Terminal } from './terminal.ts';
import type { TopicCheck } from './topic-findings.ts';
import { checkTopic, createCommand } from './topic-findings.ts';
import { newTopic, topicNeeds } from './topic-needs.ts';

interface TopicsOptions {
  readonly config?: string;
  readonly json?: boolean;
  readonly dryRun?: boolean;
  readonly replicationFactor?: number;
}

export function addTopics(parent: Command, context: CommandContext): void {
  const topics = addCommand(parent, 'topics', {
    summary: 'compare the topics with what is needed, or create them',
    examples: [
      ['tact topics check', 'every topic, what is wrong with it, and the command that fixes it'],
      ['tact topics create', 'creates those that are missing'],
    ],
  });
  addCheckTopics(topics, context);
  addCreateTopics(topics, context);
}

function addCheckTopics(topics: Command, { terminal, abilities, finish }: CommandContext): void {
  const command = addCommand(topics, 'check', {
    summary: 'compare the topics with what is needed; changes nothing',
    examples: [
      ['tact topics check', 'exit code 5 when something is wrong'],
      ['tact topics check --json', 'the same for machines'],
    ],
  });
  withJson(withConfig(command)).action(async (options: TopicsOptions) => {
    const config = readConfig(options, terminal, { warns: true });
    const checks = await checkTopics(config, await abilities());
    const ok = checks.every(isUsable);
    if (!ok) finish(EXIT.differences);
    if (options.json) return writeJson(terminal, { ok, topics: checks.map(topicJson) });
    await writeLines(terminal, renderTopicChecks(checks, terminal.style));
  });
}

function addCreateTopics(topics: Command, { terminal, abilities }: CommandContext): void {
  const command = addCommand(topics, 'create', {
    summary: 'create the topics that are missing; existing ones stay as they are',
    examples: [
      ['tact topics create --dry-run', 'what would be created, as commands of Kafka'],
      ['tact topics create --replication-factor 3', 'for production: also sets min.insync.replicas=2'],
    ],
  });
  command
    .option('--dry-run', 'create nothing, print the commands')
    .option('--replication-factor <number>', "copies of each (default: the broker's)", wholeNumber(1, 100));
  withJson(withConfig(command)).action(async (options: TopicsOptions) => {
    const config = readConfig(options, terminal, { warns: true });
    await createMissing(config, options, await abilities(), terminal);
  });
}

async function checkTopics(config: Config, abilities: Abilities): Promise<TopicCheck[]> {
  const needs = topicNeeds(config);
  const facts = await abilities.describeTopics(
    config,
    needs.map(({ topic }) => topic),
  );
  return needs.map((need) => checkTopic(need, facts.get(need.topic), brokerOf(config)));
}

async function createMissing(
  config: Config,
  options: TopicsOptions,
  abilities: Abilities,
  terminal: Terminal,
): Promise<void> {
  const checks = await checkTopics(config, abilities);
  const missing = checks.filter(({ facts }) => facts === undefined).map(({ need }) => need);
  if (!options.dryRun && missing.length > 0) {
    await abilities.createTopics(
      config,
      missing.map((need) => newTopic(need, options.replicationFactor)),
    );
  }
  const names = missing.map(({ topic }) => topic);
  if (options.json) return writeJson(terminal, { [options.dryRun ? 'missing' : 'created']: names });
  if (options.dryRun) {
    await writeLines(
      terminal,
      missing.map((need) => createCommand(need, brokerOf(config), options.replicationFactor)),
    );
  } else {
    await writeLines(terminal, names);
  }
  const done = options.dryRun ? 'would be created' : 'created';
  terminal.say(
    `${formatNoun(missing.length, 'topic')} ${done}, ${checks.length - missing.length} existed already.`,
  );
  if (!options.dryRun) terminal.say('Next: tact topics check');
}

function isUsable({ findings }: TopicCheck): boolean {
  return findings.every(({ level }) => level !== 'wrong');
}

function brokerOf(config: Config): string {
  return config.kafka.brokers[0] ?? '';
}

function topicJson({ need, facts, findings }: TopicCheck) {
  return {
    topic: need.topic,
    purpose: need.purpose,
    exists: facts !== undefined,
    partitions: facts?.partitions,
    replicationFactor: facts?.replicationFactor,
    ok: findings.every(({ level }) => level !== 'wrong'),
    findings,
  };
}
