import { isInteractionType } from '../model/interaction.ts';
import { type LogRecord, parseCoordinates, type TopicOffset } from '../model/record.ts';
import { interactionOf, interactionTypeOf, messageOf } from './decoded.ts';
import type { FieldLimits } from './field-value.ts';
import { lastHeader, TACT_HEADERS } from './headers.ts';
import type { Input } from './input.ts';
import { InputDecoder } from './input-decoder.ts';
import { readMappedFields } from './mapped-fields.ts';
import type { ReadFailure, ReadRecord, RecordReader } from './reader.ts';
import type { SchemaSource } from './schema-source.ts';
import { Unreadable } from './unreadable.ts';

/** Bounds of what is decoded; whatever lies beyond them is unreadable. */
export interface ReadLimits extends FieldLimits {
  readonly valueBytesMax: number;
  readonly keyBytesMax: number;
}

/**
 * A value of 1 MiB, a key of 32 KiB; texts and lists so short that a decision on any message fits into one record of
 * 900 KB however it is written.
 */
export const READ_LIMITS: ReadLimits = {
  valueBytesMax: 1024 * 1024,
  keyBytesMax: 32 * 1024,
  textLengthMax: 512,
  itemsMax: 64,
  attributesMax: 256,
};

export interface ReaderOptions {
  readonly inputs: readonly Input[];
  readonly schemaSource: SchemaSource;
  /** Topics whose records name the place they first came in, in `tact-source`. */
  readonly reroutedTopics: readonly string[];
  readonly limits?: Partial<ReadLimits>;
}

/** Makes the reader of all inputs. */
export function createRecordReader(options: ReaderOptions): RecordReader {
  const limits = { ...READ_LIMITS, ...options.limits };
  const rerouted = new Set(options.reroutedTopics);
  const decoders = new Map(
    options.inputs.map((input) => [input.topic, new InputDecoder(input, options.schemaSource)]),
  );
  const placeOf = (record: LogRecord) => (rerouted.has(record.topic) ? firstPlace(record) : placeIn(record));

  return {
    async prepare(records) {
      const ids = new Set<number>();
      for (const record of records) decoders.get(placeOf(record)?.topic ?? '')?.addSchemaIds(record, ids);
      if (ids.size > 0) await options.schemaSource.prepare(ids);
    },
    read(record) {
      const source = placeOf(record) ?? placeIn(record);
      const decoder = decoders.get(source.topic);
      try {
        if (!decoder) throw unknownInput();
        return readWith(decoder, record, source, limits);
      } catch (error) {
        return { kind: 'unreadable', source, failure: failureOf(error) };
      }
    },
  };
}

function readWith(
  decoder: InputDecoder,
  record: LogRecord,
  source: TopicOffset,
  limits: ReadLimits,
): ReadRecord {
  refuseTooLarge('value', record.value, limits.valueBytesMax);
  refuseTooLarge('key', record.key, limits.keyBytesMax);
  const opened = decoder.open(record);
  if (decoder.input.kind === 'outbound') {
    return messageOf(readMappedFields(decoder.map, opened, limits), record, source);
  }
  const type = interactionTypeOf(decoder.map, opened, limits);
  if (!isInteractionType(type)) return { kind: 'ignored', source, type };
  return interactionOf(readMappedFields(decoder.map, opened, limits), record, source, decoder.input);
}

function refuseTooLarge(what: 'key' | 'value', bytes: Buffer | null, max: number): void {
  if (bytes === null || bytes.length <= max) return;
  const stage = what === 'key' ? 'KEY_CONVERTER' : 'VALUE_CONVERTER';
  throw new Unreadable('too-large', stage, `the ${what} has ${bytes.length} bytes, at most ${max} are read`);
}

function placeIn({ topic, partition, offset }: LogRecord): TopicOffset {
  return { topic, partition, offset };
}

function firstPlace(record: LogRecord): TopicOffset | undefined {
  return parseCoordinates(lastHeader(record.headers, TACT_HEADERS.source)?.toString('latin1') ?? '');
}

function unknownInput(): Unreadable {
  return new Unreadable('unknown-input', 'TASK_PUT', 'the record came in on no configured input');
}

function failureOf(error: unknown): ReadFailure {
  if (error instanceof Unreadable) return error.failure;
  return { reason: 'malformed', stage: 'VALUE_CONVERTER', message: 'the record cannot be decoded' };
}
