import type { Command } from 'commander';
import type { Abilities } from './abilities.ts';
import type { ExitCode } from './exit-codes.ts';
import type { Terminal } from './terminal.ts';

/** What every command is given. */
export interface CommandContext {
  readonly terminal: Terminal;
  /** Loaded when first asked for, so that a command without adapters starts without them. */
  abilities(): Promise<Abilities>;
  /** What the process will end with, once the command is done. */
  finish(code: ExitCode): void;
}

export interface CommandText {
  /** One line, a verb first. */
  readonly summary: string;
  /** What to type and what it does, the most useful first. */
  readonly examples: readonly (readonly [line: string, does: string])[];
  readonly details?: string;
}

/** A command whose help begins with examples. */
export function addCommand(parent: Command, usage: string, text: CommandText): Command {
  const width = Math.max(...text.examples.map(([line]) => line.length));
  const examples = text.examples.map(([line, does]) => `  ${line.padEnd(width)}  ${does}`);
  const command = parent
    .command(usage)
    .summary(text.summary)
    .description(text.details ?? sentence(text.summary));
  return command.addHelpText('before', `${['Examples:', ...examples].join('\n')}\n`);
}

function sentence(phrase: string): string {
  return `${phrase.charAt(0).toUpperCase()}${phrase.slice(1)}.`;
}

/** The option of commands that read the configuration. */
export function withConfig(command: Command): Command {
  return command.option('-c, --config <file>', 'configuration file (default: TACT_CONFIG, else tact.yaml)');
}

export function withJson(command: Command): Command {
  return command.option('--json', 'print data as JSON');
}

/** Writes one JSON value as a line of data. */
export function writeJson(terminal: Terminal, value: unknown): Promise<void> {
  return terminal.data(`${JSON.stringify(value)}\n`);
}

export function writeLines(terminal: Terminal, lines: readonly string[]): Promise<void> {
  return terminal.data(lines.map((line) => `${line}\n`).join(''));
}
