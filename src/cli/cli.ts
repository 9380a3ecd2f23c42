import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { messageOf, TactError } from '../kernel/errors.ts';
import type { Abilities } from './abilities.ts';
import { addCheck } from './check.ts';
import type { CommandContext } from './command.ts';
import { addCustomer } from './customer.ts';
import { addDemo } from './demo.ts';
import type { ExitCode } from './exit-codes.ts';
import { EXIT, exitCodeOf } from './exit-codes.ts';
import { addExplain } from './explain.ts';
import { addImport } from './import.ts';
import { addProduce } from './produce.ts';
import { addReplay } from './replay.ts';
import { addRun } from './run.ts';
import { addShard } from './shard.ts';
import { addStatus } from './status.ts';
import { addResume, addStop } from './stop.ts';
import { addTail } from './tail.ts';
import type { Terminal } from './terminal.ts';
import { addTest } from './test.ts';
import { addTopics } from './topics.ts';

const EXAMPLES = `Examples:
  tact demo                                    a generated day through Tact in less than a minute; needs nothing else
  tact replay --policy p.yaml < events.ndjson  try a policy on a story
  tact check                                   is everything written down right?
  tact test deploy/policies                    does a policy decide as its tests expect?
  tact run                                     govern until told to stop
  tact status                                  who owns which shard, and what waits
  tact explain ann                             why did she (not) get it?
`;

/** Runs one command line; resolves with its exit code, never throws. */
export async function runCli(
  args: readonly string[],
  terminal: Terminal,
  loadAbilities: () => Promise<Abilities>,
): Promise<ExitCode> {
  let code: ExitCode = EXIT.ok;
  let writing: Promise<void> = Promise.resolve();
  const context: CommandContext = {
    terminal,
    abilities: loadAbilities,
    finish: (finished) => {
      code = finished;
    },
  };
  const program = createProgram(context, (text) => {
    writing = terminal.data(text);
  });
  try {
    if (args.length === 0) program.outputHelp();
    else await program.parseAsync([...args], { from: 'user' });
  } catch (error) {
    code = report(error, terminal);
  }
  await writing;
  return code;
}

function createProgram(context: CommandContext, writeOut: (text: string) => void): Command {
  const program = new Command('tact')
    .description('Decides, message by message, whether a customer may be contacted now.')
    .version(packageVersion(), '-V, --version')
    .addHelpText('before', EXAMPLES)
    .addHelpText(
      'after',
      '\nExit codes: 0 ok, 1 unexpected, 2 usage, 3 invalid policy or configuration,\n4 policy tests failed, 5 differences found, 6 Kafka, Redis or the registry unreachable,\n130 a second Ctrl-C.',
    )
    .showHelpAfterError('Run it with --help for examples.')
    .exitOverride()
    .configureOutput({ writeOut, writeErr: (text) => context.terminal.say(text.trimEnd()) })
    .helpCommand('help [command]', 'show the help of a command');
  for (const add of [
    addDemo,
    addReplay,
    addCheck,
    addTest,
    addRun,
    addStatus,
    addStop,
    addResume,
    addExplain,
    addCustomer,
    addImport,
    addTopics,
    addProduce,
    addTail,
    addShard,
  ]) {
    add(program, context);
  }
  return program;
}

/** The version of the package that this is. */
function packageVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

function report(error: unknown, terminal: Terminal): ExitCode {
  // Commander has already said it.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  terminal.progress('');
  const style = terminal.sayStyle;
  terminal.say(`${style.bad('error:')} ${messageOf(error)}`);
  if (!(error instanceof TactError) && error instanceof Error && error.stack)
    terminal.say(style.dim(error.stack));
  return exitCodeOf(error);
}
