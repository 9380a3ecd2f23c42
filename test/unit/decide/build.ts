import type { Policy } from '../../../src/decide/policy.ts';
import { type CustomerState, emptyState, type Send } from '../../../src/model/customer-state.ts';
import type { Interaction, InteractionType } from '../../../src/model/interaction.ts';
import type { OutboundMessage } from '../../../src/model/message.ts';
import { formatProblem } from '../../../src/policy/format-problem.ts';
import { parsePolicy } from '../../../src/policy/parse-policy.ts';

/** Wednesday, 2026-03-04T12:00:00Z. */
export const NOON = Date.UTC(2026, 2, 4, 12);

const HEAD = `
apiVersion: tact/v1
name: test
timezone: UTC
channels: { email: { aliases: [E-Mail] }, sms: {}, push: {} }
classes: { marketing: { default: true }, service: {}, security: { claimedBy: { senders: [login] }, exempt: [opt-out, complaint, erasure, consent, caps, gap, duplicate, history] } }
`;

/** The policy of these rules (YAML, the list under `rules`), with more at the top where given. */
export function policyWith(rules = '[]', top = 'enforce: true'): Policy {
  return policyOf(`${HEAD}${top}\nrules: ${rules}\n`);
}

export function policyOf(text: string): Policy {
  const parsed = parsePolicy(text, 'test.yaml');
  if (!parsed.ok) throw new Error(parsed.problems.map(formatProblem).join('\n'));
  return parsed.policy;
}

export function message(fields: Partial<OutboundMessage> = {}): OutboundMessage {
  return {
    messageId: 'm-1',
    customerId: 'c-1',
    channel: 'email',
    categories: [],
    products: [],
    topics: [],
    createdAt: NOON,
    labels: {},
    sourceTopic: 'crm.outbound.requested',
    ...fields,
  };
}

export function send(at: number, fields: Partial<Send> = {}): Send {
  return {
    at,
    channel: 'email',
    class: 'marketing',
    categories: [],
    products: [],
    topics: [],
    labels: {},
    messageId: `past-${at}`,
    answered: false,
    returned: false,
    ...fields,
  };
}

export function stateWith(fields: Partial<CustomerState>): CustomerState {
  return { ...emptyState(NOON), ...fields };
}

export function interaction(type: InteractionType, fields: Partial<Interaction> = {}): Interaction {
  return {
    interactionId: 'i-1',
    customerId: 'c-1',
    type,
    occurredAt: NOON,
    source: 'esp',
    categories: [],
    products: [],
    automated: false,
    scope: {},
    attributes: {},
    labels: {},
    governed: true,
    ...fields,
  };
}
