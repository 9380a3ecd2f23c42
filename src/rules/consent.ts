import { z } from 'zod';
import type { Consent } from '../model/customer-state.ts';
import type { Finding } from '../model/decision.ts';
import type { ReasonCode } from '../model/reason.ts';
import { instantText } from './events/evidence.ts';
import type { Facts, RuleKind } from './rule-kind.ts';
import { channelNamed } from './rule-kind.ts';

export interface ConsentDemand {
  /** `opt-in`: only with consent; `opt-out`: unless it was withdrawn. */
  readonly require: 'opt-in' | 'opt-out';
  /** What a message is for that does not say so itself. */
  readonly purpose?: string;
  /** The versions of the terms that a consent may have been given to; absent = any. */
  readonly terms?: readonly string[];
  /** Of what several sources say, the strictest, or the latest. */
  readonly sources: 'strictest' | 'latest';
}

const termsSchema = z
  .union([
    z
      .string()
      .min(1)
      .transform((version) => [version]),
    z.array(z.string().min(1)).min(1),
  ])
  .meta({ description: 'The versions of the terms that still hold; consent to others is outdated.' });

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
      terms: termsSchema.optional(),
      sources: z.enum(['strictest', 'latest']).default('strictest').meta({
        description: 'Of what several sources say last: the strictest (the default), or the latest.',
      }),
    })
    .transform(
      ({ require, purpose, terms, sources }): ConsentDemand => ({
        require,
        ...(purpose !== undefined && { purpose }),
        ...(terms !== undefined && { terms }),
        sources,
      }),
    )
    .meta({ description: "The customer's consent for the message's channel and purpose." }),
  exemption: 'consent',
  counting: false,
  atTop: false,
  deferrable: false,
  evaluate(rule, facts) {
    const statement = bindingStatement(rule.spec, facts);
    const reason = answer(rule.spec, statement);
    const finding: Finding = {
      rule: rule.id,
      kind: 'consent',
      verdict: reason === 'cleared' ? 'allows' : 'blocks',
      reason,
    };
    return statement === undefined ? finding : { ...finding, evidence: evidenceOf(statement) };
  },
};

function answer({ require, terms }: ConsentDemand, statement: Consent | undefined): ReasonCode {
  if (statement !== undefined && isOutdated(statement, terms)) return 'consent-outdated';
  const allows = require === 'opt-in' ? statement?.status === 'granted' : statement?.status !== 'withdrawn';
  return allows ? 'cleared' : 'no-consent';
}

function evidenceOf({ status, source, at, terms }: Consent): Readonly<Record<string, string>> {
  return { status, source, at: instantText(at), ...(terms !== undefined && { terms }) };
}

/** What each source said last about the message's channel and purpose, wide or narrow; of several sources what binds. */
function bindingStatement({ purpose, terms, sources }: ConsentDemand, facts: Facts): Consent | undefined {
  const said = new Map<string, Consent>();
  for (const each of facts.state.consents) {
    if (!applies(each, facts, facts.message.purpose ?? purpose)) continue;
    const known = said.get(each.source);
    if (known === undefined || compareWeight(each, known, terms) > 0) said.set(each.source, each);
  }
  const compare = sources === 'latest' ? compareWeight : compareStrictness;
  return [...said.values()].reduce<Consent | undefined>(
    (binding, each) => (binding !== undefined && compare(binding, each, terms) >= 0 ? binding : each),
    undefined,
  );
}

function applies(each: Consent, { message, channels }: Facts, purpose: string | undefined): boolean {
  if (each.channel !== undefined && channelNamed(channels, each.channel) !== message.channel) return false;
  if (each.purpose === undefined || each.purpose === purpose) return true;
  // What a message is for is unknown: a consent to one purpose is not one to this, but a withdrawal may be meant.
  return purpose === undefined && each.status === 'withdrawn';
}

const STRICTNESS = { granted: 0, pending: 2, withdrawn: 3 } as const;
const OUTDATED = 1;

/** Whether what is said next outweighs what is known of just the same: see `compareWeight`. Alike, terms tell more than none. */
export function outweighs(next: Consent, known: Consent): boolean {
  const weight = compareWeight(next, known, undefined);
  return weight > 0 || (weight === 0 && next.terms !== undefined && next.terms !== known.terms);
}

type Terms = ConsentDemand['terms'];

/**
 * Of what one source says, what counts: a definite statement before one that is pending, which says nothing but that it was
 * asked; then the later one, and of one instant the stricter.
 */
function compareWeight(one: Consent, other: Consent, terms: Terms): number {
  return (
    isDefinite(one) - isDefinite(other) ||
    one.at - other.at ||
    strictness(one, terms) - strictness(other, terms)
  );
}

function isDefinite({ status }: Consent): number {
  return status === 'pending' ? 0 : 1;
}

function compareStrictness(one: Consent, other: Consent, terms: Terms): number {
  return strictness(one, terms) - strictness(other, terms) || one.at - other.at;
}

function strictness(consent: Consent, terms: Terms): number {
  return isOutdated(consent, terms) ? OUTDATED : STRICTNESS[consent.status];
}

/** Whether it was given to other terms than those that still hold. */
function isOutdated(consent: Consent, terms: Terms): boolean {
  if (consent.status !== 'granted' || terms === undefined) return false;
  return consent.terms === undefined || !terms.includes(consent.terms);
}
