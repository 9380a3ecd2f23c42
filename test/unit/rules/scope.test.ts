import { describe, expect, test } from 'vitest';
import type { Scope } from '../../../src/model/scope.ts';
import { coversScope } from '../../../src/rules/scope.ts';

const CHANNELS = { email: 'email', 'e-mail': 'email', sms: 'sms' };
const covers = (wide: Scope, narrow: Scope) => coversScope(wide, narrow, CHANNELS);

describe('a scope', () => {
  test('that is limited does not cover one that is not, however that one is written', () => {
    expect(covers({ topic: ['news'] }, {})).toBe(false);
    expect(covers({ topic: ['news'] }, { topic: [] })).toBe(false);
  });

  test('without limits covers every other, however it is written', () => {
    expect(covers({}, { topic: ['news'] })).toBe(true);
    expect(covers({ topic: [] }, { topic: ['news'] })).toBe(true);
  });

  test('covers the values, and below the categories, that it names', () => {
    expect(covers({ category: ['shoes'] }, { category: ['shoes/running'] })).toBe(true);
    expect(covers({ category: ['shoes/running'] }, { category: ['shoes'] })).toBe(false);
  });

  test('knows channels by any of their names', () => {
    expect(covers({ channel: ['E-Mail'] }, { channel: ['email'] })).toBe(true);
    expect(covers({ channel: ['sms'] }, { channel: ['email'] })).toBe(false);
  });
});
