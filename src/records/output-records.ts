import { createHash } from 'node:crypto';
import type { Instant } from '../kernel/time.ts';
import { MINUTE } from '../kernel/time.ts';
import type { Decision } from '../model/decision.ts';
import type { OutboundMessage } from '../model/message.ts';
import type { Header, LogRecord, OutputRecord, TopicOffset } from '../model/record.ts';
import { coordinates } from '../model/record.ts';
import { decisionJson, decisionSingleObject } from './decision-value.ts';
import {
  deadLetterBaseHeaders,
  headerBytes,
  producerHeaders,
  TACT_HEADERS,
  textHeader,
  traceHeaders,
} from './headers.ts';
import type { ReadFailure } from './reader.ts';

/** How the values of Tact's own records are written, and the media type that says so. */
const OUTPUT_FORMATS = {
  json: { write: decisionJson, contentType: 'application/json' },
  'single-object': { write: decisionSingleObject, contentType: 'application/vnd.apache.avro+binary' },
} as const;
export type OutputFormat = keyof typeof OUTPUT_FORMATS;

/** A policy as outputs name it: `name@digest`. */
export interface PolicyName {
  readonly name: string;
  readonly digest: string;
}

export interface DecidedRecord {
  readonly record: LogRecord;
  /** Where the record first came in, before any re-routing. */
  readonly source: TopicOffset;
  readonly decision: Decision;
  readonly decisionId: string;
  readonly policy: PolicyName;
}

export interface DeadLetter {
  readonly record: LogRecord;
  readonly source: TopicOffset;
  readonly failure: ReadFailure;
  /** The application's name, and the shard that could not read it. */
  readonly service: { readonly name: string; readonly shard: number };
  readonly now: Instant;
  /** The record is too large to forward: what makes it large is left out, and `tact-dropped-bytes` says how much. */
  readonly dropValue?: boolean;
}

/** Brokers refuse what lies more than an hour ahead of their clock; the rest is for clocks that differ. */
const TIMESTAMP_AHEAD_MAX = 55 * MINUTE;

/** A key, or headers together, longer than this go the way of a dropped value. */
const KEPT_BYTES_MAX = 64 * 1024;

/** The original key, value bytes, timestamp and headers, and what was decided about them in `tact-*` headers. */
export function clearedRecord(decided: DecidedRecord): OutputRecord {
  const { record, decision } = decided;
  return {
    key: record.key,
    value: record.value,
    headers: [...producerHeaders(record.headers), ...decisionHeaders(decided)],
    timestamp: clampTimestamp(record.timestamp, decision.decidedAt),
  };
}

/** The whole decision as a value of Tact's own, under the original key: for the suppressed and the decided topic. */
export function decisionRecord(
  decided: DecidedRecord & { readonly message: OutboundMessage; readonly format: OutputFormat },
): OutputRecord {
  const { record, decision, decisionId, message, format } = decided;
  const source = coordinates(decided.source);
  const { write, contentType } = OUTPUT_FORMATS[format];
  return {
    key: record.key,
    value: write({ decision, decisionId, message, source, policy: policyText(decided.policy) }),
    headers: [
      ...traceHeaders(record.headers),
      textHeader('content-type', contentType),
      ...decisionHeaders(decided),
    ],
    timestamp: decision.decidedAt,
  };
}

/** The original bytes and headers with their `tact-source`, for the shard that the customer belongs to. */
export function reroutedRecord(rerouted: {
  readonly record: LogRecord;
  readonly source: TopicOffset;
  readonly now: Instant;
}): OutputRecord {
  const { record, source, now } = rerouted;
  return {
    key: record.key,
    value: record.value,
    headers: [...producerHeaders(record.headers), textHeader(TACT_HEADERS.source, coordinates(source))],
    timestamp: clampTimestamp(record.timestamp, now),
  };
}

/** The original key, value, headers and timestamp with Kafka Connect's error headers; never a stack trace. */
export function deadLetterRecord(letter: DeadLetter): OutputRecord {
  const { record, source, now } = letter;
  const kept = letter.dropValue ? withoutLargeParts(record) : { ...record, droppedBytes: 0 };
  const dropped =
    kept.droppedBytes > 0 ? [textHeader(TACT_HEADERS.droppedBytes, String(kept.droppedBytes))] : [];
  return {
    key: kept.key,
    value: kept.value,
    headers: [
      ...deadLetterBaseHeaders(kept.headers),
      ...connectHeaders(letter),
      textHeader(TACT_HEADERS.source, coordinates(source)),
      ...dropped,
    ],
    timestamp: clampTimestamp(record.timestamp, now),
  };
}

/** The nearest timestamp that a broker accepts at `now`: at most 55 minutes ahead, and `now` in place of none (negative). */
export function clampTimestamp(timestamp: Instant, now: Instant): Instant {
  if (!(timestamp >= 0)) return now;
  return Math.min(timestamp, now + TIMESTAMP_AHEAD_MAX);
}

/**
 * The decision's name, 22 characters of base64url. It depends on nothing but the place and time of the source record, so
 * a decision taken again after a crash has the same one, and a topic that was created anew does not repeat old ones.
 */
export function decisionId(source: TopicOffset, timestamp: Instant): string {
  const digest = createHash('sha256')
    .update(`${coordinates(source)}@${timestamp}`, 'utf8')
    .digest();
  return digest.toString('base64url', 0, 16);
}

function decisionHeaders({ source, decision, decisionId, policy }: DecidedRecord): Header[] {
  const { decidedAt, waitingSince, tier } = decision;
  return [
    textHeader(TACT_HEADERS.decisionId, decisionId),
    textHeader(TACT_HEADERS.policy, policyText(policy)),
    textHeader(TACT_HEADERS.decidedAt, new Date(decidedAt).toISOString()),
    textHeader(TACT_HEADERS.source, coordinates(source)),
    textHeader(TACT_HEADERS.why, whyText(decision)),
    ...(waitingSince === undefined
      ? []
      : [textHeader(TACT_HEADERS.waitingSince, new Date(waitingSince).toISOString())]),
    ...(tier === undefined ? [] : [textHeader(TACT_HEADERS.tier, tier)]),
  ];
}

function whyText({ outcome, verdict, reason }: Decision): string {
  return outcome === verdict ? reason : `would: ${reason}`;
}

function policyText({ name, digest }: PolicyName): string {
  return `${name}@${digest}`;
}

function connectHeaders({ source, failure, service }: DeadLetter): Header[] {
  return Object.entries({
    topic: source.topic,
    partition: source.partition,
    offset: source.offset,
    'connector.name': service.name,
    'task.id': service.shard,
    stage: failure.stage,
    'class.name': 'tact.records.reader',
    'exception.class.name': `tact.${failure.reason}`,
    'exception.message': failure.message,
  }).map(([name, value]) => textHeader(`__connect.errors.${name}`, String(value)));
}

function withoutLargeParts(record: LogRecord) {
  const keyBytes = record.key?.length ?? 0;
  const headersBytes = headerBytes(record.headers);
  const key = keyBytes > KEPT_BYTES_MAX ? null : record.key;
  const headers = headersBytes > KEPT_BYTES_MAX ? [] : record.headers;
  const droppedBytes =
    (record.value?.length ?? 0) +
    (key === record.key ? 0 : keyBytes) +
    (headers === record.headers ? 0 : headersBytes);
  return { key, value: null, headers, droppedBytes };
}
