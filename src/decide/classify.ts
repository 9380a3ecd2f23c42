import type { OutboundMessage } from '../model/message.ts';
import { type Candidate, channelNamed } from '../rules/rule-kind.ts';
import type { Policy, PolicyClass } from './policy.ts';

/** The channel of messages whose channel the policy does not know. */
export const UNKNOWN_CHANNEL = 'unknown';

export interface Classified {
  readonly message: Candidate;
  readonly class: PolicyClass;
  readonly claimRefused?: string;
}

/** Channel and class as the policy names them. A claim that the policy does not grant leads to the default class. */
export function classify(policy: Policy, message: OutboundMessage): Classified {
  const claimed = message.class === undefined ? undefined : policy.classes[message.class];
  const granted = claimed !== undefined && mayClaim(claimed, message);
  const given = (granted ? claimed : policy.classes[policy.defaultClass]) as PolicyClass;
  const channel = channelNamed(policy.channels, message.channel) ?? UNKNOWN_CHANNEL;
  return {
    message: { ...message, channel, class: given.name },
    class: given,
    ...(!granted && message.class !== undefined && { claimRefused: message.class }),
  };
}

function mayClaim({ claimedBy }: PolicyClass, { sender, sourceTopic }: OutboundMessage): boolean {
  if (claimedBy === undefined) return true;
  return (
    (sender !== undefined && claimedBy.senders.includes(sender)) || claimedBy.topics.includes(sourceTopic)
  );
}
