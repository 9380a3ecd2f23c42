import { coordinates, type TopicOffset } from '../model/record.ts';
import { POSITION_FIELD } from './state-store.ts';

/**
 * The keys of the changelog. A customer's is its keyed hash (22 characters), a waiting message's is made from its source; the
 * others are these. A key is also the field of the shard's hash in the store, except for fences and the incarnation id, which
 * only the log needs.
 */
export const POSITION_KEY = Buffer.from(POSITION_FIELD);
/** Proves that a reader has come as far as its own fence; the value is a nonce. */
export const FENCE_KEY = Buffer.from('fence');
/** The first record of a changelog partition that is visible: the incarnation id, never written again. */
export const LOG_KEY = Buffer.from('log');
/** No customer's key holds a colon. */
const DEFERRAL_PREFIX = 'd:';
const CUSTOMER_KEY = /^[\w-]{22}$/;

export function isViewField(key: string): boolean {
  return key !== 'fence' && key !== 'log';
}

/** Where the message waits that first came in at this place, or at these coordinates. */
export function deferralField(source: TopicOffset | string): string {
  return DEFERRAL_PREFIX + (typeof source === 'string' ? source : coordinates(source));
}

export function isDeferralField(field: string): boolean {
  return field.startsWith(DEFERRAL_PREFIX);
}

export function isCustomerField(field: string): boolean {
  return CUSTOMER_KEY.test(field);
}
