import { z } from 'zod';

/** What a field's schema says about it beyond its type; carried by `meta` and read back by `listFields`. */
export interface FieldMeta {
  readonly description: string;
  /** `ms` or `bytes`; absence means that the value has no unit. */
  readonly unit?: 'ms' | 'bytes';
  /** The value is never shown, not even in a problem about it. */
  readonly secret?: boolean;
  /** What the reference shows where the default is computed from something else. */
  readonly defaultText?: string;
}

const TOPIC = /^(?!\.{1,2}$)[a-zA-Z0-9._-]{1,249}$/;
const BROKER = /^(\[[0-9a-fA-F:.]+\]|[^\s:,/@[\]]+):([1-9]\d{0,4})$/;

/** A length of time in whole milliseconds, both bounds included. */
export function milliseconds(description: string, bounds: { min: number; max: number }) {
  return z
    .int()
    .min(bounds.min)
    .max(bounds.max)
    .meta({ description, unit: 'ms' } satisfies FieldMeta);
}

/** A number of bytes, both bounds included. */
export function bytes(description: string, bounds: { min: number; max: number }) {
  return z
    .int()
    .min(bounds.min)
    .max(bounds.max)
    .meta({ description, unit: 'bytes' } satisfies FieldMeta);
}

/** A whole number, both bounds included. */
export function count(description: string, bounds: { min: number; max: number }) {
  return z
    .int()
    .min(bounds.min)
    .max(bounds.max)
    .meta({ description } satisfies FieldMeta);
}

/** Text of at least one character. */
export function text(description: string, defaultText?: string) {
  return z
    .string()
    .min(1, 'must not be empty')
    .meta({ description, ...(defaultText === undefined ? {} : { defaultText }) } satisfies FieldMeta);
}

/** Text that is shown nowhere. */
export function secretText(description: string) {
  return z
    .string()
    .min(1, 'must not be empty')
    .meta({ description, secret: true } satisfies FieldMeta);
}

/** A path; a relative one starts at the folder of the configuration file, or at the working directory without one. */
export function filePath(description: string) {
  return z
    .string()
    .min(1, 'must not be empty')
    .meta({ description } satisfies FieldMeta);
}

/** The name of a Kafka topic. */
export function topicName(description: string) {
  return z
    .string()
    .regex(TOPIC, 'must be a topic name: 1 to 249 of the characters a-z A-Z 0-9 . _ -')
    .meta({ description } satisfies FieldMeta);
}

/** One broker, as `host:port`. */
export function brokerAddress() {
  return z.string().refine(isBroker, 'must be host:port, such as kafka-1.example.com:9092');
}

function isBroker(value: string): boolean {
  const port = BROKER.exec(value)?.[2];
  return port !== undefined && Number(port) <= 65_535;
}
