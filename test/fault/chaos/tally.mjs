/** How often each fault was tried, and how often it was felt. */
export class Tally {
  #counts = new Map();

  /** @param {readonly { id: string }[]} faults */
  constructor(faults) {
    for (const { id } of faults) this.#counts.set(id, { attempted: 0, effective: 0 });
  }

  attempts(id) {
    return this.#counts.get(id).attempted;
  }

  feltSoFar(id) {
    return this.#counts.get(id).effective;
  }

  attempted(id) {
    this.#counts.get(id).attempted += 1;
  }

  felt(id) {
    this.#counts.get(id).effective += 1;
  }

  /** @returns {Record<string, { attempted: number, effective: number }>} */
  toJSON() {
    return Object.fromEntries([...this.#counts].map(([id, counts]) => [id, { ...counts }]));
  }

  /** What came since then, where there was anything. @param {ReturnType<Tally['toJSON']>} before */
  since(before) {
    const more = [...this.#counts].map(([id, { attempted, effective }]) => [
      id,
      { attempted: attempted - before[id].attempted, effective: effective - before[id].effective },
    ]);
    return Object.fromEntries(more.filter(([, { attempted }]) => attempted > 0));
  }
}
