import { describe, expect, it } from 'vitest';
import { Freshness } from '../../../src/shard/freshness.ts';

const place = { topic: 'interactions', partition: 0 };
const other = { topic: 'interactions', partition: 12 };

describe('freshness', () => {
  it('is not known before every partition was read to an end seen', () => {
    const freshness = new Freshness([place, other], 5_000);
    freshness.saw(place, 0, 1_000);
    expect(freshness.isFresh(1_000)).toBe(false);
    freshness.saw(other, 3, 1_000);
    expect(freshness.isFresh(1_000)).toBe(false);
    freshness.reached(other, 3);
    expect(freshness.isFresh(1_000)).toBe(true);
  });

  it('lasts for the longest age, that instant included', () => {
    const freshness = new Freshness([place], 5_000);
    freshness.saw(place, 0, 1_000);
    expect(freshness.isFresh(6_000)).toBe(true);
    expect(freshness.isFresh(6_001)).toBe(false);
  });

  it('counts from when the end was seen, not from when it was reached', () => {
    const freshness = new Freshness([place], 5_000);
    freshness.saw(place, 10, 1_000);
    freshness.reached(place, 10);
    expect(freshness.age(4_000)).toBe(3_000);
  });

  it('needs the end that was seen, committed or not', () => {
    const freshness = new Freshness([place], 5_000);
    freshness.saw(place, 10, 1_000);
    freshness.reached(place, 9);
    expect(freshness.isFresh(1_000)).toBe(false);
  });

  it('comes back while the end keeps moving away, as long as an end seen recently is reached', () => {
    const freshness = new Freshness([place], 5_000);
    for (let at = 0; at <= 20_000; at += 10) {
      freshness.saw(place, 100 + at, at);
      freshness.reached(place, at); // always 100 records, and so 100 ms, behind
    }
    expect(freshness.age(20_000)).toBeLessThanOrEqual(300);
  });

  it('renews itself when the same end is seen again', () => {
    const freshness = new Freshness([place], 5_000);
    freshness.saw(place, 10, 1_000);
    freshness.reached(place, 10);
    freshness.saw(place, 10, 9_000);
    expect(freshness.isFresh(9_000)).toBe(true);
  });

  it('passes over partitions that hold no interactions', () => {
    const freshness = new Freshness([place], 5_000);
    freshness.saw({ topic: 'outbound', partition: 0 }, 10, 1_000);
    freshness.reached({ topic: 'outbound', partition: 0 }, 10);
    expect(freshness.isFresh(1_000)).toBe(false);
  });
});
