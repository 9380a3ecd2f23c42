import type { LogRecord } from '../../model/record.ts';
import { coordinates } from '../../model/record.ts';
import { instantText } from '../../rules/events/evidence.ts';
import { type CustomerExport, NOT_INCLUDED } from '../customer/export.ts';
import { renderCustomer } from './customer.ts';
import { explainDecision } from './decision.ts';
import { formatNoun } from './number.ts';
import type { Style } from './style.ts';
import { plain } from './style.ts';
import { formatMoment } from './time.ts';
import { nameMessage } from './trace.ts';

/** Everything that is known about a customer, to be read by the customer. */
export function renderExport({ sheet, waitingRecords, decisions }: CustomerExport, style: Style): string[] {
  const { zone } = sheet.clock;
  return [
    style.dim(`What Tact knew at ${instantText(sheet.now)}; --json has every time with its year.`),
    ...renderCustomer(sheet, style),
    ...(waitingRecords.length === 0 ? [] : ['', style.bold('Content of what waits')]),
    ...waitingRecords.map(contentLine),
    '',
    style.bold('Decisions, the latest first'),
    ...(decisions.decisions.length === 0 ? ['None was found.'] : []),
    ...decisions.decisions.map(
      (each) =>
        `${style.dim(formatMoment(each.decidedAt, zone))}  ${nameMessage(each.message)}: ${plain(explainDecision(each, zone))}`,
    ),
    ...decisions.lookedAt.map(({ topic, partition, records }) =>
      style.dim(`Looked at: ${formatNoun(records, 'record')} of ${topic}/${partition}.`),
    ),
    ...decisions.problems.map((problem) => style.warn(`Not all could be read: ${plain(problem)}`)),
    '',
    style.bold('Not in here'),
    ...NOT_INCLUDED.map(({ what, why }) => `${what}: ${why}`),
  ];
}

/** As text where it is text: bytes that are none are in the JSON alone. */
function contentLine(record: LogRecord): string {
  const text = record.value === null ? '' : textOf(record.value);
  return `${plain(coordinates(record))}: ${text ?? `${record.value?.length} bytes that are no text; --json has them`}`;
}

function textOf(bytes: Buffer): string | undefined {
  try {
    return plain(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}
