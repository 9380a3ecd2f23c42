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
  stopped: {
    sentence: 'Somebody at the company stopped this on purpose.',
    next: 'Ask whoever stopped it; offer it again when it is resumed.',
  },
  'no-consent': {
    sentence: 'There is no consent for this channel and purpose.',
    next: 'Ask for consent first.',
  },
  'consent-outdated': {
    sentence: 'The consent was given to other terms than the present ones.',
    next: 'Show the new terms and ask again.',
  },
  'cap-reached': {
    sentence: 'The customer already had as many messages as this limit allows.',
    next: 'Offer it again at the next eligible time.',
  },
  'cap-reserved': {
    sentence: 'The last slots of this limit are kept for more important messages.',
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
    sentence: 'This message already went out, or waits to.',
    next: 'Look for a producer that repeats itself.',
  },
  repeated: {
    sentence: 'The customer already had this content or campaign.',
    next: 'Offer it again at the next eligible time, or send something new.',
  },
  'own-limit': {
    sentence: 'The customer asked for no more messages than this.',
    next: 'Offer it again at the next eligible time.',
  },
  declined: {
    sentence: 'The customer does not want messages about this.',
    next: 'Send only what the customer asked for.',
  },
  paused: {
    sentence: 'The customer asked for a pause.',
    next: 'Offer it again when the pause is over.',
  },
  'unwelcome-time': {
    sentence: 'The customer asked for messages on other days or at other hours.',
    next: 'Offer it again at the next eligible time.',
  },
  'quiet-hours': {
    sentence: 'It is a quiet time where the customer is.',
    next: 'Offer it again at the next eligible time.',
  },
  'do-not-disturb': {
    sentence: 'The customer is busy and must not be disturbed.',
    next: 'Offer it again at the next eligible time.',
  },
  unanswered: {
    sentence: 'The customer did not answer the last messages, so this is a rest.',
    next: 'Offer it again when the rest is over.',
  },
  'after-event': {
    sentence: 'Something happened after which such messages rest.',
    next: 'Offer it again at the next eligible time, if there is one.',
  },
  'unknown-channel': {
    sentence: 'The policy does not know this channel.',
    next: 'Declare the channel, or its alias, in the policy.',
  },
  'deferral-full': {
    sentence: 'It would have been deferred, and no more messages may wait.',
    next: 'Offer it again at the next eligible time.',
  },
  cancelled: {
    sentence: 'Its sender took it back.',
    next: 'Nothing is to be done.',
  },
  'history-full': {
    sentence: 'More sends are remembered than one customer may have.',
    next: 'Look for a runaway sender.',
  },
} as const satisfies Record<string, { sentence: string; next: string }>;

export type ReasonCode = keyof typeof REASONS;
