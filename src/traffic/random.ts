/**
 * Numbers that look random and are the same for the same seed and stream, on every machine (xoshiro128**). A stream per
 * customer keeps one customer's traffic the same however many customers there are.
 */
export class Random {
  private a: number;
  private b: number;
  private c: number;
  private d: number;

  constructor(seed: number, stream = 0) {
    const root = scramble(seed ^ 0x51ed270b);
    this.a = scramble(root + stream);
    this.b = scramble(this.a + 0x9e3779b9);
    this.c = scramble(this.b + 0x9e3779b9);
    this.d = scramble(this.c + 0x9e3779b9) | 1;
  }

  /** Uniform in `[0, 1)`. */
  unit(): number {
    const result = Math.imul(rotate(Math.imul(this.b, 5), 7), 9) >>> 0;
    const shifted = this.b << 9;
    this.c ^= this.a;
    this.d ^= this.b;
    this.b ^= this.c;
    this.a ^= this.d;
    this.c ^= shifted;
    this.d = rotate(this.d, 11);
    return result / 0x1_0000_0000;
  }

  /** A whole number in `[0, end)`. */
  below(end: number): number {
    return Math.floor(this.unit() * end);
  }

  /** A whole number in `[from, to)`. */
  between(from: number, to: number): number {
    return from + this.below(to - from);
  }

  /** True with this probability. */
  chance(probability: number): boolean {
    return this.unit() < probability;
  }

  /** One of the items, each as likely as its weight. */
  weighted<T>(items: readonly (readonly [item: T, weight: number])[]): T {
    const total = items.reduce((sum, [, weight]) => sum + weight, 0);
    let left = this.unit() * total;
    for (const [item, weight] of items) {
      left -= weight;
      if (left < 0) return item;
    }
    return (items[items.length - 1] as readonly [T, number])[0];
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T;
  }

  /** A waiting time: never negative, `mean` on average, often short and now and then long. */
  exponential(mean: number): number {
    return -Math.log(1 - this.unit()) * mean;
  }

  /** How often something rare happened when it happens `mean` times on average; at most 50. */
  poisson(mean: number): number {
    const floor = Math.exp(-mean);
    let product = this.unit();
    let count = 0;
    while (product > floor && count < 50) {
      product *= this.unit();
      count += 1;
    }
    return count;
  }
}

function rotate(value: number, by: number): number {
  return (value << by) | (value >>> (32 - by));
}

/** Spreads every bit of a 32-bit number over all of it. */
function scramble(value: number): number {
  let mixed = value | 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
