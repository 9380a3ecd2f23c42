import { setTimeout as pause } from 'node:timers/promises';

const TICK_MS = 50;

/** Messages at a steady rate until it is stopped; more of them, or other ones, where a fault asks for it. */
export class Pressure {
  #producers;
  #traffic;
  #rate;
  #isOver = false;
  #running;
  #sent = 0;
  #factor = 1;

  /** @param {{ producers: import('../producers.mjs').Producers, traffic: import('../traffic.mjs').Traffic, perSecond: number }} options */
  constructor({ producers, traffic, perSecond }) {
    this.#producers = producers;
    this.#traffic = traffic;
    this.#rate = perSecond;
  }

  /** The usual rate. */
  get perSecond() {
    return this.#rate;
  }

  /** Messages that were acknowledged so far. */
  get sent() {
    return this.#sent;
  }

  start() {
    this.#running = this.#run();
    // Whoever stops it is told.
    this.#running.catch(() => {});
  }

  /** So many times as many messages as usual. */
  multiply(factor) {
    this.#factor = factor;
  }

  /** Records beside the usual ones; resolves when they are acknowledged. */
  async send(records) {
    await this.#producers.send(records);
    this.#sent += records.length;
  }

  async stop() {
    this.#isOver = true;
    await this.#running;
  }

  async #run() {
    let credit = 0;
    let last = Date.now();
    while (!this.#isOver) {
      const now = Date.now();
      // What could not be sent while brokers were away is not made up for, else it would come as a flood.
      credit += (this.#rate * this.#factor * Math.min(now - last, 1_000)) / 1_000;
      last = now;
      const count = Math.floor(credit);
      credit -= count;
      if (count > 0) {
        await this.#producers.send([...this.#traffic.messages(count)]);
        this.#sent += count;
      }
      await pause(TICK_MS);
    }
  }
}
