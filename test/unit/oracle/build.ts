import type { Interaction, InteractionType } from '../../../src/model/interaction.ts';
import type { OutboundMessage } from '../../../src/model/message.ts';
import type { Entry } from '../../oracle/history.ts';
import { type Answer, answer } from '../../oracle/judge.ts';
import type { WrittenPolicy, WrittenRule } from '../../oracle/written.ts';

/** Wednesday, 2026-03-04T12:00:00Z. */
export const NOON = Date.UTC(2026, 2, 4, 12);

export function policyOf(rules: readonly WrittenRule[], more: Partial<WrittenPolicy> = {}): WrittenPolicy {
  return {
    apiVersion: 'tact/v1',
    name: 'test',
    enforce: true,
    channels: { email: { aliases: ['E-Mail'] }, sms: null },
    classes: { marketing: { default: true }, service: {} },
    rules,
    ...more,
  };
}

export function messageOf(fields: Partial<OutboundMessage> = {}): OutboundMessage {
  return {
    ...{ messageId: 'm-1', customerId: 'c-1', channel: 'email', categories: [], products: [], topics: [] },
    ...{ createdAt: NOON, labels: {}, sourceTopic: 'crm' },
    ...fields,
  };
}

export function heard(type: InteractionType, at: number, fields: Partial<Interaction> = {}): Entry {
  const interaction: Interaction = {
    ...{ interactionId: `i-${at}`, customerId: 'c-1', type, occurredAt: at, source: 'esp', governed: true },
    ...{ categories: [], products: [], scope: {}, attributes: {}, labels: {}, automated: false },
    ...fields,
  };
  return { what: 'interaction', now: at, interaction };
}

export function sent(at: number, fields: Partial<OutboundMessage> = {}): Entry {
  const message = messageOf({ messageId: `past-${at}`, ...fields });
  const { channel } = message;
  const given = message.class ?? 'marketing';
  const decided = { channel, class: given, tier: undefined, outcome: 'cleared', isForgotten: false } as const;
  return { what: 'decided', now: at, since: at, source: `in/0/${at}`, message, ...decided };
}

export function ask(
  policy: WrittenPolicy,
  history: readonly Entry[],
  fields: Partial<OutboundMessage> = {},
  now = NOON,
): Answer {
  return answer(policy, history, messageOf(fields), { source: 'in/0/0', now, since: now });
}
