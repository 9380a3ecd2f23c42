import { setTimeout as pause } from 'node:timers/promises';

const FAULT_TIMEOUT_MS = 120_000;
/** Two faults at once, of different kinds, so often. */
const TOGETHER = 0.25;
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
   * Until the time is over, or every fault was felt so often.
   * @param {number} durationMs
   * @param {number} [feltEach]
   */
  async strike(durationMs, feltEach = Number.POSITIVE_INFINITY) {
    const { random } = this.#world;
    const over = Date.now() + durationMs;
    this.#enough = feltEach;
    while (Date.now() < over && this.#faults.some((fault) => this.#isWanted(fault))) {
      const first = this.#next((fault) => this.#isWanted(fault));
      const second = random.chance(TOGETHER) ? this.#next(({ kind }) => kind !== first.kind) : undefined;
      await Promise.all([first, second].map((fault) => fault && this.#inject(fault, second !== undefined)));
      await this.#world.heal();
      for (const governor of this.#world.governors) await governor.takesTurns();
      await pause(random.between(...RESTS_MS));
    }
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
    this.#tally.attempted(fault.id);
    let timer;
    const tooLong = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error('it took too long')), FAULT_TIMEOUT_MS);
    });
    try {
      const felt = await Promise.race([fault.inject(this.#world), tooLong]);
      if (felt) this.#tally.felt(fault.id);
      else log(`${fault.id} void`);
    } catch (error) {
      log(`${fault.id} void: ${error.message.split('\n')[0]}`);
    } finally {
      clearTimeout(timer);
    }
  }
}
