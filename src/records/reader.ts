import type { Interaction } from '../model/interaction.ts';
import type { OutboundMessage } from '../model/message.ts';
import type { LogRecord, TopicOffset } from '../model/record.ts';

/** Turns the records of the input topics, re-routed ones included, into what can be decided. */
export interface RecordReader {
  /** Fetches what reading these records needs (schemas not seen yet). Throws `registry-unreachable`, and then nothing is lost. */
  prepare(records: readonly LogRecord[]): Promise<void>;
  /** Total: any bytes give one of the four answers; never throws. Only after `prepare`. */
  read(record: LogRecord): ReadRecord;
}

export type ReadRecord =
  | { readonly kind: 'message'; readonly source: TopicOffset; readonly message: OutboundMessage }
  | { readonly kind: 'interaction'; readonly source: TopicOffset; readonly interaction: Interaction }
  /** An interaction of a type that Tact does not know: counted, passed over. */
  | { readonly kind: 'ignored'; readonly source: TopicOffset; readonly type: string }
  | { readonly kind: 'unreadable'; readonly source: TopicOffset; readonly failure: ReadFailure };

/** Why a record cannot be read. Names fields, types and sizes, never a value from the record. */
export interface ReadFailure {
  readonly reason: ReadFailureReason;
  /** Kafka Connect's stage. */
  readonly stage: 'KEY_CONVERTER' | 'VALUE_CONVERTER' | 'TRANSFORMATION' | 'TASK_PUT';
  readonly message: string;
}

export const READ_FAILURE_REASONS = [
  'null-value',
  'unknown-format',
  'unknown-schema',
  'malformed',
  'too-large',
  'no-customer',
  'no-channel',
  'bad-field',
  'bad-timestamp',
  'unknown-input',
  'misrouted',
] as const;
export type ReadFailureReason = (typeof READ_FAILURE_REASONS)[number];
