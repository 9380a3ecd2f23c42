import { LISTED_KINDS } from './schema.ts';

/** Rule kinds that the language reserves. */
const KINDS_TO_COME = ['sensitivity', 'holdout', 'breaker'];

const KEYS_TO_COME: Readonly<Record<string, { what: string; hint: string }>> = {
  measure: { what: 'limits on anything but the number of sends are', hint: 'give sends weights instead' },
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
