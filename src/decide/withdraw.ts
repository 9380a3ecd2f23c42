import type { Instant } from '../kernel/time.ts';
import type { Decision } from '../model/decision.ts';
import type { OutboundMessage } from '../model/message.ts';
import type { ReasonCode } from '../model/reason.ts';
import { classify } from './classify.ts';
import type { Policy } from './policy.ts';

const WITHDRAWALS = {
  cancelled: { rule: 'cancelled', reason: 'cancelled' },
  erased: { rule: 'erasure', reason: 'opted-out' },
} as const satisfies Record<string, { rule: string; reason: ReasonCode }>;

/** Why a waiting message ends without being decided again: its sender took it back, or the customer was erased. */
export type Withdrawal = keyof typeof WITHDRAWALS;

/** The final decision on a message that waited since `since`, and is waited for no longer. */
export function withdraw(
  policy: Policy,
  message: OutboundMessage,
  now: Instant,
  since: Instant,
  why: Withdrawal,
): Decision {
  const { message: candidate, claimRefused } = classify(policy, message);
  const { rule, reason } = WITHDRAWALS[why];
  return {
    outcome: 'suppressed',
    verdict: 'suppressed',
    reason,
    waitingSince: since,
    decidedAt: now,
    channel: candidate.channel,
    class: candidate.class,
    ...(claimRefused !== undefined && { claimRefused }),
    findings: [{ rule, kind: rule, verdict: 'blocks', reason }],
  };
}
