import type { Input } from '../../records/input.ts';
import { formatCount, formatNoun } from '../render/number.ts';
import { plain } from '../render/style.ts';
import type { ColumnPlan } from './columns.ts';
import type { ImportTable } from './table.ts';
import type { ImportKind } from './words.ts';

/** What came of an import. */
export interface ImportTally {
  rows: number;
  imported: number;
  rejected: number;
  /** Sends that no limit looks back to any more. */
  tooOld: number;
  /** Rows whose time named no zone. */
  assumedZone: number;
  readonly byType: Map<string, number>;
  /** Rows by the channels that the policy does not know. */
  readonly unknownChannels: Map<string, number>;
}

export function createImportTally(): ImportTally {
  return {
    rows: 0,
    imported: 0,
    rejected: 0,
    tooOld: 0,
    assumedZone: 0,
    byType: new Map(),
    unknownChannels: new Map(),
  };
}

export function countOne(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

/** What was recognised, as lines: our field, and the column or constant that it comes from. */
export function describePlan(plan: ColumnPlan, table: ImportTable, input: Input): string[] {
  const width = Math.max(...plan.fields.map(({ name }) => name.length));
  const lines = plan.fields.map((field) => {
    const from = 'column' in field ? `column ${plain(field.column)}` : `always ${plain(field.constant)}`;
    return `  ${field.name.padEnd(width)}  ${from}`;
  });
  const isGiven = plan.fields.some(({ name }) => name === 'source');
  return [
    `A ${table.format} file, onto ${input.topic}. What is read:`,
    ...lines,
    ...(isGiven
      ? []
      : [
          `  ${'source'.padEnd(width)}  ${plain(input.source ?? input.topic)}, the input’s own; --source names another`,
        ]),
    ...plan.doubts.map((doubt) => `! ${doubt}`),
    ...(plan.unused.length === 0 ? [] : [`Not read: ${plan.unused.map(plain).join(', ')}`]),
  ];
}

/** How it was asked for. */
export interface ImportChoice {
  readonly kind: ImportKind;
  readonly input: Input;
  readonly timezone: string;
  readonly dryRun?: boolean;
}

/** What came of it, and what to look at. */
export function summarise(tally: ImportTally, { kind, input, timezone, dryRun }: ImportChoice): string[] {
  const { rows, imported, rejected, tooOld, assumedZone, byType, unknownChannels } = tally;
  const lines = [
    `${formatCount(imported)} of ${formatNoun(rows, 'row')} ${dryRun ? 'would go' : 'went'} onto ${input.topic}: ${listed(byType)}.`,
  ];
  if (tooOld > 0) {
    lines.push(`${formatNoun(tooOld, 'send')} skipped: older than 35 days, so no limit counts them.`);
  }
  if (rejected > 0) lines.push(`${formatNoun(rejected, 'row')} rejected.`);
  if (assumedZone > 0) {
    lines.push(
      `${formatNoun(assumedZone, 'row')} with times that name no zone, read as ${timezone}; --timezone says otherwise.`,
    );
  }
  for (const [channel, count] of unknownChannels) {
    lines.push(
      `! ${formatNoun(count, 'row')} on the channel ${plain(channel)}, which the policy does not know: declare it or its alias, or it binds no channel.`,
    );
  }
  if (kind === 'interactions' && input.governed && byType.has('sent')) {
    lines.push(
      `! ${input.topic} is governed, so past sends take no slot there; import them with --kind sends.`,
    );
  }
  return lines;
}

/** The same as one value. */
export function importJson(
  tally: ImportTally,
  plan: ColumnPlan,
  { kind, input, dryRun = false, sample }: ImportChoice & { readonly sample: readonly string[] },
) {
  const { byType, unknownChannels, ...counts } = tally;
  return {
    kind,
    topic: input.topic,
    dryRun,
    ...counts,
    byType: Object.fromEntries(byType),
    unknownChannels: Object.fromEntries(unknownChannels),
    fields: Object.fromEntries(
      plan.fields.map((field) => [
        field.name,
        'column' in field ? { column: field.column } : { constant: field.constant },
      ]),
    ),
    unused: plan.unused,
    doubts: plan.doubts,
    ...(dryRun && { sample: sample.map((value) => JSON.parse(value) as unknown) }),
  };
}

function listed(counts: ReadonlyMap<string, number>): string {
  const parts = [...counts].sort().map(([name, count]) => `${formatCount(count)} ${plain(name)}`);
  return parts.length === 0 ? 'nothing' : parts.join(', ');
}
