import type { Instant } from '../kernel/time.ts';
import type { Decision } from '../model/decision.ts';
import type { OutboundMessage } from '../model/message.ts';
import type { TrafficRecord, TrafficValue } from '../traffic/record.ts';

export type ChronicleEntry =
  | {
      readonly kind: 'decision';
      readonly at: Instant;
      readonly message: OutboundMessage;
      readonly decision: Decision;
    }
  | { readonly kind: 'interaction'; readonly at: Instant; readonly value: TrafficValue };

/** So many customers are followed at most: enough to find one with a story, and little to remember. */
const FOLLOWED_MAX = 1_000;

/** Interactions that only tell what became of a message. */
const DELIVERIES: ReadonlySet<string> = new Set(['bounced', 'opened', 'clicked']);

/** What happened to some customers on one day, or to the one that is asked for. */
export class Chronicle {
  readonly #dayStart: Instant;
  readonly #only: string | undefined;
  readonly #followed = new Set<string>();
  readonly #entries = new Map<string, ChronicleEntry[]>();
  readonly #timezones = new Map<string, string>();
  readonly #titles = new Map<string, string>();
  readonly #cleared = new Map<string, boolean>();
  /** When each message that waits for its decision was asked for; an id may be asked for more than once. */
  readonly #asked = new Map<string, Instant[]>();

  constructor(dayStart: Instant, only?: string) {
    this.#dayStart = dayStart;
    this.#only = only;
  }

  /** Notes a record before it is decided on. */
  recordArrived(record: TrafficRecord): void {
    if (typeof record.value === 'string' || record.customerId === undefined) return;
    const { value, customerId } = record;
    if (!this.#follows(customerId)) return;
    if (typeof value.timezone === 'string') this.#timezones.set(customerId, value.timezone);
    if (record.kind === 'outbound') this.#noteAsked(String(value.messageId), record.at, value);
    else if (record.at >= this.#dayStart)
      this.#add(customerId, { kind: 'interaction', at: record.at, value });
  }

  decided(message: OutboundMessage, decision: Decision): void {
    const { messageId, customerId } = message;
    this.#cleared.set(messageId, this.#cleared.get(messageId) === true || decision.outcome === 'cleared');
    if (!this.#follows(customerId)) return;
    const at = this.#asked.get(messageId)?.shift() ?? decision.decidedAt;
    this.#add(customerId, { kind: 'decision', at, message, decision });
  }

  /** True once a message was decided on and never cleared: nobody can have responded to it. */
  wasStopped(messageId: string): boolean {
    return this.#cleared.get(messageId) === false;
  }

  get customers(): Iterable<string> {
    return this.#entries.keys();
  }

  /**
   * In the order of the clock, without deliveries of what was stopped; empty for a customer to whom nothing happened, or who is
   * not followed.
   */
  entriesOf(customerId: string): readonly ChronicleEntry[] {
    const entries = this.#entries.get(customerId) ?? [];
    return entries.filter((entry) => !this.#isMoot(entry)).sort((a, b) => a.at - b.at);
  }

  /** A response may arrive before it is known that its message was stopped; without a message there was nothing to deliver. */
  #isMoot(entry: ChronicleEntry): boolean {
    if (entry.kind !== 'interaction' || !DELIVERIES.has(String(entry.value.type))) return false;
    return this.wasStopped(String(entry.value.messageId));
  }

  #noteAsked(messageId: string, at: Instant, value: TrafficValue): void {
    this.#titles.set(messageId, titleOf(value));
    const asked = this.#asked.get(messageId);
    if (asked) asked.push(at);
    else this.#asked.set(messageId, [at]);
  }

  /** The zone that the customer's interactions named. */
  timezoneOf(customerId: string): string | undefined {
    return this.#timezones.get(customerId);
  }

  /** What the message says on top; its id where it was never seen. */
  titleOf(messageId: string): string {
    return this.#titles.get(messageId) ?? messageId;
  }

  #follows(customerId: string): boolean {
    if (this.#only !== undefined) return customerId === this.#only;
    if (this.#followed.has(customerId)) return true;
    if (this.#followed.size >= FOLLOWED_MAX) return false;
    this.#followed.add(customerId);
    return true;
  }

  #add(customerId: string, entry: ChronicleEntry): void {
    const entries = this.#entries.get(customerId);
    if (entries) entries.push(entry);
    else this.#entries.set(customerId, [entry]);
  }
}

function titleOf(value: TrafficValue): string {
  const payload = value.payload as { title?: unknown } | undefined;
  return typeof payload?.title === 'string' ? payload.title : String(value.messageId);
}
