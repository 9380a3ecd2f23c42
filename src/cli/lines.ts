import { createReadStream } from 'node:fs';
import { TactError } from '../kernel/errors.ts';
import type { Terminal } from './terminal.ts';

export interface Line {
  /** From 1. */
  readonly number: number;
  readonly text: string;
}

/** The lines of a file, or of standard input for `-` and for nothing; empty ones are left out. */
export async function* readLines(
  file: string | undefined,
  terminal: Terminal,
): AsyncGenerator<Line, void, void> {
  let number = 0;
  let open = '';
  const decoder = new TextDecoder();
  for await (const chunk of openInput(file, terminal)) {
    open += typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true });
    const lines = open.split('\n');
    open = lines.pop() ?? '';
    for (const text of lines) {
      number += 1;
      if (text.trim() !== '') yield { number, text };
    }
  }
  if (open.trim() !== '') yield { number: number + 1, text: open };
}

/** The bytes of a file, or of standard input for `-` and for nothing. */
export async function* openInput(
  file: string | undefined,
  terminal: Terminal,
): AsyncGenerator<Uint8Array | string, void, void> {
  if (file === undefined && terminal.inputIsTyped) {
    throw new TactError(
      'usage',
      'nothing comes in on standard input; name a file, or write - to type lines yourself',
    );
  }
  if (file === undefined || file === '-') {
    yield* terminal.input;
    return;
  }
  try {
    yield* createReadStream(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'there is no such file' : (code ?? 'unknown error');
    throw new TactError('usage', `cannot read ${file}: ${why}`, { cause: error });
  }
}
