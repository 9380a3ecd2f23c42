import type { Interaction } from '../model/interaction.ts';
import type { OutboundMessage } from '../model/message.ts';
import { coordinates, type LogRecord, type TopicOffset } from '../model/record.ts';
import type { FieldMap, OpenedRecord } from './field-map.ts';
import { type FieldLimits, recordInstant, textOf } from './field-value.ts';
import type { Input } from './input.ts';
import type { MappedFields } from './mapped-fields.ts';
import type { ReadFailureReason, ReadRecord } from './reader.ts';
import { Unreadable } from './unreadable.ts';

const NO_ENTRIES: Readonly<Record<string, never>> = Object.freeze(Object.create(null));

/** The message that the fields become, defaults filled in. Throws `Unreadable` without a customer or a channel. */
export function messageOf(fields: MappedFields, record: LogRecord, source: TopicOffset): ReadRecord {
  if (fields.customerId === undefined) throw missing('customerId', 'no-customer');
  if (fields.channel === undefined) throw missing('channel', 'no-channel');
  fields.messageId ??= coordinates(source);
  fields.categories ??= [];
  fields.products ??= [];
  fields.topics ??= [];
  fields.labels ??= NO_ENTRIES;
  fields.createdAt ??= recordInstant('createdAt', record.timestamp);
  fields.sourceTopic = source.topic;
  const message = fields as unknown as OutboundMessage;
  return { kind: 'message', source, message };
}

/** What the interaction says that it is. Throws `Unreadable` when it says nothing. */
export function interactionTypeOf(map: FieldMap, opened: OpenedRecord, limits: FieldLimits): string {
  const raw = map.fields.find(({ field }) => field === 'type')?.find(opened);
  const type = textOf('type', raw, limits);
  if (type === undefined) throw missing('type', 'bad-field');
  return type;
}

/** The interaction that the fields become. Throws `Unreadable` without a customer. */
export function interactionOf(
  fields: MappedFields,
  record: LogRecord,
  source: TopicOffset,
  input: Pick<Input, 'governed' | 'source' | 'topic'>,
): ReadRecord {
  if (fields.customerId === undefined) throw missing('customerId', 'no-customer');
  fields.interactionId ??= coordinates(source);
  fields.source ??= input.source ?? input.topic;
  fields.categories ??= [];
  fields.products ??= [];
  fields.automated ??= false;
  fields.scope ??= NO_ENTRIES;
  fields.attributes ??= NO_ENTRIES;
  fields.labels ??= NO_ENTRIES;
  fields.occurredAt ??= recordInstant('occurredAt', record.timestamp);
  fields.governed = input.governed;
  const interaction = fields as unknown as Interaction;
  return { kind: 'interaction', source, interaction };
}

function missing(field: string, reason: ReadFailureReason): Unreadable {
  return new Unreadable(reason, 'TRANSFORMATION', `${field} is missing or empty`);
}
