import type { Instant } from '../kernel/time.ts';

/** A decoded outbound candidate: one person × one channel. Only what a decision needs; the bytes stay in the record. */
export interface OutboundMessage {
  /** Unique per sender; `topic/partition/offset` of the record where the producer gives none. */
  readonly messageId: string;
  readonly customerId: string;
  /** As the producer wrote it; the policy's channels know its aliases. */
  readonly channel: string;
  /** What the message claims to be; absent = the policy's default class. */
  readonly class?: string;
  readonly campaignId?: string;
  /** One dispatch may go out over several channels. */
  readonly dispatchId?: string;
  /** Paths such as `shoes/running`; a parent covers its children. */
  readonly categories: readonly string[];
  /** What it offers, by the company's own numbers. */
  readonly products: readonly string[];
  readonly topics: readonly string[];
  readonly sender?: string;
  readonly purpose?: string;
  /** Of the content: equal for messages that read the same to the customer. */
  readonly fingerprint?: string;
  readonly createdAt: Instant;
  readonly expiresAt?: Instant;
  /** Among messages of one class the larger goes first. */
  readonly rank?: number;
  readonly place?: string;
  readonly labels: Readonly<Record<string, string>>;
  /** The topic that the record came in on; classes may be claimed by topic. */
  readonly sourceTopic: string;
}
