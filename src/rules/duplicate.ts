import { z } from 'zod';
import type { Duration } from '../kernel/time.ts';
import type { Send } from '../model/customer-state.ts';
import type { RuleKind } from './rule-kind.ts';
import { rememberedDurationSchema } from './written.ts';

export interface Duplicate {
  /** Absent = for as long as the send is remembered. */
  readonly within?: Duration;
}

/** No message whose id its sender already used for one that went out, returned ones included. */
export const duplicate: RuleKind<Duplicate> = {
  schema: z
    .strictObject({
      within: rememberedDurationSchema.optional().meta({
        description: 'How long an id is taken; for as long as the send is remembered unless it says less.',
      }),
    })
    .transform(({ within }): Duplicate => (within === undefined ? {} : { within }))
    .meta({ description: 'No message whose id its sender already used for one that went out.' }),
  exemption: 'duplicate',
  counting: false,
  atTop: false,
  evaluate(rule, { state, message, now }) {
    const { within } = rule.spec;
    const earlier = state.sends.findLast((send) => isSame(send, message));
    const blocks = earlier !== undefined && (within === undefined || earlier.at + within > now);
    return {
      rule: rule.id,
      kind: 'duplicate',
      verdict: blocks ? 'blocks' : 'allows',
      reason: blocks ? 'duplicate' : 'cleared',
      ...(blocks && within !== undefined && { nextEligibleAt: earlier.at + within }),
    };
  },
};

function isSame(send: Send, message: { readonly messageId: string; readonly sender?: string }): boolean {
  return send.messageId === message.messageId && send.sender === message.sender;
}
