import { describe, expect, test } from 'vitest';
import { coversScope } from '../../../src/rules/scope.ts';

describe('a scope', () => {
  test('that is limited does not cover one that is not, however that one is written', () => {
    expect(coversScope({ topic: ['news'] }, {})).toBe(false);
    expect(coversScope({ topic: ['news'] }, { topic: [] })).toBe(false);
  });

  test('without limits covers every other, however it is written', () => {
    expect(coversScope({}, { topic: ['news'] })).toBe(true);
    expect(coversScope({ topic: [] }, { topic: ['news'] })).toBe(true);
  });

  test('covers the values, and below the categories, that it names', () => {
    expect(coversScope({ category: ['shoes'] }, { category: ['shoes/running'] })).toBe(true);
    expect(coversScope({ category: ['shoes/running'] }, { category: ['shoes'] })).toBe(false);
  });
});
