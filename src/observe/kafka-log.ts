import { withoutQuoted } from './error-fields.ts';
import type { LogLevel } from './log-events.ts';
import type { Logger } from './logger.ts';

/** A line as kafkajs hands it to its log creator. */
export interface KafkaLogLine {
  readonly namespace: string;
  /** 1 error, 2 warning, 4 information, 5 debugging. */
  readonly level: number;
  readonly log: Readonly<Record<string, unknown>>;
}

/** Fields of a line that name parts of the system; all others are left out. */
const PASSED_ON = [
  'broker',
  'clientId',
  'groupId',
  'memberId',
  'correlationId',
  'retryCount',
  'retryTime',
] as const;
/** What the client calls an error or a warning though it is a rebalance taking its course. */
const REBALANCE =
  /rebalanc|re-?join|not aware of this member|member id|UNKNOWN_MEMBER_ID|ILLEGAL_GENERATION/i;

const CRASH = /^(Crash:|Restarting the consumer)/;

/**
 * Writes the Kafka client's lines as events `kafka-client`; those about a rebalance as information, and those about a request
 * that it sends again for debugging: whoever has to know gets the error itself.
 */
export function kafkaLog(logger: Logger): (line: KafkaLogLine) => void {
  return ({ namespace, level, log }) => {
    const message = textOf(log.message);
    const error = textOf(log.error);
    const fields: Record<string, unknown> = { client: namespace, said: message };
    if (error !== '') fields.error = error;
    for (const name of PASSED_ON) if (log[name] !== undefined) fields[name] = log[name];
    const isRetried = log.retryCount !== undefined || namespace.startsWith('Connection');
    logger.note(isRetried ? 'debug' : levelOf(level, `${message} ${error}`), 'kafka-client', fields);
  };
}

function levelOf(level: number, text: string): LogLevel {
  if (level >= 5) return 'debug';
  if (level >= 4 || REBALANCE.test(text)) return 'info';
  // A crash that the client does not mend itself ends the process, and that is logged as what it is.
  return level >= 2 || CRASH.test(text) ? 'warn' : 'error';
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? withoutQuoted(value).slice(0, 500) : '';
}
