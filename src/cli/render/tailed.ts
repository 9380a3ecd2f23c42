import type { OutboundMessage } from '../../model/message.ts';
import type { TailedRecord } from '../tailed-record.ts';
import { explainDecision } from './decision.ts';
import { formatCount } from './number.ts';
import type { Style } from './style.ts';
import { plain } from './style.ts';
import { formatMoment } from './time.ts';

/** One record of an output topic as one line, times as the clocks of `zone` show them. */
export function renderTailed(record: TailedRecord, zone: string, style: Style): string {
  const when = style.dim(formatMoment(record.decision?.decidedAt ?? record.at, zone));
  return `${when}  ${whatHappened(record, zone, style)}`;
}

function whatHappened(
  { decision, message, headers, valueBytes }: TailedRecord,
  zone: string,
  style: Style,
): string {
  if (decision)
    return `${describeMessage(decision.message, decision.channel)}: ${plain(explainDecision(decision, zone))}`;
  const source = plain(headers['tact-source'] ?? 'an unknown place');
  const error = headers['__connect.errors.exception.message'];
  if (error !== undefined) {
    const reason = plain(headers['__connect.errors.exception.class.name'] ?? '').replace(/^tact\./, '');
    return `${style.bad(reason)} ${source}: ${plain(error ?? '')} (${formatCount(valueBytes ?? 0)} bytes)`;
  }
  const why = headers['tact-why'];
  const note = why && why !== 'cleared' ? style.warn(` (${plain(why)})`) : '';
  if (message)
    return `${describeMessage(message, message.channel)}: ${style.good('cleared')}${note} from ${source}`;
  return `${style.good('cleared')}${note} from ${source} (${formatCount(valueBytes ?? 0)} bytes that are no message of ours)`;
}

function describeMessage(message: OutboundMessage, channel: string): string {
  const about = message.campaignId ?? message.messageId;
  return plain(`${message.customerId}  ${channel}  ${about}`);
}
