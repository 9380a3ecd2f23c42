import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/traffic/random.ts';

const many = <T>(count: number, draw: () => T): T[] => Array.from({ length: count }, draw);
const mean = (numbers: readonly number[]) => numbers.reduce((sum, each) => sum + each, 0) / numbers.length;

describe('Random', () => {
  it('gives the same numbers for the same seed and stream', () => {
    const one = new Random(7, 3);
    const other = new Random(7, 3);
    expect(many(20, () => one.unit())).toEqual(many(20, () => other.unit()));
  });

  it('gives other numbers for another seed and for another stream', () => {
    const first = new Random(7, 3).unit();
    expect(new Random(8, 3).unit()).not.toBe(first);
    expect(new Random(7, 4).unit()).not.toBe(first);
  });

  it('spreads evenly over [0, 1)', () => {
    const random = new Random(1);
    const numbers = many(20_000, () => random.unit());
    expect(Math.min(...numbers)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...numbers)).toBeLessThan(1);
    for (let tenth = 0; tenth < 10; tenth += 1) {
      const inside = numbers.filter((each) => Math.floor(each * 10) === tenth).length;
      expect(inside / 2_000).toBeCloseTo(1, 0.5);
    }
  });

  it('first draws of neighbouring streams have nothing to do with each other', () => {
    const firsts = Array.from({ length: 5_000 }, (_, stream) => new Random(42, stream).unit());
    expect(mean(firsts)).toBeCloseTo(0.5, 1);
    const products = firsts.slice(1).map((each, index) => (each - 0.5) * ((firsts[index] as number) - 0.5));
    expect(Math.abs(mean(products))).toBeLessThan(0.005);
  });

  it('draws items as often as their weight says', () => {
    const random = new Random(5);
    const drawn = many(10_000, () =>
      random.weighted([
        ['rare', 1],
        ['common', 3],
      ] as const),
    );
    expect(drawn.filter((each) => each === 'rare').length / 10_000).toBeCloseTo(0.25, 1);
  });

  it('draws waiting times and counts with the mean that was asked for', () => {
    const random = new Random(9);
    expect(mean(many(20_000, () => random.exponential(3)))).toBeCloseTo(3, 0);
    expect(mean(many(20_000, () => random.poisson(0.7)))).toBeCloseTo(0.7, 1);
  });
});
