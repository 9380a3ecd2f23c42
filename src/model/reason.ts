/**
 * Why a message was cleared or not: a closed set, each with the sentence a marketer reads and the next action.
 * The table in schemas/README.md is compared with this one by a test.
 */
export const REASONS = {
  cleared: { sentence: 'Nothing stood against it.', next: 'Send it.' },
  'opted-out': {
    sentence: 'The customer opted out.',
    next: 'Do not try again; only the customer can take this back.',
  },
  complained: {
    sentence: 'The customer complained.',
    next: 'Do not try again; only the customer can take this back.',
  },
  'no-consent': {
    sentence: 'There is no consent for this channel and purpose.',
    next: 'Ask for consent first.',
  },
  'cap-reached': {
    sentence: 'The customer already had as many messages as this limit allows.',
    next: 'Offer it again at the next eligible time.',
  },
  'too-soon': {
    sentence: 'The last message was too short a time ago.',
    next: 'Offer it again at the next eligible time.',
  },
  'ceiling-reached': {
    sentence: 'The ceiling above all rules is reached.',
    next: 'Offer it again at the next eligible time.',
  },
  expired: {
    sentence: 'The message was past its own expiry or older than its class allows.',
    next: 'Send a fresh one, if it still matters.',
  },
  duplicate: {
    sentence: 'This message already went out.',
    next: 'Look for a producer that repeats itself.',
  },
  'unknown-channel': {
    sentence: 'The policy does not know this channel.',
    next: 'Declare the channel, or its alias, in the policy.',
  },
  'history-full': {
    sentence: 'More sends are remembered than one customer may have.',
    next: 'Look for a runaway sender.',
  },
} as const satisfies Record<string, { sentence: string; next: string }>;

export type ReasonCode = keyof typeof REASONS;
