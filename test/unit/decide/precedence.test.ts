import fc from 'fast-check';
import { expect, test } from 'vitest';
import { byPrecedence, type Ranked } from '../../../src/decide/precedence.ts';

const waiting = (source: string, more: Partial<Ranked> = {}): Ranked => ({
  source,
  classRank: 0,
  rank: 0,
  since: 100,
  ...more,
});

test('the higher class goes first, then the higher rank, then who waits longer, then the order of the log', () => {
  const inOrder = [
    waiting('b/1/9', { classRank: 2, since: 900 }),
    waiting('b/1/8', { rank: 3, since: 900 }),
    waiting('b/1/7', { since: 50 }),
    waiting('a/1/2'),
    waiting('b/0/11'),
    waiting('b/1/5'),
    waiting('b/1/10'),
  ];
  fc.assert(
    fc.property(fc.shuffledSubarray(inOrder, { minLength: inOrder.length }), (shuffled) => {
      expect(shuffled.toSorted(byPrecedence)).toEqual(inOrder);
    }),
    { numRuns: 50 },
  );
});
