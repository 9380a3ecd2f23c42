import type { Policy } from '../../decide/policy.ts';
import type { Instant } from '../../kernel/time.ts';
import type { RememberedCustomer } from '../abilities.ts';
import { explainDecision } from '../render/decision.ts';
import type { Clock } from './explanation.ts';
import { type Asked, askEverything, type Slots, silentRules, slotsOf } from './what-if.ts';

/** A customer as `tact customer show` prints them. */
export interface CustomerSheet {
  readonly customerId: string;
  readonly remembered: RememberedCustomer;
  readonly policy: Policy;
  readonly clock: Clock;
  readonly now: Instant;
  readonly asked: readonly Asked[];
  readonly slots: readonly Slots[];
  /** Rules that count, of which channel and class alone say nothing. */
  readonly silent: readonly string[];
}

/** What is remembered, and what the policy says about it now. */
export function sheetOf(
  customerId: string,
  remembered: RememberedCustomer,
  policy: Policy,
  clock: Clock,
  now: Instant,
): CustomerSheet {
  const asked = askEverything(policy, remembered.state, customerId, now);
  const silent = silentRules(policy, asked);
  return { customerId, remembered, policy, clock, now, asked, slots: slotsOf(asked), silent };
}

/** The same as one value. */
export function customerJson({ customerId, remembered, policy, clock, asked, slots, silent }: CustomerSheet) {
  const { shard, watermark, state } = remembered;
  return {
    customerId,
    known: state !== undefined,
    policy: `${policy.name}@${policy.digest}`,
    zone: clock.zone,
    zoneOf: clock.whose,
    counts: slots.map(({ channels, classes, finding }) => ({
      channels,
      classes,
      ...finding,
      free: finding.verdict === 'allows',
    })),
    countsNotShown: silent,
    now: asked.map(({ channel, class: given, decision }) => ({
      channel,
      class: given,
      outcome: decision.outcome,
      verdict: decision.verdict,
      reason: decision.reason,
      rule: decision.rule,
      nextEligibleAt: decision.nextEligibleAt,
      sentence: explainDecision(decision, clock.zone),
    })),
    shard,
    watermark,
    state,
  };
}
