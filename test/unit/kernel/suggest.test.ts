import { expect, test } from 'vitest';
import { suggest } from '../../../src/kernel/suggest.ts';

const names = ['email', 'sms', 'push', 'marketing', 'sessionTimeoutMs'];

test('the nearest name is suggested, whatever the case', () => {
  expect(suggest('emial', names)).toBe('email');
  expect(suggest('Marketng', names)).toBe('marketing');
  expect(suggest('SESSIONTIMEOUT', names)).toBe('sessionTimeoutMs');
});

test('the longer the name, the more letters may be wrong', () => {
  expect(suggest('mss', names)).toBe('sms');
  expect(suggest('mmm', names)).toBeUndefined();
  expect(suggest('eml', ['email'])).toBeUndefined();
  expect(suggest('emil1', names)).toBe('email');
  expect(suggest('session_timeout_', names)).toBe('sessionTimeoutMs');
});

test('nothing is suggested where nothing is near', () => {
  expect(suggest('whatsapp', names)).toBeUndefined();
  expect(suggest('', names)).toBeUndefined();
  expect(suggest('x'.repeat(100_000), names)).toBeUndefined();
});
