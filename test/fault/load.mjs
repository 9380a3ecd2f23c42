const TICK_MS = 50;
/** From this part of the load on it waits for the faults, at a slower pace, so that it does not end before them. */
const SLOW_FROM = 0.8;
const SLOW = 0.25;
const FAST = 4;

/** Produces messages at a steady pace, slower towards the end while faults go on, faster once they are over. */
export class Load {
  #producers;
  #traffic;
  #total;
  #durationMs;
  #sent = 0;
  #faultsOver = false;

  constructor({ producers, traffic, messages, durationMs }) {
    this.#producers = producers;
    this.#traffic = traffic;
    this.#total = messages;
    this.#durationMs = durationMs;
  }

  /** How much of it has been produced, in `[0, 1]`. */
  get progress() {
    return this.#sent / this.#total;
  }

  /** The rest may come as fast as it can be taken. */
  finish() {
    this.#faultsOver = true;
  }

  async run() {
    let credit = 0;
    while (this.#sent < this.#total) {
      const started = Date.now();
      credit += (this.#total / this.#durationMs) * TICK_MS * this.#pace();
      const count = Math.min(Math.floor(credit), this.#total - this.#sent);
      credit -= count;
      if (count > 0 && this.#mayEnd(count)) await this.#producers.send([...this.#traffic.messages(count)]);
      await new Promise((resolve) => setTimeout(resolve, Math.max(1, TICK_MS - (Date.now() - started))));
    }
  }

  #pace() {
    if (this.#faultsOver) return FAST;
    return this.progress < SLOW_FROM ? 1 : SLOW;
  }

  /** The last messages wait for the last fault. */
  #mayEnd(count) {
    if (!this.#faultsOver && this.#sent + count >= this.#total) return false;
    this.#sent += count;
    return true;
  }
}
