import { describe, expect, it } from 'vitest';
import { appliedOf, applyArguments } from '../../../src/redis/apply-script.ts';
import { dueKey, shardKey } from '../../../src/redis/shard-key.ts';
import type { StateChange } from '../../../src/shard/state-store.ts';

const change = (
  expected: number,
  next: number,
  entries: [string, Buffer | null][] = [],
  due: [string, number | null][] = [],
): StateChange => ({
  expected,
  next,
  log: 'log-1',
  at: 1_000,
  entries: new Map(entries),
  due: new Map(due),
});

describe('applyArguments', () => {
  it('puts what is set before what is removed, and what waits after both', () => {
    const [one, two] = [Buffer.from('1'), Buffer.from('2')];
    expect(
      applyArguments(
        change(
          5,
          9,
          [
            ['a', one],
            ['gone', null],
            ['b', two],
          ],
          [
            ['over', null],
            ['b', 7],
          ],
        ),
      ),
    ).toEqual(['5', '9', 'log-1', '1000', '2', '1', '1', 'a', one, 'b', two, 'gone', '7', 'b', 'over']);
  });

  it('refuses a watermark that moves back or is no offset', () => {
    for (const [expected, next] of [
      [5, 4],
      [-1, 4],
      [0, 1.5],
      [0, 2 ** 53],
    ] as const) {
      expect(() => applyArguments(change(expected, next))).toThrow('a watermark never moves back');
    }
  });
});

describe('appliedOf', () => {
  it('reads the next watermark as applied and any other as refused', () => {
    expect(appliedOf(change(5, 9), 9)).toEqual({ applied: true });
    expect(appliedOf(change(5, 9), 5)).toEqual({ applied: false, watermark: 5 });
    expect(appliedOf(change(5, 9), 0)).toEqual({ applied: false, watermark: 0 });
  });
});

describe('shardKey', () => {
  it('keeps a shard in one slot of a cluster', () => {
    expect(shardKey('tact', 11)).toBe('tact:{11}');
    expect(dueKey('tact', 11)).toBe('tact:{11}:due');
  });

  it('refuses a prefix that would choose the slot itself', () => {
    expect(() => shardKey('a{b}', 1)).toThrow('no braces');
    expect(() => shardKey('tact', -1)).toThrow('whole number');
  });
});
