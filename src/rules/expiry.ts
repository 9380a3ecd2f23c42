import { z } from 'zod';
import type { Duration, Instant } from '../kernel/time.ts';
import type { Finding } from '../model/decision.ts';
import type { RuleKind } from './rule-kind.ts';
import { type Tiered, tieredSchema } from './tiers/tiered.ts';
import { ageSchema } from './written/written.ts';

interface WrittenExpiry {
  readonly maxAge: Tiered<Duration>;
}

/** No message that was created `maxAge` ago or earlier. */
export const expiry: RuleKind<WrittenExpiry> = {
  schema: z
    .strictObject({ maxAge: tieredSchema(ageSchema) })
    .meta({ description: 'No message that was created `maxAge` ago or earlier.' }),
  counting: false,
  atTop: false,
  deferrable: false,
  evaluate: (rule, { message, now }) => expiryFinding(rule.id, message.createdAt + rule.spec.maxAge, now),
};

/** What is found about a message that is worth sending before `deadline` and not at it. */
export function expiryFinding(rule: string, deadline: Instant, now: Instant): Finding {
  const expired = now >= deadline;
  return {
    rule,
    kind: 'expiry',
    verdict: expired ? 'blocks' : 'allows',
    reason: expired ? 'expired' : 'cleared',
    allowsUntil: deadline,
  };
}
