import { describe, expect, it } from 'vitest';
import { bindingFinding, explainDecision } from '../../../src/cli/render/decision.ts';
import { decide } from '../../../src/decide/decide.ts';
import { DAY, HOUR, MINUTE } from '../../../src/kernel/time.ts';
import type { CustomerState } from '../../../src/model/customer-state.ts';
import type { Decision } from '../../../src/model/decision.ts';
import type { OutboundMessage } from '../../../src/model/message.ts';
import type { ReasonCode } from '../../../src/model/reason.ts';
import type { RuleKindName } from '../../../src/rules/kinds.ts';
import { message, NOON, policyWith, send, stateWith } from '../decide/build.ts';

// What a marketer reads, sentence by sentence. NOON is Wed 4 Mar 2026, 12:00 UTC.

interface Told {
  readonly rules: string;
  readonly top?: string;
  readonly state?: Partial<CustomerState>;
  readonly message?: Partial<OutboundMessage>;
  readonly says: string;
}

const granted = { status: 'granted', at: NOON - 30 * DAY, source: 'crm' } as const;
const event = { categories: [], products: [], labels: {} };

/** One for each kind of rule, by a real rule on a real state. */
const KINDS: { readonly [Kind in RuleKindName]: readonly Told[] } = {
  cap: [
    {
      rules: '[{ id: weekly, cap: { limit: 2, window: 7d } }]',
      state: { sends: [send(NOON - 6 * DAY), send(NOON - DAY)] },
      says: 'Stopped by rule “weekly”: 2 of 2 in the last 7 days already used. Possible again on Thu 5 Mar, 12:00 (in 1 d).',
    },
    {
      rules: '[{ id: none, cap: { limit: 0, window: 7d } }]',
      says: 'Stopped by rule “none”: the limit is 0, so none may go out. Waiting does not help this message.',
    },
    {
      rules: '[{ id: ever, cap: { limit: 1, window: lifetime } }]',
      state: { sends: [send(NOON - DAY)] },
      says: 'Stopped by rule “ever”: 1 of 1 ever already used. Waiting does not help this message.',
    },
    {
      rules: '[{ id: two-days, cap: { limit: 1, window: { calendar: day, units: 2 } } }]',
      state: { sends: [send(NOON - DAY)] },
      says: 'Stopped by rule “two-days”: 1 of 1 today and yesterday already used. Possible again on Thu 5 Mar, 00:00 (in 12 h).',
    },
    {
      rules: '[{ id: kept, cap: { limit: 3, window: 7d, reserve: { class: service, slots: 2 } } }]',
      state: { sends: [send(NOON - DAY)] },
      says: 'Stopped by rule “kept”: 1 of 1 in the last 7 days used, and the rest is kept for more important messages. Possible again on Tue 10 Mar, 12:00 (in 6 d).',
    },
    {
      rules:
        '[{ id: heavy, cap: { limit: 4, window: 7d, weights: [{ for: { channel: email }, weight: 3 }] } }]',
      state: { sends: [send(NOON - DAY)] },
      says: 'Stopped by rule “heavy”: 3 of 4 in the last 7 days already used, and this message counts as 3. Possible again on Tue 10 Mar, 12:00 (in 6 d).',
    },
    {
      rules: '[{ id: nightly, cap: { limit: 1, window: 1d }, onBlock: defer }]',
      state: { sends: [send(NOON - DAY + HOUR)] },
      says: 'Deferred by rule “nightly”: 1 of 1 in the last day already used. It waits and is decided again at 13:00 (in 1 h).',
    },
  ],
  gap: [
    {
      rules: '[{ id: rest, gap: 4h }]',
      state: { sends: [send(NOON - HOUR)] },
      says: 'Stopped by rule “rest”: the last message went out less than 4 hours ago. Possible again at 15:00 (in 3 h).',
    },
  ],
  ceiling: [
    {
      rules: '[]',
      top: 'enforce: true\nceiling: { limit: 1, window: 7d }',
      state: { sends: [send(NOON - DAY)] },
      says: 'Stopped by rule “ceiling”: 1 of 1 in the last 7 days already used. Possible again on Tue 10 Mar, 12:00 (in 6 d).',
    },
  ],
  consent: [
    {
      rules: '[{ id: consent, consent: { require: opt-in } }]',
      says: 'Stopped by rule “consent”: there is no consent for this channel and purpose. Ask for consent first.',
    },
    {
      rules: '[{ id: consent, consent: { require: opt-in } }]',
      state: { consents: [{ ...granted, status: 'pending', at: NOON - DAY }] },
      says: 'Stopped by rule “consent”: consent was asked for on Tue 3 Mar, 12:00 (crm) and never confirmed. Ask for consent first.',
    },
    {
      rules: '[{ id: consent, consent: { require: opt-out } }]',
      state: { consents: [{ ...granted, status: 'withdrawn', at: NOON - HOUR }] },
      says: 'Stopped by rule “consent”: consent was withdrawn at 11:00 (crm). Ask for consent first.',
    },
    {
      rules: '[{ id: terms, consent: { require: opt-in, terms: v2 } }]',
      state: { consents: [{ ...granted, terms: 'v1' }] },
      says: 'Stopped by rule “terms”: the consent was given to the terms v1, and the present ones are others. Show the new terms and ask again.',
    },
  ],
  preference: [
    {
      rules: '[{ id: wishes, preference: {} }]',
      state: { preferences: { pauses: [{ scope: {}, until: NOON + DAY, at: NOON - DAY }] } },
      says: 'Stopped by rule “wishes”: the customer asked for a pause. Possible again on Thu 5 Mar, 12:00 (in 1 d).',
    },
    {
      rules: '[{ id: wishes, preference: {} }]',
      state: { preferences: { pauses: [], declinedTopics: { value: ['sale'], at: NOON } } },
      message: { topics: ['sale'] },
      says: 'Stopped by rule “wishes”: the customer does not want messages about this. Send only what the customer asked for.',
    },
    {
      rules: '[{ id: wishes, preference: {} }]',
      state: { preferences: { pauses: [], hours: { value: [{ from: 18 * 60, to: 20 * 60 }], at: NOON } } },
      says: 'Stopped by rule “wishes”: it is 12:00 UTC, and the customer asked for other days or hours. Possible again at 18:00 (in 6 h).',
    },
    {
      rules: '[{ id: wishes, preference: {} }]',
      state: {
        sends: [send(NOON - DAY)],
        preferences: { pauses: [], limits: { value: [{ scope: {}, limit: 1, window: 7 * DAY }], at: NOON } },
      },
      says: 'Stopped by rule “wishes”: 1 of 1 in the last 7 days used, as many as the customer asked for at most. Possible again on Tue 10 Mar, 12:00 (in 6 d).',
    },
  ],
  quietHours: [
    {
      rules: '[{ id: lunch, quietHours: { from: "11:00", to: "14:00" } }]',
      says: 'Stopped by rule “lunch”: it is 12:00 UTC, a quiet time where the customer is. Possible again at 14:00 (in 2 h).',
    },
    {
      rules: '[{ id: lunch, quietHours: { from: "21:00", to: "08:00" } }]',
      state: { busyUntil: NOON + HOUR },
      says: 'Stopped by rule “lunch”: the customer is busy and must not be disturbed. Possible again at 13:00 (in 1 h).',
    },
  ],
  unanswered: [
    {
      rules: '[{ id: tired, unanswered: { messages: 2, pause: 14d } }]',
      state: { sends: [send(NOON - 2 * DAY), send(NOON - DAY)] },
      says: 'Stopped by rule “tired”: the last 2 messages were not answered, so there is a rest of 14 days. Possible again on Tue 17 Mar, 12:00 (in 13 d).',
    },
    {
      rules: '[{ id: slower, unanswered: { messages: 2, limit: 1, window: 7d } }]',
      state: { sends: [send(NOON - 2 * DAY), send(NOON - DAY)] },
      says: 'Stopped by rule “slower”: the last 2 messages were not answered, so only 1 in 7d go out. Possible again on Tue 10 Mar, 12:00 (in 6 d).',
    },
  ],
  after: [
    {
      rules: '[{ id: bought, after: { interaction: purchased, suppress: 10d } }]',
      state: { events: [{ ...event, type: 'purchased', at: NOON - DAY }] },
      says: 'Stopped by rule “bought”: “purchased” happened on Tue 3 Mar, 12:00, and messages like this rest after it. Possible again on Fri 13 Mar, 12:00 (in 9 d).',
    },
    {
      rules: '[{ id: failing, after: { interaction: bounced, count: 2, within: 30d, suppress: forever } }]',
      state: {
        events: [
          { ...event, type: 'bounced', at: NOON - 2 * DAY },
          { ...event, type: 'bounced', at: NOON - HOUR },
        ],
      },
      says: 'Stopped by rule “failing”: “bounced” happened 2 times, last at 11:00, and messages like this rest after it. Waiting does not help this message.',
    },
    {
      rules: '[{ id: once, after: { cleared: { channel: email }, suppress: 2d } }]',
      state: { sends: [send(NOON - DAY)] },
      says: 'Stopped by rule “once”: such a message went out on Tue 3 Mar, 12:00, and messages like this rest after it. Possible again on Thu 5 Mar, 12:00 (in 1 d).',
    },
  ],
  expiry: [
    {
      rules: '[{ id: fresh, expiry: { maxAge: 15m } }]',
      message: { createdAt: NOON - 20 * MINUTE },
      says: 'Stopped by rule “fresh”: the message was past its own expiry or older than its class allows. Send a fresh one, if it still matters.',
    },
  ],
  duplicate: [
    {
      rules: '[{ id: once, duplicate: {} }]',
      state: { sends: [send(NOON - DAY, { messageId: 'm-1' })] },
      says: 'Stopped by rule “once”: this message already went out, or waits to. Look for a producer that repeats itself.',
    },
    {
      rules: '[{ id: same, duplicate: { by: campaign, within: 7d } }]',
      state: { sends: [send(NOON - DAY, { campaignId: 'spring' })] },
      message: { campaignId: 'spring' },
      says: 'Stopped by rule “same”: the customer already had this content or campaign in the last 7 days. Possible again on Tue 10 Mar, 12:00 (in 6 d).',
    },
  ],
};

