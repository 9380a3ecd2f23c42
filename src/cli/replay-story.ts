import type { Policy } from '../decide/policy.ts';
import { assert } from '../kernel/errors.ts';
import { DAY, type Instant } from '../kernel/time.ts';
import { WAIT_MAX } from '../model/customer-state.ts';
import type { Decision } from '../model/decision.ts';
import type { OutboundMessage } from '../model/message.ts';
import { coordinates, type LogRecord } from '../model/record.ts';
import { Rehearsal } from '../policy/rehearsal.ts';
import { inputSchema } from '../records/input.ts';
import type { ReadRecord, RecordReader } from '../records/reader.ts';
import { createRecordReader } from '../records/record-reader.ts';
import { createSchemaSource } from '../records/schema-source.ts';
import type { StoryEvent } from './event.ts';

/** A decision, and the line whose message it is about. */
export interface ReplayedDecision {
  readonly line: number;
  readonly record: LogRecord;
  readonly message: OutboundMessage;
  readonly decision: Decision;
}

export type Replayed =
  /** What was decided meanwhile about waiting messages, and then about the line, in the order of time. */
  | { readonly kind: 'taken'; readonly decisions: readonly ReplayedDecision[] }
  /** An interaction of a type that Tact does not know. */
  | { readonly kind: 'ignored'; readonly type: string }
  | { readonly kind: 'unreadable'; readonly problem: string };

/** The topics of events that name none. */
const TOPICS = {
  outbound: 'marketing.outbound.requested',
  interaction: 'customer.interaction.recorded',
} as const;

/** What waits at the end of the story is given so long: by then every wait is over. */
const AFTERWARDS = WAIT_MAX + DAY;

/**
 * Event time: every event is decided when it says that it happened, and a deferred message again when it is due. The clock
 * never runs backwards; an event earlier than the one before is decided at the time of that one.
 */
export class StoryReplay {
  readonly #policy: Policy;
  readonly #customers = new Map<string, Rehearsal>();
  /** Those for whom a message waits. */
  readonly #waiting = new Set<Rehearsal>();
  readonly #asked = new Map<OutboundMessage, Pick<ReplayedDecision, 'line' | 'record'>>();
  readonly #schemas = createSchemaSource();
  readonly #readers = new Map<string, RecordReader>();
  #decisions: ReplayedDecision[] = [];
  #now: Instant = Number.NEGATIVE_INFINITY;
  /** Events earlier than the one before. */
  outOfOrder = 0;

  constructor(policy: Policy) {
    this.#policy = policy;
  }

  get customers(): number {
    return this.#customers.size;
  }

  /** The zone in which the customer reads times: their own, else the policy's. */
  timezoneOf(customerId: string): string {
    return this.#customers.get(customerId)?.timezone ?? this.#policy.timezone;
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
    if (read.kind === 'ignored') return { kind: 'ignored', type: read.type };
    this.#passTo(this.#now - 1);
    this.#take(read, line, record);
    return { kind: 'taken', decisions: this.#takeDecisions() };
  }

  /** Lets time go on after the last event, until nothing waits any more. */
  finish(): readonly ReplayedDecision[] {
    this.#passTo(this.#now + AFTERWARDS);
    return this.#takeDecisions();
  }

  #take(
    read: Extract<ReadRecord, { kind: 'message' | 'interaction' }>,
    line: number,
    record: LogRecord,
  ): void {
    const { customerId } = read.kind === 'message' ? read.message : read.interaction;
    const customer = this.#customerOf(customerId);
    if (read.kind === 'interaction') customer.hear(read.interaction, this.#now);
    else {
      this.#asked.set(read.message, { line, record });
      customer.ask(read.message, this.#now, coordinates(record));
    }
    if (customer.nextDueAt < Number.POSITIVE_INFINITY) this.#waiting.add(customer);
    else this.#waiting.delete(customer);
  }

  #passTo(by: Instant): void {
    for (const customer of this.#waiting) {
      customer.passTo(by);
      if (customer.nextDueAt === Number.POSITIVE_INFINITY) this.#waiting.delete(customer);
    }
  }

  #customerOf(id: string): Rehearsal {
    let customer = this.#customers.get(id);
    if (customer === undefined) {
      customer = new Rehearsal(this.#policy, (message, decision) => this.#note(message, decision));
      this.#customers.set(id, customer);
    }
    return customer;
  }

  #note(message: OutboundMessage, decision: Decision): void {
    const asked = this.#asked.get(message);
    assert(asked, 'a message is decided after it was asked');
    this.#decisions.push({ ...asked, message, decision });
    if (decision.outcome !== 'deferred') this.#asked.delete(message);
  }

  #takeDecisions(): readonly ReplayedDecision[] {
    const decisions = this.#decisions;
    this.#decisions = [];
    return decisions.sort((one, other) => one.decision.decidedAt - other.decision.decidedAt);
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
