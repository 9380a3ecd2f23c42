/** A generator of numbers that are the same for the same seed (mulberry32). */
export class Random {
  #state;

  constructor(seed) {
    this.#state = seed >>> 0;
  }

  /** Another generator, whose numbers do not depend on how many this one has given. */
  fork(name) {
    let hash = this.#state;
    for (const character of name) hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193);
    return new Random(hash ^ 0x9e3779b9);
  }

  /** In `[0, 1)`. */
  next() {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number in `[from, to)`. */
  between(from, to) {
    return from + Math.floor(this.next() * (to - from));
  }

  chance(probability) {
    return this.next() < probability;
  }

  pick(items) {
    return items[this.between(0, items.length)];
  }

  /** A copy in another order. */
  shuffle(items) {
    const shuffled = [...items];
    for (let i = shuffled.length - 1; i > 0; i--) {
      const j = this.between(0, i + 1);
      [shuffled[i], shuffled[j]] = [shuffled[j], shuffled[i]];
    }
    return shuffled;
  }
}
