import { decide } from '../decide/decide.ts';
import { fold } from '../decide/fold.ts';
import type { Policy } from '../decide/policy.ts';
import type { Instant } from '../kernel/time.ts';
import type { CustomerState } from '../model/customer-state.ts';
import type { Decision } from '../model/decision.ts';
import type { OutboundMessage } from '../model/message.ts';
import type { LogRecord } from '../model/record.ts';
import { inputSchema } from '../records/input.ts';
import type { ReadRecord, RecordReader } from '../records/reader.ts';
import { createRecordReader } from '../records/record-reader.ts';
import { createSchemaSource } from '../records/schema-source.ts';
import type { StoryEvent } from './event.ts';

export type Replayed =
  | {
      readonly kind: 'decided';
      readonly record: LogRecord;
      readonly message: OutboundMessage;
      readonly decision: Decision;
    }
  | { readonly kind: 'folded' }
  /** An interaction of a type that Tact does not know. */
  | { readonly kind: 'ignored'; readonly type: string }
  | { readonly kind: 'unreadable'; readonly problem: string };

/** The topics of events that name none. */
const TOPICS = {
  outbound: 'marketing.outbound.requested',
  interaction: 'customer.interaction.recorded',
} as const;

/**
 * Event time: every event is decided when it says that it happened, as if nothing else ever waited. The clock never runs
 * backwards; an event earlier than the one before is decided at the time of that one.
 */
export class StoryReplay {
  readonly #policy: Policy;
  readonly #states = new Map<string, CustomerState>();
  readonly #schemas = createSchemaSource();
  readonly #readers = new Map<string, RecordReader>();
  #now: Instant = Number.NEGATIVE_INFINITY;
  /** Events earlier than the one before. */
  outOfOrder = 0;

  constructor(policy: Policy) {
    this.#policy = policy;
  }

  get customers(): number {
    return this.#states.size;
  }

  /** The zone in which the customer reads times: their own, else the policy's. */
  timezoneOf(customerId: string): string {
    return this.#states.get(customerId)?.timezone ?? this.#policy.timezone;
  }

  /** Decides or folds one event; `line` numbers it within its topic. */
  async step(event: StoryEvent & { readonly at: Instant }, line: number): Promise<Replayed> {
    const record = recordOf(event, line);
    const reader = this.#readerOf(event, record.topic);
    await reader.prepare([record]);
    const read = reader.read(record);
    if (read.kind === 'unreadable') return { kind: 'unreadable', problem: read.failure.message };
    if (event.at < this.#now) this.outOfOrder += 1;
    this.#now = Math.max(this.#now, event.at);
    return this.#take(read, record);
  }

  #take(read: Exclude<ReadRecord, { kind: 'unreadable' }>, record: LogRecord): Replayed {
    if (read.kind === 'ignored') return { kind: 'ignored', type: read.type };
    const { customerId } = read.kind === 'message' ? read.message : read.interaction;
    const state = this.#states.get(customerId);
    if (read.kind === 'interaction') {
      this.#states.set(customerId, fold(this.#policy, state, read.interaction, this.#now));
      return { kind: 'folded' };
    }
    const decided = decide(this.#policy, state, read.message, this.#now);
    this.#states.set(customerId, decided.state);
    return { kind: 'decided', record, message: read.message, decision: decided.decision };
  }

  #readerOf({ kind, governed }: StoryEvent, topic: string): RecordReader {
    const id = `${kind} ${governed} ${topic}`;
    const known = this.#readers.get(id);
    if (known) return known;
    const inputs = [inputSchema.parse({ topic, kind, governed, format: 'json' })];
    const reader = createRecordReader({ inputs, schemaSource: this.#schemas, reroutedTopics: [] });
    this.#readers.set(id, reader);
    return reader;
  }
}

function recordOf(event: StoryEvent & { readonly at: Instant }, line: number): LogRecord {
  return {
    topic: event.topic ?? TOPICS[event.kind],
    partition: 0,
    offset: line,
    timestamp: event.at,
    key: event.key ? Buffer.from(event.key) : null,
    value: Buffer.from(JSON.stringify(event.value)),
    headers: [],
  };
}
