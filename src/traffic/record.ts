import type { Instant } from '../kernel/time.ts';

/** One record of generated traffic, before anybody turns it into bytes. */
export interface TrafficRecord {
  /** When it reaches Kafka; what happened may be older. */
  readonly at: Instant;
  readonly topic: string;
  readonly kind: 'outbound' | 'interaction';
  /** As its producer sets it: not always the customer, and null where the producer sets none. */
  readonly key: string | null;
  /** Fields of Tact's own schema, to be written as JSON; a text is written as it is and cannot be read back. */
  readonly value: TrafficValue | string;
  /** Whom it is about; absent where the record does not say. */
  readonly customerId?: string;
  /** The message that this is a response to: it would not have happened had that message been stopped. */
  readonly answers?: string;
}

export type TrafficValue = Readonly<Record<string, unknown>>;

/** The fields of a value that hold instants. */
const INSTANT_FIELDS = ['createdAt', 'expiresAt', 'occurredAt', 'until'] as const;

/** The topics that generated traffic goes to. */
export const TRAFFIC_INPUTS = [
  { topic: 'crm.outbound.requested', kind: 'outbound', governed: true },
  { topic: 'app.outbound.requested', kind: 'outbound', governed: true },
  { topic: 'shop.outbound.requested', kind: 'outbound', governed: true },
  {
    topic: 'customer.interaction.recorded',
    kind: 'interaction',
    governed: true,
  },
  // What went out before Tact was asked; it takes slots, so that no window starts empty.
  {
    topic: 'history.interaction.recorded',
    kind: 'interaction',
    governed: false,
  },
] as const satisfies readonly {
  topic: string;
  kind: 'outbound' | 'interaction';
  governed: boolean;
}[];

export type TrafficTopic = (typeof TRAFFIC_INPUTS)[number]['topic'];

/** The same record `by` milliseconds later, with every instant in it. */
export function shiftRecord(record: TrafficRecord, by: number): TrafficRecord {
  const at = record.at + by;
  if (typeof record.value === 'string') return { ...record, at };
  const value: Record<string, unknown> = { ...record.value };
  for (const field of INSTANT_FIELDS) {
    const instant = value[field];
    if (typeof instant === 'number') value[field] = instant + by;
  }
  return { ...record, at, value };
}
