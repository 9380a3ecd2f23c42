import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { DEVELOPMENT_KEY, keyBytes } from '../../../src/config/customer-key-secret.ts';
import { Secret } from '../../../src/config/secret.ts';

describe('a secret', () => {
  const secret = new Secret('hunter2');

  it('gives its value only when asked', () => {
    expect(secret.reveal()).toBe('hunter2');
  });

  it('prints as [secret] everywhere else', () => {
    expect(inspect({ secret }, { showHidden: true })).toBe('{ secret: [secret] }');
    expect(JSON.stringify({ secret })).toBe('{"secret":"[secret]"}');
    expect(`${secret}`).toBe('[secret]');
    expect(Object.keys(secret)).toEqual([]);
  });
});

describe('a customer key', () => {
  const bytes = Buffer.from(Array.from({ length: 32 }, (_, index) => index * 7));

  it('is read from hexadecimal, base64 and base64url, white space around it ignored', () => {
    expect(keyBytes(new Secret(`${bytes.toString('hex')}\n`))).toEqual(bytes);
    expect(keyBytes(new Secret(bytes.toString('base64')))).toEqual(bytes);
    expect(keyBytes(new Secret(bytes.toString('base64url')))).toEqual(bytes);
  });

  it('is the text itself where it is neither', () => {
    const text = 'correct horse battery staple, twice';
    expect(keyBytes(new Secret(text))).toEqual(Buffer.from(text));
  });

  it('has 32 bytes or more', () => {
    expect(keyBytes(new Secret('a'.repeat(31)))).toBeUndefined();
    expect(keyBytes(new Secret('!'.repeat(31)))).toBeUndefined();
    expect(keyBytes(new Secret('!'.repeat(32)))).toHaveLength(32);
    expect(Buffer.from(DEVELOPMENT_KEY).length).toBeGreaterThanOrEqual(32);
  });
});
