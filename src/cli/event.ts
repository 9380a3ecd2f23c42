import type { Instant } from '../kernel/time.ts';

/**
 * One line of a story: `{ "type": "message", "at": …, … }` asks to send, any other type is an interaction of that type.
 * The rest are the fields of Tact's own schemas.
 */
export interface StoryEvent {
  readonly kind: 'outbound' | 'interaction';
  /** When it arrives; absent where the line does not say. */
  readonly at?: Instant;
  /** The topic that it comes in on; absent where the line does not say. */
  readonly topic?: string;
  /** The record's key; absent where the line does not say. */
  readonly key?: string | null;
  readonly governed: boolean;
  /** What is written onto the topic. */
  readonly value: Readonly<Record<string, unknown>>;
}

export type ParsedEvent =
  | { readonly ok: true; readonly event: StoryEvent }
  | { readonly ok: false; readonly problem: string };

/** Reads one line; a problem says what is wrong with it and never shows it. */
export function parseEvent(line: string): ParsedEvent {
  const fields = parseObject(line);
  if (!fields) return { ok: false, problem: 'is not a JSON object' };
  const wrong = CHECKS.find(({ field, holds }) => !holds(fields[field]));
  if (wrong) return { ok: false, problem: wrong.problem };
  const { type, at, topic, key, governed = true, ...rest } = fields;
  const kind = type === 'message' ? 'outbound' : 'interaction';
  return {
    ok: true,
    event: {
      kind,
      governed: governed === true,
      value: kind === 'outbound' ? rest : { type, ...rest },
      ...(at === undefined ? {} : { at: parseInstant(at) as Instant }),
      ...(topic === undefined ? {} : { topic: topic as string }),
      ...(key === undefined ? {} : { key: key as string | null }),
    },
  };
}

const CHECKS: readonly { field: string; holds: (value: unknown) => boolean; problem: string }[] = [
  {
    field: 'type',
    holds: (type) => typeof type === 'string',
    problem: 'has no "type": write "message", or the type of an interaction',
  },
  {
    field: 'at',
    holds: (at) => at === undefined || parseInstant(at) !== undefined,
    problem: 'has an "at" that is no instant: write 2026-03-10T07:00:00Z, with its offset, or milliseconds',
  },
  {
    field: 'topic',
    holds: (topic) => topic === undefined || (typeof topic === 'string' && TOPIC.test(topic)),
    problem: 'has a "topic" that is none',
  },
  {
    field: 'key',
    holds: (key) => key === undefined || key === null || typeof key === 'string',
    problem: 'has a "key" that is neither text nor null',
  },
  {
    field: 'governed',
    holds: (governed) => governed === undefined || typeof governed === 'boolean',
    problem: 'has a "governed" that is neither true nor false',
  },
];

const TOPIC = /^(?!\.{1,2}$)[a-zA-Z0-9._-]{1,249}$/;
const ISO_INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})$/;

function parseInstant(value: unknown): Instant | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value : undefined;
  if (typeof value !== 'string' || !ISO_INSTANT.test(value)) return undefined;
  const instant = Date.parse(value);
  return Number.isNaN(instant) ? undefined : instant;
}

/** The fields of a JSON object; undefined for anything else. */
export function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
