import type { Facts, RuleKind, RuleOf } from '../../../src/rules/rule-kind.ts';
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
    tier: undefined,
    timezone: 'UTC',
    channels: { email: 'email', 'e-mail': 'email', sms: 'sms', push: 'push' },
    ...more,
  };
}

/** A rule of the kind from its part of a policy, as YAML would hold it. */
export function ruleOf<Spec>(kind: RuleKind<Spec>, written: unknown): RuleOf<Spec> {
  return {
    id: 'the-rule',
    for: [],
    counts: [],
    mode: 'enforce',
    onBlock: { action: 'suppress' },
    replaces: [],
    spec: kind.schema.parse(written),
  };
}
