import { z } from 'zod';
import type { Consent } from '../model/customer-state.ts';
import type { Facts, RuleKind } from './rule-kind.ts';
import { channelNamed } from './rule-kind.ts';

export interface ConsentDemand {
  /** `opt-in`: only with consent; `opt-out`: unless it was withdrawn. */
  readonly require: 'opt-in' | 'opt-out';
  /** What a message is for that does not say so itself. */
  readonly purpose?: string;
}

/** The customer's consent for the message's channel and purpose. Never eligible without: only the customer can give it. */
export const consent: RuleKind<ConsentDemand> = {
  schema: z
    .strictObject({
      require: z
        .enum(['opt-in', 'opt-out'])
        .meta({ description: 'opt-in: only with consent. opt-out: unless the customer withdrew it.' }),
      purpose: z
        .string()
        .min(1)
        .optional()
        .meta({ description: 'The purpose of messages that name none themselves.' }),
    })
    .transform(
      ({ require, purpose }): ConsentDemand => (purpose === undefined ? { require } : { require, purpose }),
    )
    .meta({ description: "The customer's consent for the message's channel and purpose." }),
  exemption: 'consent',
  counting: false,
  atTop: false,
  evaluate(rule, facts) {
    const status = latestConsent(facts, facts.message.purpose ?? rule.spec.purpose)?.status;
    const allows = rule.spec.require === 'opt-in' ? status === 'granted' : status !== 'withdrawn';
    return {
      rule: rule.id,
      kind: 'consent',
      verdict: allows ? 'allows' : 'blocks',
      reason: allows ? 'cleared' : 'no-consent',
    };
  },
};

function latestConsent(facts: Facts, purpose: string | undefined): Consent | undefined {
  let latest: Consent | undefined;
  for (const each of facts.state.consents) {
    if (!applies(each, facts, purpose)) continue;
    if (latest === undefined || isLater(each, latest)) latest = each;
  }
  return latest;
}

function applies(each: Consent, { message, channels }: Facts, purpose: string | undefined): boolean {
  if (each.channel !== undefined && channelNamed(channels, each.channel) !== message.channel) return false;
  if (each.purpose === undefined || each.purpose === purpose) return true;
  // What a message is for is unknown: a consent to one purpose is not one to this, but a withdrawal may be meant.
  return purpose === undefined && each.status === 'withdrawn';
}

const STRICTNESS = { granted: 0, pending: 1, withdrawn: 2 } as const;

/** Whether one consent replaces the other: the later one, and of one instant the stricter. */
export function isLater(one: Consent, other: Consent): boolean {
  return one.at === other.at ? STRICTNESS[one.status] > STRICTNESS[other.status] : one.at > other.at;
}
