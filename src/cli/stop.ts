import { hostname, userInfo } from 'node:os';
import type { Command } from 'commander';
import { TactError } from '../kernel/errors.ts';
import { SECOND } from '../kernel/time.ts';
import type { OutputRecord } from '../model/record.ts';
import { scopeText } from '../model/scope.ts';
import type { Control, Stop } from '../model/stop.ts';
import { BECAUSE_MAX, stopKey, stopRecord } from '../records/control-codec.ts';
import type { CommandContext } from './command.ts';
import { addCommand, withConfig, withJson, writeJson, writeLines } from './command.ts';
import { readConfig } from './config-file.ts';
import { checkNames, type ScopeOptions, STOPPABLE, scopeOf } from './control/scope.ts';
import { type Told, tellProcesses } from './control/telling.ts';
import { EXIT } from './exit-codes.ts';
import { wholeNumber } from './parse-option.ts';
import { readConfiguredPolicy } from './policy-file.ts';
import { renderStops } from './render/stops.ts';
import { plain } from './render/style.ts';

interface ControlOptions extends ScopeOptions {
  readonly config?: string;
  readonly json?: boolean;
  readonly wait: number;
}

interface StopOptions extends ControlOptions {
  readonly hold?: boolean;
  readonly because?: string;
  readonly by: string;
  readonly list?: boolean;
}

interface ResumeOptions extends ControlOptions {
  readonly all?: boolean;
}

export function addStop(parent: Command, context: CommandContext): void {
  const { terminal, abilities } = context;
  const command = addCommand(parent, 'stop', {
    summary: 'stop everything, a channel, class, sender or campaign now, in every process',
    details:
      'What is stopped is suppressed with the reason “stopped”. With --hold it waits until it is resumed: everything stays on Kafka then; a part of everything is deferred, and decided again every five minutes. A stop binds whatever the policy says, with enforce: false too, in every process that runs or starts later, until tact resume. Several options together mean the messages to which all of them apply.',
    examples: [
      ['tact stop --campaign spring-sale --because "wrong price"', 'its messages are suppressed from now on'],
      ['tact stop --channel push --hold', 'they wait'],
      ['tact stop --everything --hold', 'nothing goes out, and nothing is lost'],
      ['tact stop --list', 'what is stopped, since when, by whom and why'],
    ],
  });
  withControl(command)
    .option('--hold', 'let messages wait instead of suppressing them')
    .option('--because <text>', 'why; stands in every decision that it makes')
    .option('--by <name>', 'who stops it', `${userInfo().username}@${hostname()}`)
    .option('--list', 'show what is stopped, and change nothing')
    .action(async (options: StopOptions) => {
      const config = readConfig(options, terminal, { needsCustomerKey: false });
      if (options.list) {
        const { readControl } = await abilities();
        return show(await readControl(config), options, context);
      }
      const stop = stopOf(options, terminal.now());
      checkNames(stop.scope, readConfiguredPolicy(config, terminal));
      await change(
        [stopRecord(stop.scope, stop, stop.at)],
        `Stopped: ${scopeText(stop.scope)}.`,
        options,
        context,
      );
    });
}

export function addResume(parent: Command, context: CommandContext): void {
  const { terminal, abilities } = context;
  const command = addCommand(parent, 'resume', {
    summary: 'end a stop, with the options that it was made with, or all of them',
    details:
      'Messages that were held go on: what stayed on Kafka at once, what was deferred within five minutes. What was suppressed stays suppressed.',
    examples: [
      ['tact resume --campaign spring-sale', 'its messages are decided by the policy again'],
      ['tact resume --all', 'ends every stop'],
    ],
  });
  withControl(command)
    .option('--all', 'every stop that is in force')
    .action(async (options: ResumeOptions) => {
      const config = readConfig(options, terminal, { needsCustomerKey: false });
      const { readControl } = await abilities();
      const ended = endedStops(await readControl(config), options);
      const records = ended.map(({ scope }) => stopRecord(scope, null, terminal.now()));
      const names = ended.map(({ scope }) => scopeText(scope)).join('; ');
      await change(records, `Resumed: ${names}.`, options, context);
    });
}

function withControl(command: Command): Command {
  command.option('--everything', 'all messages');
  for (const field of STOPPABLE)
    command.option(`--${field} <name...>`, `messages of this ${field}, or any of these`);
  command.option('--wait <seconds>', 'for every process to say that it knows', wholeNumber(0, 600), 10);
  return withJson(withConfig(command));
}

function stopOf(options: StopOptions, at: number): Stop {
  const { because, by } = options;
  if (because !== undefined && because.length > BECAUSE_MAX)
    throw new TactError(
      'usage',
      `--because has ${because.length} characters, and ${BECAUSE_MAX} at most are kept`,
    );
  const mode = options.hold ? 'hold' : 'suppress';
  return { scope: scopeOf(options), mode, at, by, ...(because !== undefined && { because }) };
}

/** Throws `usage` where there is no such stop. */
function endedStops({ stops }: Control, options: ResumeOptions): readonly Stop[] {
  if (options.all && stops.length === 0) throw new TactError('usage', 'nothing is stopped');
  if (options.all) return stops;
  const key = stopKey(scopeOf(options));
  const ended = stops.filter(({ scope }) => stopKey(scope) === key);
  if (ended.length > 0) return ended;
  const names = stops.map(({ scope }) => scopeText(scope)).join('; ');
  throw new TactError('usage', `there is no such stop; stopped: ${names === '' ? 'nothing' : names}`);
}

async function change(
  records: readonly OutputRecord[],
  headline: string,
  options: ControlOptions,
  { terminal, abilities, finish }: CommandContext,
): Promise<void> {
  const config = readConfig(options, terminal, { needsCustomerKey: false });
  const telling = {
    ...{ config, now: () => terminal.now(), patience: options.wait * SECOND },
    signal: terminal.stopSignal(),
  };
  const told = await tellProcesses(telling, records, await abilities());
  if (told.missing.length > 0) finish(EXIT.unreachable);
  if (options.json) return writeJson(terminal, jsonOf(told));
  await writeLines(terminal, [
    headline,
    reachOf(told),
    '',
    ...renderStops(told.control, terminal.now(), terminal.style),
  ]);
}

function jsonOf({ control, processes, missing, took }: Told) {
  const ids = (among: Told['processes']) => among.map(({ id }) => id);
  return { ...control, inForceIn: processes.length - missing.length, missing: ids(missing), tookMs: took };
}

function reachOf({ processes, missing, took }: Told): string {
  if (processes.length === 0) return 'No process is running; the next one that starts obeys it.';
  const seconds = (took / SECOND).toFixed(1);
  if (missing.length === 0) return `In force in every process (${processes.length}) after ${seconds} s.`;
  const names = missing.map(({ id }) => plain(id)).join(', ');
  return `Written, but after ${seconds} s not in force in ${names}: look at its log, and end it if it does not answer.`;
}

async function show(control: Control, { json }: ControlOptions, { terminal }: CommandContext): Promise<void> {
  if (json) return writeJson(terminal, control);
  await writeLines(terminal, renderStops(control, terminal.now(), terminal.style));
}
