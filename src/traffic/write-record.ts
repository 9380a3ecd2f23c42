import type { Instant } from '../kernel/time.ts';
import type { Channel, Person } from './person.ts';
import type { TrafficRecord, TrafficTopic, TrafficValue } from './record.ts';

export interface Candidate {
  readonly topic: TrafficTopic;
  readonly messageId: string;
  readonly sender: 'crm' | 'app' | 'shop';
  /** As the platform spells it; policies know aliases. */
  readonly channel: Channel | 'e-mail' | 'whatsapp';
  readonly at: Instant;
  readonly class?: 'marketing' | 'service' | 'security';
  readonly campaignId?: string;
  readonly categories?: readonly string[];
  readonly createdAt?: Instant;
  readonly expiresAt?: Instant;
  /** Absent = the customer's id. */
  readonly key?: string | null;
  readonly title: string;
}

/** What a platform writes when it wants to send. */
export function writeMessage(person: Person, candidate: Candidate): TrafficRecord {
  const { topic, at, key, title, createdAt, ...fields } = candidate;
  return {
    at,
    topic,
    kind: 'outbound',
    key: key === undefined ? person.id : key,
    customerId: person.id,
    value: {
      ...fields,
      customerId: person.id,
      createdAt: createdAt ?? at,
      payload: { title },
    },
  };
}

export interface Fact {
  readonly type: string;
  readonly at: Instant;
  /** Absent = `at`. */
  readonly occurredAt?: Instant;
  readonly source: 'crm' | 'app' | 'shop' | 'profile';
  readonly topic?: TrafficTopic;
  readonly channel?: string;
  readonly messageId?: string;
  /** True: the message named is one of the day's, so the fact depends on it. */
  readonly answers?: boolean;
  readonly fields?: TrafficValue;
}

/** What a platform writes when something happened. */
export function writeInteraction(person: Person, fact: Fact): TrafficRecord {
  const { at, occurredAt = at, source, channel, messageId, type } = fact;
  return {
    at,
    topic: fact.topic ?? 'customer.interaction.recorded',
    kind: 'interaction',
    key: person.id,
    customerId: person.id,
    ...(fact.answers && messageId !== undefined ? { answers: messageId } : {}),
    value: {
      interactionId: `${source}-${type}-${messageId ?? channel ?? 'any'}-${person.id}-${occurredAt}`,
      customerId: person.id,
      type,
      occurredAt,
      source,
      ...(channel === undefined ? {} : { channel }),
      ...(messageId === undefined ? {} : { messageId }),
      ...fact.fields,
    },
  };
}
