import type { Instant } from '../kernel/time.ts';
import type { LogRecord } from '../model/record.ts';
import { ByteCursor } from './byte-cursor.ts';
import { corrupt, createPackedCodec } from './packed-codec.ts';
import { tactSchemaText } from './tact-schema.ts';
import { Malformed } from './unreadable.ts';

/** A message that waits, with everything that is needed to decide and to forward it. */
export interface Deferral {
  /** When it is decided again. */
  readonly dueAt: Instant;
  /** When it was deferred for the first time. */
  readonly since: Instant;
  /** The key of its customer's state. */
  readonly customer: string;
  /** The record as it came in, at the place where it first came in. */
  readonly record: LogRecord;
}

interface Packed {
  readonly dueAt: Instant;
  readonly since: Instant;
  readonly customer: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly timestamp: Instant;
  readonly key?: Buffer | null;
  readonly value?: Buffer | null;
  readonly headers: readonly { readonly name: string; readonly value?: Buffer | null }[];
}

/** Texts of older versions go before the current one, and never away. */
const texts = [tactSchemaText('Deferral')];
const codec = createPackedCodec<Packed>(texts);

/** The deferral as packed bytes: one version byte, then Avro by `schemas/Deferral.avsc`. */
export function encodeDeferral({ dueAt, since, customer, record }: Deferral): Buffer {
  const { topic, partition, offset, timestamp, key, value, headers } = record;
  return codec.encode({
    dueAt,
    since,
    customer,
    topic,
    partition,
    offset,
    timestamp,
    key,
    value,
    headers,
  });
}

/** Reads what any version of `encodeDeferral` wrote; throws `state-corrupt` for anything else. */
export function decodeDeferral(bytes: Buffer): Deferral {
  const { dueAt, since, customer, key, value, headers, ...place } = codec.decode(bytes);
  const record = {
    ...place,
    key: key ?? null,
    value: value ?? null,
    headers: headers.map((header) => ({ name: header.name, value: header.value ?? null })),
  };
  return { dueAt, since, customer, record };
}

/** The due time alone, the first field in every version; throws `state-corrupt` where the bytes do not begin like a deferral. */
export function dueAtOf(bytes: Buffer): Instant {
  const version = bytes[0] ?? 0;
  if (version < 1 || version > texts.length) throw corrupt(`version ${version} of a deferral is unknown`);
  try {
    return new ByteCursor(bytes, 1, { depthMax: 1, itemsMax: 1 }).number();
  } catch (error) {
    throw error instanceof Malformed ? corrupt(error.message) : error;
  }
}
