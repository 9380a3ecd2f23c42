import type { Facts, RuleKind, RuleOf } from '../../../src/rules/rule-kind.ts';
import { OTHER_TIERS, resolve } from '../../../src/rules/tiers/tiered.ts';
import { message, NOON, stateWith } from '../decide/build.ts';

/** What a rule may look at: Wednesday noon, nothing known about the customer, unless it says. */
export function factsWith({
  state = {},
  message: fields = {},
  ...more
}: Partial<Omit<Facts, 'state' | 'message'>> & {
  readonly state?: Partial<Facts['state']>;
  readonly message?: Partial<Facts['message']>;
} = {}): Facts {
  return {
    state: stateWith(state),
    message: { ...message(fields), class: fields.class ?? 'marketing' },
    source: 'crm.outbound.requested/0/7',
    now: NOON,
    timezone: 'UTC',
    channels: { email: 'email', 'e-mail': 'email', sms: 'sms', push: 'push' },
    ...more,
  };
}

/** A rule of the kind from its part of a policy, as YAML would hold it, for customers of this tier. */
export function ruleOf<Written, Spec>(
  kind: RuleKind<Written, Spec>,
  written: unknown,
  tier: string = OTHER_TIERS,
): RuleOf<Spec> {
  return {
    id: 'the-rule',
    for: [],
    counts: [],
    mode: 'enforce',
    onBlock: { action: 'suppress' },
    replaces: [],
    spec: resolve(kind.schema.parse(written), tier) as Spec,
  };
}
