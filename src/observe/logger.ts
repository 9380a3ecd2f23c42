import { type DestinationStream, destination, pino, stdTimeFunctions } from 'pino';
import { errorFields } from './error-fields.ts';
import { isLogEvent, LOG_EVENTS, type LogEvent, type LogLevel } from './log-events.ts';

export type LogFields = Readonly<Record<string, unknown>>;

/** Writes one line of JSON for each event. Fields hold no personal data; an error goes into `err`. */
export interface Logger {
  /** At the event's own level. */
  event(name: LogEvent, fields?: LogFields): void;
  /** At a level of the caller's choice; an event that is not in the table is its own sentence. */
  note(level: LogLevel, event: string, fields?: LogFields): void;
}

export interface LoggerOptions {
  readonly level: LogLevel;
  readonly version: string;
  /** Named in every line; absent: `tact`. */
  readonly service?: string;
  /** Takes each line with its line end; absent: standard output. */
  readonly write?: (line: string) => void;
}

/** Field names whose content is never written, at the top and one level below. */
export const WITHHELD = [
  'password',
  'secret',
  'token',
  'authorization',
  'username',
  'customer',
  'customerId',
  'email',
  'phone',
  'key',
  'value',
  'payload',
  'headers',
  'body',
] as const;

export function createLogger({ level, version, service = 'tact', write }: LoggerOptions): Logger {
  const stream: DestinationStream = write ? { write } : destination({ fd: 1, sync: true });
  const log = pino(
    {
      level,
      base: { 'service.name': service, 'service.version': version },
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: serializeError, error: serializeError },
      redact: { paths: WITHHELD.flatMap((name) => [name, `*.${name}`]), censor: '[withheld]' },
    },
    stream,
  );
  const note = (at: LogLevel, event: string, fields: LogFields = {}) =>
    log[at]({ ...fields, event }, isLogEvent(event) ? LOG_EVENTS[event].sentence : event);
  return { event: (name, fields) => note(LOG_EVENTS[name].level, name, fields), note };
}

function serializeError(error: unknown): unknown {
  return typeof error === 'string' ? error : errorFields(error);
}
