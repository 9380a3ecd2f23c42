import { createHmac } from 'node:crypto';

/**
 * Makes the only form in which a customer appears in Redis and on the changelog: HMAC-SHA-256 of the canonical id under
 * the secret, its first 128 bits as 22 characters of base64url. The same secret and id always give the same key.
 */
export function createCustomerKey(secret: Buffer): (customerId: string) => string {
  return (customerId) =>
    createHmac('sha256', secret).update(customerId, 'utf8').digest().toString('base64url', 0, 16);
}
