import type { SentRecord } from '../abilities.ts';
import { createProgress } from '../progress.ts';
import { formatCount, formatRate } from '../render/number.ts';
import type { Terminal } from '../terminal.ts';
import type { RejectedRows } from './rejected-rows.ts';
import { countOne, type ImportTally } from './report.ts';
import type { Taken } from './rows.ts';
import type { ImportRow, ImportTable } from './table.ts';

/** One run over all rows of a file. */
export interface ImportRun {
  readonly table: ImportTable;
  take(row: ImportRow): Taken;
  /** Resolves when the records are on the topic. */
  send(records: readonly SentRecord[]): Promise<void>;
  /** Whether the policy has a channel of this name. */
  knowsChannel(name: string): boolean;
  readonly rejected: RejectedRows;
}

const BATCH_RECORDS = 500;

/** Takes row after row and sends what is good, until the end or Ctrl-C; counts into the tally as it goes. */
export async function runImport(run: ImportRun, tally: ImportTally, terminal: Terminal): Promise<void> {
  const stop = terminal.stopSignal();
  const show = createProgress(terminal);
  const startedAt = terminal.now();
  let batch: SentRecord[] = [];
  const flush = async () => {
    await run.send(batch);
    tally.imported += batch.length;
    batch = [];
    show(() => `${formatCount(tally.rows)} rows, ${formatRate(tally.rows, terminal.now() - startedAt)}`);
  };
  for await (const row of run.table.rows) {
    if (stop.aborted) break;
    const record = await takeOne(row, run, tally, terminal);
    if (record) batch.push(record);
    if (batch.length >= BATCH_RECORDS) await flush();
  }
  if (batch.length > 0) await flush();
  terminal.progress('');
}

async function takeOne(
  row: ImportRow,
  run: ImportRun,
  tally: ImportTally,
  terminal: Terminal,
): Promise<SentRecord | undefined> {
  tally.rows += 1;
  const taken = run.take(row);
  if (taken.kind === 'too-old') {
    tally.tooOld += 1;
    return undefined;
  }
  if (taken.kind === 'bad') {
    tally.rejected += 1;
    terminal.say(`${terminal.sayStyle.warn('!')} line ${row.line} ${taken.problem}`);
    await run.rejected.add(row, taken.problem);
    return undefined;
  }
  countOne(tally.byType, taken.type);
  if (taken.assumedZone) tally.assumedZone += 1;
  if (taken.channel !== undefined && !run.knowsChannel(taken.channel)) {
    countOne(tally.unknownChannels, taken.channel);
  }
  return taken.record;
}
