import { expect, test } from 'vitest';
import { createCustomerKey } from '../../../src/records/customer-key.ts';

const key = createCustomerKey(Buffer.from('0123456789abcdef0123456789abcdef'));

test('a customer key is the first 128 bits of an HMAC-SHA-256, in base64url', () => {
  expect(key('c1')).toBe('SQBFGEWdq6JZkY9FGRaziQ');
});

test('a customer key depends on id and secret, and on nothing else', () => {
  expect(key('c2')).not.toBe(key('c1'));
  expect(createCustomerKey(Buffer.from('another secret'))('c1')).not.toBe(key('c1'));
  expect(createCustomerKey(Buffer.from('0123456789abcdef0123456789abcdef'))('c1')).toBe(key('c1'));
});

test.each(['{x}', '{}', 'a}b{c', '\0', 'ä\u{1F600}', 'x'.repeat(10_000), 'position'])(
  'the id %j becomes 22 harmless characters',
  (id) => {
    expect(key(id)).toMatch(/^[A-Za-z0-9_-]{22}$/);
  },
);
