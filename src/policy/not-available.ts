import { LISTED_KINDS } from './schema.ts';

/** Rule kinds that the language reserves. */
const KINDS_TO_COME = [
  'preference',
  'quietHours',
  'quiet-hours',
  'unanswered',
  'after',
  'sensitivity',
  'holdout',
  'breaker',
];

const KEYS_TO_COME: Readonly<Record<string, { what: string; hint: string }>> = {
  tiers: { what: 'tiers are', hint: 'write one limit for everybody' },
  when: { what: 'tiers are', hint: 'write one limit for everybody' },
  rank: { what: 'ranks of classes are', hint: 'leave it out' },
  reserve: { what: 'reserved slots are', hint: 'write a smaller cap for the classes that should leave room' },
  measure: { what: 'limits on anything but the number of sends are', hint: 'leave it out' },
  defer: { what: 'deferral is', hint: 'write suppress, or leave onBlock out' },
};

/** Whether the key is part of the language, and means nothing yet. */
export function isNotAvailable(key: string): boolean {
  return KINDS_TO_COME.includes(key) || Object.hasOwn(KEYS_TO_COME, key);
}

/** What to say about such a key. */
export function notAvailable(key: string): { message: string; hint?: string } {
  const known = Object.hasOwn(KEYS_TO_COME, key) ? KEYS_TO_COME[key] : undefined;
  if (known !== undefined) return { message: `${known.what} not available yet`, hint: known.hint };
  return { message: `rule kind ${key} is not available yet; the rule kinds are ${LISTED_KINDS.join(', ')}` };
}
