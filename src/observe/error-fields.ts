import { TactError } from '../kernel/errors.ts';

/** An error as a log line carries it: enough to act on, nothing that came out of a record. */
export interface ErrorFields {
  readonly type: string;
  readonly message: string;
  readonly code?: string;
  /** Where it was thrown, without the message. */
  readonly stack?: string;
  readonly cause?: ErrorFields;
}

const MESSAGE_MAX = 500;
const CAUSES_MAX = 3;

/**
 * Our own messages hold no customer data by rule. Others quote what they were given (`JSON.parse` shows the text it
 * failed on), so quoted text is left out of them, and a parser's message altogether. Properties are never copied: a Redis
 * error carries its command's arguments.
 */
export function errorFields(error: unknown, depth = 0): ErrorFields {
  if (!(error instanceof Error))
    return { type: typeof error, message: 'something that is no error was thrown' };
  const code = (error as { code?: unknown }).code;
  const frames = framesOf(error);
  return {
    type: error.name,
    message: safeMessage(error).slice(0, MESSAGE_MAX),
    ...(typeof code === 'string' ? { code } : {}),
    ...(frames === '' ? {} : { stack: frames }),
    ...(error.cause === undefined || depth >= CAUSES_MAX
      ? {}
      : { cause: errorFields(error.cause, depth + 1) }),
  };
}

function safeMessage(error: Error): string {
  if (error instanceof TactError) return error.message;
  if (error instanceof SyntaxError) return 'text could not be parsed';
  return withoutQuoted(error.message);
}

/** The text with everything between quotation marks left out. */
export function withoutQuoted(text: string): string {
  return text.replace(/"[^"]*"?|'[^']*'|`[^`]*`?/g, '"…"');
}

function framesOf(error: Error): string {
  const lines = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return lines.map((line) => line.trim()).join('\n');
}
