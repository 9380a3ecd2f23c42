export class Random {
  constructor(seed: number);
  /** Another generator, whose numbers do not depend on how many this one has given. */
  fork(name: string): Random;
  /** In `[0, 1)`. */
  next(): number;
  /** A whole number in `[from, to)`. */
  between(from: number, to: number): number;
  chance(probability: number): boolean;
  pick<T>(items: readonly T[]): T;
  /** A copy in another order. */
  shuffle<T>(items: readonly T[]): T[];
}
