import type { Decision } from '../model/decision.ts';
import type { OutboundMessage } from '../model/message.ts';
import type { LogRecord } from '../model/record.ts';
import { parseCoordinates } from '../model/record.ts';
import { lastHeader, TACT_HEADERS } from '../records/headers.ts';
import type { RecordReader } from '../records/reader.ts';
import { readTactSchema } from '../records/tact-schema.ts';
import { parseObject } from './event.ts';

/** An output record as it is shown. */
export interface TailedRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly at: number;
  readonly key: string | null;
  readonly headers: Readonly<Record<string, string | null>>;
  /** The decision in a record of the suppressed or the decided topic. */
  readonly decision?: TailedDecision;
  /** The message in a record of the cleared topic. */
  readonly message?: OutboundMessage;
  /** Set where the value is none of what this topic should hold; how many bytes it has. */
  readonly valueBytes?: number;
}

export type TailedDecision = Decision & {
  readonly decisionId: string;
  readonly source: string;
  readonly policy: string;
  readonly message: OutboundMessage;
};

/** Decodes a record of Tact's own topics, whatever it holds. */
export async function readTailed(
  what: 'cleared' | 'suppressed' | 'decided' | 'dead-letter',
  record: LogRecord,
  reader: RecordReader,
): Promise<TailedRecord> {
  const { topic, partition, offset, timestamp, key, value } = record;
  const headers = Object.fromEntries(
    record.headers.map(({ name, value }) => [name, value?.toString('utf8') ?? null]),
  );
  const base = { topic, partition, offset, at: timestamp, key: key?.toString('utf8') ?? null, headers };
  if (what === 'dead-letter') return { ...base, valueBytes: value?.length ?? 0 };
  if (what === 'cleared') {
    const message = await readMessage(record, reader);
    return message ? { ...base, message } : { ...base, valueBytes: value?.length ?? 0 };
  }
  const decision = readDecision(value);
  return decision ? { ...base, decision } : { ...base, valueBytes: value?.length ?? 0 };
}

/** The message as it was read when it was decided on: by the input that it came in by. */
async function readMessage(record: LogRecord, reader: RecordReader): Promise<OutboundMessage | undefined> {
  const source = parseCoordinates(lastHeader(record.headers, TACT_HEADERS.source)?.toString('utf8') ?? '');
  if (!source) return undefined;
  const original = { ...record, ...source };
  await reader.prepare([original]);
  const read = reader.read(original);
  return read.kind === 'message' ? read.message : undefined;
}

/** The decision in a record of the suppressed or the decided topic, whatever its format; undefined for anything else. */
export function readDecision(value: Buffer | null): TailedDecision | undefined {
  if (!value) return undefined;
  const fields = value[0] === 0xc3 ? readSingleObject(value) : parseObject(value.toString('utf8'));
  return isDecision(fields) ? fields : undefined;
}

let schema: ReturnType<typeof readTactSchema> | undefined;

function readSingleObject(value: Buffer): unknown {
  schema ??= readTactSchema('Decision');
  const { type, singleObjectPrefix } = schema;
  if (!value.subarray(0, singleObjectPrefix.length).equals(singleObjectPrefix)) return undefined;
  try {
    return withoutNulls(type.fromBuffer(value.subarray(singleObjectPrefix.length)));
  } catch {
    return undefined;
  }
}

/** Avro's null is our absence. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, field]) => field !== null);
  return Object.fromEntries(entries.map(([name, field]) => [name, withoutNulls(field)]));
}

function isDecision(value: unknown): value is TailedDecision {
  if (typeof value !== 'object' || value === null) return false;
  const { outcome, reason, decidedAt, findings, message } = value as Record<string, unknown>;
  return (
    typeof outcome === 'string' &&
    typeof reason === 'string' &&
    typeof decidedAt === 'number' &&
    Array.isArray(findings) &&
    typeof message === 'object' &&
    message !== null
  );
}
