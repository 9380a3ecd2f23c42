import { setTimeout as pause } from 'node:timers/promises';

/** Every wait in a fault has a limit of its own; what goes on beyond this would go on beside the next ones. */
const FAULT_TIMEOUT_MS = 300_000;
/** Two faults at once, of different kinds, so often. */
const TOGETHER = 0.25;
const TOO_LONG = Symbol('too long');
const RESTS_MS = [500, 4_000];

/** Strikes with one fault after another, now and then with two at once, each as often as the others. */
export class Nemesis {
  #world;
  #faults;
  #tally;
  #enough = Number.POSITIVE_INFINITY;

  /** @param {{ world: import('./world.mjs').World, faults: import('./faults.mjs').Fault[], tally: import('./tally.mjs').Tally }} options */
  constructor({ world, faults, tally }) {
    this.#world = world;
    this.#faults = faults;
    this.#tally = tally;
  }

  /**
   * Until the time is over, or every fault was felt so often. Throws when a fault does not come to an end.
   * @param {number} durationMs
   * @param {number} [feltEach]
   * @returns {Promise<number>} when everything was healed last
   */
  async strike(durationMs, feltEach = Number.POSITIVE_INFINITY) {
    const { random } = this.#world;
    const over = Date.now() + durationMs;
    this.#enough = feltEach;
    let healedAt = Date.now();
    while (Date.now() < over && this.#faults.some((fault) => this.#isWanted(fault))) {
      const first = this.#next((fault) => this.#isWanted(fault));
      const second = random.chance(TOGETHER) ? this.#next(({ kind }) => kind !== first.kind) : undefined;
      await Promise.all([first, second].map((fault) => fault && this.#inject(fault, second !== undefined)));
      await this.#world.heal();
      healedAt = Date.now();
      if (healedAt >= over) break;
      for (const governor of this.#world.governors) await governor.takesTurns();
      await pause(random.between(...RESTS_MS));
    }
    return healedAt;
  }

  #isWanted({ id }) {
    return this.#tally.feltSoFar(id) < this.#enough;
  }

  /** The fault that was met the fewest times so far, by this tally, among those that will do. */
  #next(willDo) {
    const { random } = this.#world;
    const among = this.#faults.filter(willDo);
    if (among.length === 0) return undefined;
    const fewest = Math.min(...among.map(({ id }) => this.#tally.attempts(id)));
    return random.pick(among.filter(({ id }) => this.#tally.attempts(id) === fewest));
  }

  async #inject(fault, isTogether) {
    const { log } = this.#world;
    log(`${fault.id} ${fault.title}${isTogether ? ' (with another)' : ''}`);
    // Which of two was felt cannot be told from outside.
    if (isTogether) this.#tally.together(fault.id);
    else this.#tally.attempted(fault.id);
    const isFelt = await this.#isFelt(fault);
    if (!isFelt) log(`${fault.id} void`);
    else if (!isTogether) this.#tally.felt(fault.id);
  }

  async #isFelt(fault) {
    const over = new AbortController();
    const limit = pause(FAULT_TIMEOUT_MS, TOO_LONG, { signal: over.signal });
    // It is called off where the fault ends.
    limit.catch(() => {});
    const injected = fault.inject(this.#world).catch((error) => {
      this.#world.log(`${fault.id}: ${error.message.split('\n')[0]}`);
      return false;
    });
    const felt = await Promise.race([injected, limit]);
    over.abort();
    if (felt === TOO_LONG) throw new Error(`${fault.id} did not come to an end`);
    return felt;
  }
}