function decided({ rules, top = 'enforce: true', state, message: fields }: Told): Decision {
  const known = state === undefined ? undefined : stateWith(state);
  return decide(policyWith(rules, top), known, message(fields), NOON).decision;
}

describe.each(Object.entries(KINDS))('a rule of kind %s', (kind, told) => {
  it.each(told)('says: $says', (each) => {
    const decision = decided(each);
    expect(explainDecision(decision, 'UTC')).toBe(each.says);
    expect(bindingFinding(decision)?.kind).toBe(kind);
  });
});

/** Without any rule, or where nothing but the reason is known, as of a stop that is long past. */
const REASONS_ALONE: { readonly [Reason in ReasonCode]: string } = {
  cleared: 'Cleared. Nothing stood against it.',
  'opted-out': 'Stopped: the customer opted out. Do not try again; only the customer can take this back.',
  stopped:
    'Stopped: somebody at the company stopped this on purpose. Ask whoever stopped it; offer it again when it is resumed.',
  complained: 'Stopped: the customer complained. Do not try again; only the customer can take this back.',
  'no-consent': 'Stopped: there is no consent for this channel and purpose. Ask for consent first.',
  'consent-outdated':
    'Stopped: the consent was given to other terms than the present ones. Show the new terms and ask again.',
  'cap-reached':
    'Stopped: the customer already had as many messages as this limit allows. Waiting does not help this message.',
  'cap-reserved':
    'Stopped: the last slots of this limit are kept for more important messages. Waiting does not help this message.',
  'too-soon': 'Stopped: the last message was too short a time ago. Waiting does not help this message.',
  'ceiling-reached': 'Stopped: the ceiling above all rules is reached. Waiting does not help this message.',
  expired:
    'Stopped: the message was past its own expiry or older than its class allows. Send a fresh one, if it still matters.',
  duplicate: 'Stopped: this message already went out, or waits to. Look for a producer that repeats itself.',
  repeated: 'Stopped: the customer already had this content or campaign. Waiting does not help this message.',
  'own-limit':
    'Stopped: the customer asked for no more messages than this. Waiting does not help this message.',
  declined: 'Stopped: the customer does not want messages about this. Send only what the customer asked for.',
  paused: 'Stopped: the customer asked for a pause. Waiting does not help this message.',
  'unwelcome-time':
    'Stopped: the customer asked for messages on other days or at other hours. Waiting does not help this message.',
  'quiet-hours': 'Stopped: it is a quiet time where the customer is. Waiting does not help this message.',
  'do-not-disturb':
    'Stopped: the customer is busy and must not be disturbed. Waiting does not help this message.',
  unanswered:
    'Stopped: the customer did not answer the last messages, so this is a rest. Waiting does not help this message.',
  'after-event':
    'Stopped: something happened after which such messages rest. Waiting does not help this message.',
  'unknown-channel':
    'Stopped: the policy does not know this channel. Declare the channel, or its alias, in the policy.',
  'deferral-full':
    'Stopped: it would have been deferred, and no more messages may wait. Waiting does not help this message.',
  cancelled: 'Stopped: its sender took it back. Nothing is to be done.',
  'history-full': 'Stopped: more sends are remembered than one customer may have. Look for a runaway sender.',
};

describe('the reason', () => {
  it.each(Object.entries(REASONS_ALONE))('%s says: %s', (reason, says) => {
    const outcome = reason === 'cleared' ? 'cleared' : 'suppressed';
    const decision: Decision = {
      outcome,
      verdict: outcome,
      reason: reason as ReasonCode,
      decidedAt: NOON,
      channel: 'email',
      class: 'marketing',
      findings: [],
    };
    expect(explainDecision(decision, 'UTC')).toBe(says);
  });

  it('of an erasure is called by its name', () => {
    const erased = decided({
      rules: '[]',
      state: { optOuts: [{ scope: {}, at: NOON - DAY, cause: 'erasure' }] },
      says: '',
    });
    expect(explainDecision(erased, 'UTC')).toContain('Stopped: the customer asked to be forgotten.');
  });
});
