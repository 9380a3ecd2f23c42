import { pipeline, Readable } from 'node:stream';
import { type CsvError, parse } from 'csv-parse';
import { TactError } from '../../kernel/errors.ts';
import { parseObject } from '../event.ts';
import { openInput } from '../lines.ts';
import type { Terminal } from '../terminal.ts';

/** A file with a header row, or with an object on each line. */
export interface ImportTable {
  readonly format: 'csv' | 'ndjson';
  /** As the header names them; of objects, the names that occur in the first hundred lines. */
  readonly columns: readonly string[];
  readonly rows: AsyncIterable<ImportRow>;
}

/** A row by its columns, or what is wrong with it; `line` counts from 1 and is the last one of a row over several. */
export interface ImportRow {
  readonly line: number;
  readonly cells: Readonly<Record<string, unknown>>;
  readonly problem?: string;
}

/** How a file may be written. */
export const ENCODINGS = ['utf-8', 'windows-1252', 'iso-8859-1', 'iso-8859-15', 'utf-16le'] as const;
export type Encoding = (typeof ENCODINGS)[number];

/** A row larger than this is no row. */
const ROW_BYTES_MAX = 1024 * 1024;
const SAMPLE_ROWS = 100;
const SEPARATOR_LINE = /^"?sep=(.)"?\r?\n/i;

/** Opens a file, or standard input for `-`, and finds out how it is written. Throws `usage` where it holds no rows. */
export async function openTable(file: string, encoding: Encoding, terminal: Terminal): Promise<ImportTable> {
  const text = decoded(openInput(file, terminal), encoding);
  let head = '';
  while (!head.trimStart().includes('\n')) {
    const { done, value } = await text.next();
    if (done) break;
    head += value;
  }
  // Excel may say in a first line of its own how it separates.
  const separator = SEPARATOR_LINE.exec(head)?.[1];
  if (separator !== undefined) {
    return openCsv(prefixed(head.replace(SEPARATOR_LINE, '\n'), text), separator);
  }
  const [first = ''] = head.trimStart().split('\n');
  if (first === '') throw new TactError('usage', 'the file is empty');
  if (first.startsWith('[')) {
    throw new TactError('usage', "the file is one JSON list; write an object on each line: jq -c '.[]'");
  }
  const whole = prefixed(head, text);
  return first.startsWith('{') ? openObjects(whole) : openCsv(whole, first);
}

/** Throws `usage` for bytes that are no text of the encoding, rather than put signs into names that were not there. */
async function* decoded(
  chunks: AsyncIterable<Uint8Array | string>,
  encoding: Encoding,
): AsyncGenerator<string, void, void> {
  const decoder = new TextDecoder(encoding, { fatal: true });
  try {
    for await (const chunk of chunks) {
      yield typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true });
    }
    yield decoder.decode();
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new TactError('usage', `the file is no ${encoding} text; ${otherEncodings(encoding)}`, {
      cause: error,
    });
  }
}

function otherEncodings(encoding: Encoding): string {
  return encoding === 'utf-8'
    ? 'exports of older systems and of Excel are often --encoding windows-1252 or --encoding utf-16le'
    : 'leave --encoding out if it is UTF-8';
}

async function* prefixed(head: string, rest: AsyncIterable<string>): AsyncGenerator<string, void, void> {
  yield head;
  yield* rest;
}

async function openCsv(text: AsyncIterable<string>, header: string): Promise<ImportTable> {
  const records = csvRecords(text, delimiterOf(header));
  const first = await records.next();
  const columns = first.done ? [] : first.value.cells.map((name) => name.trim());
  const twice = columns.find((name, i) => name !== '' && columns.indexOf(name) < i);
  if (twice !== undefined) throw new TactError('usage', `the header names the column ${twice} twice`);
  return { format: 'csv', columns: columns.filter((name) => name !== ''), rows: csvRows(records, columns) };
}

interface CsvRecord {
  readonly cells: readonly string[];
  readonly line: number;
}

async function* csvRecords(
  text: AsyncIterable<string>,
  delimiter: string,
): AsyncGenerator<CsvRecord, void, void> {
  const parser = parse({
    delimiter,
    bom: true,
    info: true,
    skip_empty_lines: true,
    // A stray quote is text; only one that opens a cell and is never closed ends the reading.
    relax_quotes: true,
    relax_column_count: true,
    max_record_size: ROW_BYTES_MAX,
  });
  pipeline(Readable.from(text), parser, () => undefined);
  try {
    for await (const { record, info } of parser as AsyncIterable<{
      record: string[];
      info: { lines: number };
    }>) {
      yield { cells: record, line: info.lines };
    }
  } catch (error) {
    const { code, lines } = error as CsvError & { lines?: number };
    if (typeof code !== 'string' || !code.startsWith('CSV_')) throw error;
    const why = code === 'CSV_QUOTE_NOT_CLOSED' ? 'a quote is opened and never closed' : 'a row has no end';
    throw new TactError('usage', `line ${lines ?? '?'}: ${why}, so what follows cannot be read`, {
      cause: error,
    });
  }
}

async function* csvRows(
  records: AsyncIterable<CsvRecord>,
  columns: readonly string[],
): AsyncGenerator<ImportRow, void, void> {
  for await (const { cells, line } of records) {
    const row = { line, cells: Object.fromEntries(columns.map((name, i) => [name, cells[i] ?? ''])) };
    if (cells.length === columns.length) yield row;
    else yield { ...row, problem: `has ${cells.length} columns where the header has ${columns.length}` };
  }
}

const DELIMITERS = [',', ';', '\t', '|'] as const;

/** The one that stands most often in the header, outside quotes. */
function delimiterOf(header: string): string {
  const bare = header.replaceAll(/"[^"]*"/g, '');
  const count = (delimiter: string) => bare.split(delimiter).length;
  return DELIMITERS.reduce((best, each) => (count(each) > count(best) ? each : best));
}

async function openObjects(text: AsyncIterable<string>): Promise<ImportTable> {
  const rows = objectRows(text);
  const sample: ImportRow[] = [];
  while (sample.length < SAMPLE_ROWS) {
    const { done, value } = await rows.next();
    if (done) break;
    sample.push(value);
  }
  const columns = [...new Set(sample.flatMap(({ cells }) => Object.keys(cells)))];
  return { format: 'ndjson', columns, rows: after(sample, rows) };
}

async function* after(
  sample: readonly ImportRow[],
  rest: AsyncIterable<ImportRow>,
): AsyncGenerator<ImportRow, void, void> {
  yield* sample;
  yield* rest;
}

async function* objectRows(text: AsyncIterable<string>): AsyncGenerator<ImportRow, void, void> {
  let line = 0;
  for await (const each of textLines(text)) {
    line += 1;
    if (each.trim() === '') continue;
    const cells = parseObject(each);
    yield cells ? { line, cells } : { line, cells: { text: each }, problem: 'is not a JSON object' };
  }
}

async function* textLines(text: AsyncIterable<string>): AsyncGenerator<string, void, void> {
  let open = '';
  for await (const chunk of text) {
    const lines = (open + chunk).split('\n');
    open = lines.pop() ?? '';
    yield* lines;
  }
  if (open !== '') yield open;
}
