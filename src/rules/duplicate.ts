import { z } from 'zod';
import type { Duration } from '../kernel/time.ts';
import { formatDuration } from '../kernel/time.ts';
import type { Send } from '../model/customer-state.ts';
import type { Finding } from '../model/decision.ts';
import type { Candidate, Facts, RuleKind, RuleOf } from './rule-kind.ts';
import { type Resolved, type Tiered, tieredSchema } from './tiers/tiered.ts';
import { rememberedDurationSchema } from './written/written.ts';

/** What makes a message the same as an earlier one. */
type WrittenDuplicate =
  | {
      readonly by: 'message';
      /** Absent = for as long as the send is remembered. */
      readonly within?: Tiered<Duration>;
    }
  | { readonly by: 'campaign' | 'fingerprint'; readonly within: Tiered<Duration> };
type Duplicate = Resolved<WrittenDuplicate>;

/** No message whose id its sender already used, or none whose campaign or content the customer had lately. */
export const duplicate: RuleKind<WrittenDuplicate> = {
  schema: z
    .strictObject({
      by: z.enum(['message', 'campaign', 'fingerprint']).default('message').meta({
        description: 'message: the same id of the same sender. campaign, fingerprint: the same from anybody.',
      }),
      within: tieredSchema(rememberedDurationSchema).optional().meta({
        description:
          'For how long. An id is taken for as long as the send is remembered unless it says less.',
      }),
    })
    .transform(({ by, within }, context): WrittenDuplicate => {
      if (by === 'message') return within === undefined ? { by } : { by, within };
      if (within !== undefined) return { by, within };
      const message = 'expected how long ago it may have gone out, such as 14d';
      context.issues.push({
        code: 'invalid_type',
        expected: 'string',
        path: ['within'],
        input: within,
        message,
      });
      return z.NEVER;
    })
    .meta({ description: 'No message that already went out.' }),
  exemption: 'duplicate',
  counting: false,
  atTop: false,
  deferrable: true,
  evaluate(rule, facts) {
    const { by, within } = rule.spec;
    if (by === 'message') return findSameMessage(rule, within, facts);
    const value = contentOf(by, facts.message);
    return value === undefined ? undefined : findSameContent(rule, by, value, within, facts);
  },
};

/** By id also what was returned, and what waits to go out. */
function findSameMessage(rule: RuleOf<Duplicate>, within: Duration | undefined, facts: Facts): Finding {
  const { state, message, source, now } = facts;
  const waits = state.waiting.some((each) => each.source !== source && isSame(each, message));
  if (waits) return { ...findingOf(rule, within), ...blocking('duplicate', undefined) };
  const earlier = state.sends.findLast((send) => isSame(send, message));
  if (earlier === undefined) return findingOf(rule, within);
  const end = within === undefined ? undefined : earlier.at + within;
  if (end !== undefined && end <= now) return findingOf(rule, within);
  return { ...findingOf(rule, within), ...blocking('duplicate', end) };
}

function findSameContent(
  rule: RuleOf<Duplicate>,
  by: 'campaign' | 'fingerprint',
  value: string,
  within: Duration,
  { state, now }: Facts,
): Finding {
  const earlier = state.sends.findLast((send) => !send.returned && contentOf(by, send) === value);
  if (earlier === undefined || earlier.at + within <= now) return findingOf(rule, within);
  return { ...findingOf(rule, within), ...blocking('repeated', earlier.at + within) };
}

interface Identified {
  readonly messageId: string;
  readonly sender?: string;
}

function isSame(one: Identified, other: Identified): boolean {
  return one.messageId === other.messageId && one.sender === other.sender;
}

function contentOf(by: 'campaign' | 'fingerprint', of: Candidate | Send): string | undefined {
  return by === 'campaign' ? of.campaignId : of.fingerprint;
}

function findingOf({ id }: RuleOf<Duplicate>, within: Duration | undefined): Finding {
  return {
    rule: id,
    kind: 'duplicate',
    verdict: 'allows',
    reason: 'cleared',
    ...(within !== undefined && { window: formatDuration(within) }),
  };
}

function blocking(reason: 'duplicate' | 'repeated', end: number | undefined): Partial<Finding> {
  return { verdict: 'blocks', reason, ...(end !== undefined && { nextEligibleAt: end }) };
}
