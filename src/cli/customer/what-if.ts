import { decide } from '../../decide/decide.ts';
import type { Policy, PolicyClass } from '../../decide/policy.ts';
import type { Instant } from '../../kernel/time.ts';
import type { CustomerState } from '../../model/customer-state.ts';
import type { Decision, Finding } from '../../model/decision.ts';
import type { OutboundMessage } from '../../model/message.ts';

/** What would be decided about a message of which nothing but channel and class is known. */
export interface Asked {
  readonly channel: string;
  readonly class: string;
  readonly decision: Decision;
}

/** How much of one limit is used, for the channels and classes for which it is the same. */
export interface Slots {
  readonly channels: readonly string[];
  readonly classes: readonly string[];
  readonly finding: Finding;
}

/** Decides, for every channel and class of the policy, a message that nobody sends. Changes nothing. */
export function askEverything(
  policy: Policy,
  state: CustomerState | undefined,
  customerId: string,
  now: Instant,
): Asked[] {
  return channelsOf(policy).flatMap((channel) =>
    Object.values(policy.classes).map((given) => {
      const { decision } = decide(policy, state, whatIf(customerId, channel, given, now), now);
      return { channel, class: given.name, decision };
    }),
  );
}

/** The policy's channels, each once. */
export function channelsOf({ channels }: Policy): string[] {
  return [...new Set(Object.values(channels))];
}

/** The kinds of rules that count messages against a limit. */
const COUNTING: ReadonlySet<string> = new Set(['cap', 'gap', 'ceiling', 'preference', 'unanswered']);

/** What the limits counted: first those that are the same for every channel, then channel by channel. */
export function slotsOf(asked: readonly Asked[]): Slots[] {
  const groups = new Map<string, { channels: Set<string>; classes: Set<string>; finding: Finding }>();
  for (const { channel, class: given, decision } of asked) {
    for (const finding of decision.findings) {
      if (!COUNTING.has(finding.kind) || finding.count === undefined) continue;
      const key = JSON.stringify(finding);
      const group = groups.get(key) ?? { channels: new Set(), classes: new Set(), finding };
      groups.set(key, group);
      group.channels.add(channel);
      group.classes.add(given);
    }
  }
  const slots = [...groups.values()].map(({ channels, classes, finding }) => ({
    channels: [...channels],
    classes: [...classes],
    finding,
  }));
  return slots.sort((one, other) => other.channels.length - one.channels.length);
}

/** The rules that count and had nothing to say, since they ask for more than channel and class. */
export function silentRules({ rules }: Policy, asked: readonly Asked[]): string[] {
  const spoke = new Set(asked.flatMap(({ decision }) => decision.findings.map(({ rule }) => rule)));
  return rules.filter(({ id, kind }) => COUNTING.has(kind) && !spoke.has(id)).map(({ id }) => id);
}

/** A message that may claim the class, by whichever sender or topic the policy allows it. */
function whatIf(customerId: string, channel: string, given: PolicyClass, now: Instant): OutboundMessage {
  const [sender] = given.claimedBy?.senders ?? [];
  const [topic = ''] = given.claimedBy?.topics ?? [];
  return {
    messageId: '',
    customerId,
    channel,
    class: given.name,
    categories: [],
    products: [],
    topics: [],
    ...(sender !== undefined && { sender }),
    createdAt: now,
    labels: {},
    sourceTopic: topic,
  };
}
