import type { Instant } from '../kernel/time.ts';

export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

export interface TopicOffset extends TopicPartition {
  readonly offset: number;
}

export interface Header {
  readonly name: string;
  /** Kafka allows a header without a value. */
  readonly value: Buffer | null;
}

/** A record as the log carries it. Offsets are numbers: a partition would need 2^53 records before that is too few. */
export interface LogRecord extends TopicOffset {
  readonly timestamp: Instant;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  /** In the order of the record; a name may occur more than once. */
  readonly headers: readonly Header[];
}

/** A record to append. */
export interface OutputRecord {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: readonly Header[];
  readonly timestamp: Instant;
}

/** `topic/partition/offset`: how a record is named in headers, decisions and logs. */
export function coordinates(place: TopicOffset): string {
  return `${place.topic}/${place.partition}/${place.offset}`;
}

/** Reads what `coordinates` wrote; undefined for anything else. Topic names hold no slash. */
export function parseCoordinates(text: string): TopicOffset | undefined {
  const match = /^([a-zA-Z0-9._-]{1,249})\/(\d{1,10})\/(\d{1,16})$/.exec(text);
  if (!match) return undefined;
  return { topic: match[1] as string, partition: Number(match[2]), offset: Number(match[3]) };
}
