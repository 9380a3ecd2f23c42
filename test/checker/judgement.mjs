/**
 * @typedef {object} Judgement
 * @property {string} id
 * @property {string} promise
 * @property {boolean} holds
 * @property {number} violations
 * @property {string[]} examples the first few violations
 * @property {Record<string, number>} counts what was looked at: a promise that holds over nothing proves nothing
 */

const EXAMPLES = 5;

/** Collects what one judgement finds. */
export class Findings {
  #violations = 0;
  #examples = [];
  #counts = {};

  violated(example) {
    this.#violations += 1;
    if (this.#examples.length < EXAMPLES) this.#examples.push(example);
  }

  count(name, by = 1) {
    this.#counts[name] = (this.#counts[name] ?? 0) + by;
  }

  /** @returns {Judgement} */
  judgement(id, promise) {
    const violations = this.#violations;
    return {
      id,
      promise,
      holds: violations === 0,
      violations,
      examples: this.#examples,
      counts: { ...this.#counts },
    };
  }
}
