import { describe, expect, it } from 'vitest';
import type { Fetched } from '../../../src/shard/log.ts';
import { Standstill } from '../../../src/shard/standstill.ts';

const place = { topic: 'requested', partition: 3 };
const target = { ...place, offset: 7 };
const LONG = 30_001;

function answer(fields: { nextOffset?: number; lastStableOffset?: number; highWatermark?: number }): Fetched {
  const ends = { nextOffset: 7, lastStableOffset: 7, highWatermark: 7, ...fields };
  return { kind: 'records', ...place, from: 7, records: [], ...ends };
}

describe('a partition that is asked again and again', () => {
  it('stands still when no word comes of it', () => {
    const standstill = new Standstill();
    standstill.judge([target], [], 0);
    standstill.judge([target], [], LONG - 1);
    expect(() => standstill.judge([target], [], LONG)).toThrow(/requested\/3 has given nothing for 30001 ms/);
  });

  it('stands still when it has records that may be read and gives none', () => {
    const standstill = new Standstill();
    const silent = answer({ lastStableOffset: 8, highWatermark: 8 });
    standstill.judge([target], [silent], 0);
    expect(() => standstill.judge([target], [silent], LONG)).toThrow(/has given nothing/);
  });

  it('does not when it is read to its end, or an open transaction of somebody else holds it back', () => {
    const standstill = new Standstill();
    for (const now of [0, LONG, 2 * LONG, 3 * LONG]) {
      standstill.judge([target], [answer({})], now);
      standstill.judge([target], [answer({ highWatermark: 9 })], now);
    }
  });

  it('does not when it leads on, though without records', () => {
    const standstill = new Standstill();
    for (const now of [0, LONG, 2 * LONG])
      standstill.judge([target], [answer({ nextOffset: 8, lastStableOffset: 9, highWatermark: 9 })], now);
  });

  it('does not while it is not asked', () => {
    const standstill = new Standstill();
    standstill.judge([target], [], 0);
    standstill.judge([], [], 1);
    standstill.judge([target], [], LONG);
    expect(() => standstill.judge([target], [], 2 * LONG)).toThrow(/has given nothing/);
  });

  it('does not when what was asked for is no longer there, which is another trouble', () => {
    const standstill = new Standstill();
    const gone: Fetched = { kind: 'out-of-range', ...place, from: 7, logStartOffset: 9, highWatermark: 12 };
    for (const now of [0, LONG, 2 * LONG]) standstill.judge([target], [gone], now);
  });
});
