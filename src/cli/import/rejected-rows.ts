import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import { TactError } from '../../kernel/errors.ts';
import type { ImportRow, ImportTable } from './table.ts';

/** Takes the rows that were rejected, to be corrected and imported again. */
export interface RejectedRows {
  add(row: ImportRow, problem: string): Promise<void>;
  close(): Promise<void>;
}

/** Writes them as they came, each with its line and the reason: as CSV with two more columns, or as objects with two more names. */
export async function openRejected(file: string | undefined, table: ImportTable): Promise<RejectedRows> {
  if (file === undefined) return { add: async () => undefined, close: async () => undefined };
  const stream = await opened(file);
  const write = async (text: string) => {
    if (!stream.write(`${text}\n`)) await once(stream, 'drain');
  };
  if (table.format === 'csv') await write(csvLine([...table.columns, 'rejected_line', 'rejected_because']));
  return {
    add: ({ line, cells }, problem) =>
      write(
        table.format === 'csv'
          ? csvLine([...table.columns.map((name) => String(cells[name] ?? '')), String(line), problem])
          : JSON.stringify({ ...cells, rejected_line: line, rejected_because: problem }),
      ),
    async close() {
      stream.end();
      await once(stream, 'close');
    },
  };
}

async function opened(file: string): Promise<WriteStream> {
  const stream = createWriteStream(file);
  try {
    await once(stream, 'open');
    return stream;
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    throw new TactError('usage', `cannot write ${file}: ${code}`, { cause: error });
  }
}

function csvLine(cells: readonly string[]): string {
  return cells
    .map((cell) => (/[",;\t|\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell))
    .join(',');
}
