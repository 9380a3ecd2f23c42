import { describe, expect, test } from 'vitest';
import { combine } from '../../../src/decide/combine.ts';
import type { Finding } from '../../../src/model/decision.ts';

function blocks(rule: string, nextEligibleAt?: number): Finding {
  const finding: Finding = { rule, kind: 'cap', verdict: 'blocks', reason: 'cap-reached' };
  return nextEligibleAt === undefined ? finding : { ...finding, nextEligibleAt };
}

const allows: Finding = { rule: 'fine', kind: 'cap', verdict: 'allows', reason: 'cleared' };

describe('combine', () => {
  test('finds nothing when nothing blocks', () => {
    expect(combine([allows])).toEqual({
      binding: undefined,
      blocking: [],
      nextEligibleAt: undefined,
      deadline: Number.POSITIVE_INFINITY,
    });
  });

  test('never binds before the latest time', () => {
    expect(combine([blocks('late', 900), blocks('never'), blocks('soon', 100)])).toMatchObject({
      binding: { rule: 'never' },
      nextEligibleAt: undefined,
    });
  });

  test('the latest time binds before the earlier ones', () => {
    expect(combine([blocks('soon', 100), blocks('late', 900), blocks('mid', 500)])).toMatchObject({
      binding: { rule: 'late' },
      nextEligibleAt: 900,
    });
  });

  test('the order of the policy decides between equals', () => {
    expect(combine([allows, blocks('first', 100), blocks('second', 100)]).binding?.rule).toBe('first');
    expect(combine([blocks('first'), blocks('second')]).binding?.rule).toBe('first');
  });

  test('shadow findings have no say', () => {
    expect(combine([{ ...blocks('never'), shadow: true }, blocks('soon', 100)]).binding?.rule).toBe('soon');
  });

  test('there is no next eligible time at or after the last useful instant', () => {
    const until = (allowsUntil: number): Finding => ({ ...allows, allowsUntil });
    expect(combine([until(900), blocks('late', 900)]).nextEligibleAt).toBeUndefined();
    expect(combine([until(901), blocks('late', 900)]).nextEligibleAt).toBe(900);
  });
});
