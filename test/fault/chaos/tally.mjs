/**
 * How often each fault was tried alone, how often it was felt then, and how often it was tried together with another.
 * @typedef {{ attempted: number, effective: number, together: number }} Count
 */
export class Tally {
  #counts = new Map();

  /** @param {readonly { id: string }[]} faults */
  constructor(faults) {
    for (const { id } of faults) this.#counts.set(id, { attempted: 0, effective: 0, together: 0 });
  }

  attempts(id) {
    const { attempted, together } = this.#counts.get(id);
    return attempted + together;
  }

  feltSoFar(id) {
    return this.#counts.get(id).effective;
  }

  attempted(id) {
    this.#counts.get(id).attempted += 1;
  }

  together(id) {
    this.#counts.get(id).together += 1;
  }

  felt(id) {
    this.#counts.get(id).effective += 1;
  }

  /** @returns {Record<string, Count>} */
  toJSON() {
    return Object.fromEntries([...this.#counts].map(([id, counts]) => [id, { ...counts }]));
  }

  /** What came since then, where there was anything. @param {ReturnType<Tally['toJSON']>} before */
  since(before) {
    const more = [...this.#counts].map(([id, counts]) => [
      id,
      Object.fromEntries(Object.entries(counts).map(([what, count]) => [what, count - before[id][what]])),
    ]);
    return Object.fromEntries(more.filter(([, { attempted, together }]) => attempted + together > 0));
  }
}
