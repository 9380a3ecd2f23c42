import type { Input } from '../../records/input.ts';
import { createRecordReader } from '../../records/record-reader.ts';
import { createSchemaSource } from '../../records/schema-source.ts';
import type { SentRecord } from '../abilities.ts';
import { type Imported, type ImportRules, importRow } from './row.ts';
import type { ImportRow } from './table.ts';

export type Taken =
  | (Extract<Imported, { kind: 'interaction' }> & { readonly record: SentRecord })
  | Exclude<Imported, { kind: 'interaction' }>;

/** Makes records of rows; what Tact itself could not read from the input is bad here already. */
export function createRowTaker(input: Input, rules: ImportRules): (row: ImportRow) => Taken {
  const { topic } = input;
  const reader = createRecordReader({
    inputs: [input],
    schemaSource: createSchemaSource(),
    reroutedTopics: [],
  });
  return (row) => {
    const imported = importRow(row, rules);
    if (imported.kind !== 'interaction') return imported;
    // The record bears the time of the import: one as old as what it tells of could be deleted before it was read.
    const record = {
      topic,
      key: Buffer.from(imported.customerId),
      value: Buffer.from(JSON.stringify(imported.value)),
      headers: [],
      timestamp: rules.now,
    };
    const read = reader.read({ ...record, partition: 0, offset: row.line });
    if (read.kind === 'unreadable')
      return { kind: 'bad', problem: `cannot be read: ${read.failure.message}` };
    return { ...imported, record };
  };
}
