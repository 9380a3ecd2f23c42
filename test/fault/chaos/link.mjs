import { once } from 'node:events';
import { connect, createServer } from 'node:net';

const HOST = '127.0.0.1';
/** A request that is held back is given to a server whose client has gone long ago; its answer is of interest to nobody. */
const AFTERLIFE_MS = 5_000;

/**
 * What becomes of a request: `lose-answer` forwards it and breaks the connection when the answer comes, `{ late }` breaks the
 * connection at once and forwards it so many milliseconds later.
 * @typedef {undefined | 'lose-answer' | { late: number }} Fate
 * @typedef {(request: Buffer) => Fate} Judge
 */

/**
 * A connection's way through us: a port that leads to another one, and can be cut, held in one direction, slowed down, led
 * elsewhere, or lose single requests. What is held is delivered when it is let go, as TCP does.
 */
export class Link {
  #server;
  #target;
  #framed;
  #pairs = new Set();
  #isCut = false;
  #held = new Set();
  #delayMs = 0;
  /** @type {Judge | undefined} */
  #judge;
  #lost = 0;
  #late = 0;

  /**
   * @param {number} target port of this machine
   * @param {{ framed?: boolean }} [options] `framed`: requests begin with their length in four bytes, as Kafka's do
   */
  static async open(target, { framed = false } = {}) {
    const link = new Link();
    link.#target = target;
    link.#framed = framed;
    link.#server = createServer({ noDelay: true, allowHalfOpen: false }, (client) => link.#accept(client));
    link.#server.listen(0, HOST);
    await once(link.#server, 'listening');
    return link;
  }

  get port() {
    return this.#server.address().port;
  }

  /** Answers that were lost on the way back so far. */
  get lostAnswers() {
    return this.#lost;
  }

  /** Requests that were delivered late so far. */
  get lateRequests() {
    return this.#late;
  }

  /** Breaks every connection and refuses new ones. */
  cut() {
    this.#isCut = true;
    for (const pair of [...this.#pairs]) pair.end();
  }

  /** Nothing arrives in this direction any more, and nobody is told. @param {'there' | 'back'} direction */
  hold(direction) {
    this.#held.add(direction);
    for (const pair of this.#pairs) pair[direction].pause();
  }

  /** Everything that arrives, arrives so much later. */
  slow(delayMs) {
    this.#delayMs = delayMs;
  }

  /** New connections lead to this port; the others are broken. */
  leadTo(target) {
    if (this.#target === target) return;
    this.#target = target;
    for (const pair of [...this.#pairs]) pair.end();
  }

  /** Every request is shown to `judge` from now on. @param {Judge} judge */
  judge(judge) {
    this.#judge = judge;
  }

  /** As if nothing had been. */
  heal() {
    this.#isCut = false;
    this.#delayMs = 0;
    this.#judge = undefined;
    this.#held.clear();
    for (const pair of this.#pairs) for (const direction of ['there', 'back']) pair[direction].resume();
  }

  async close() {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #accept(client) {
    if (this.#isCut) {
      client.destroy();
      return;
    }
    const server = connect({ port: this.#target, host: HOST, noDelay: true });
    const pair = new Pair(client, server, {
      framed: this.#framed,
      delayMs: () => this.#delayMs,
      judge: (request) => this.#judge?.(request),
      onLost: () => {
        this.#lost += 1;
      },
      onLate: () => {
        this.#late += 1;
      },
      onEnd: () => this.#pairs.delete(pair),
    });
    this.#pairs.add(pair);
    for (const direction of this.#held) pair[direction].pause();
  }
}

/** One connection: what comes from the client and what comes back. */
class Pair {
  #client;
  #server;
  #on;
  #losesAnswer = false;
  #isOver = false;
  there;
  back;

  constructor(client, server, on) {
    this.#client = client;
    this.#server = server;
    this.#on = on;
    const requests = on.framed ? new Frames() : { add: (chunk) => [chunk] };
    this.there = new Way(client, on.delayMs, (chunk) => {
      for (const request of requests.add(chunk)) this.#forward(request);
    });
    this.back = new Way(server, on.delayMs, (chunk) => this.#answer(chunk));
    // What was sent before one end went is under way still.
    client.on('error', () => {}).on('close', () => this.there.whenEmpty(() => this.end()));
    server.on('error', () => {}).on('close', () => this.back.whenEmpty(() => this.end()));
  }

  end() {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#client.destroy();
    this.#server.destroy();
    this.#on.onEnd();
  }

  #forward(request) {
    if (this.#isOver) return;
    const fate = this.#on.judge(request);
    if (fate?.late !== undefined) {
      this.#forwardLate(request, fate.late);
      return;
    }
    if (fate === 'lose-answer') this.#losesAnswer = true;
    this.#server.write(request);
  }

  /** The client sees a broken connection; the server sees a client that was slow. */
  #forwardLate(request, afterMs) {
    this.#isOver = true;
    this.#client.destroy();
    this.#on.onEnd();
    setTimeout(() => {
      if (!this.#server.writable) return;
      this.#server.write(request);
      this.#on.onLate();
      setTimeout(() => this.#server.destroy(), AFTERLIFE_MS).unref();
    }, afterMs).unref();
  }

  #answer(chunk) {
    if (this.#isOver) return;
    if (this.#losesAnswer) {
      this.#on.onLost();
      this.end();
      return;
    }
    this.#client.write(chunk);
  }
}

/** One direction of a connection. Nothing overtakes, nothing is lost. */
class Way {
  #source;
  #deliver;
  #waiting = [];
  #isPaused = false;
  #onEmpty;

  constructor(source, delayMs, deliver) {
    this.#source = source;
    this.#deliver = deliver;
    source.on('data', (chunk) => {
      this.#waiting.push({ chunk, at: Date.now() + delayMs() });
      this.#flush();
    });
  }

  pause() {
    this.#isPaused = true;
    this.#source.pause();
  }

  resume() {
    this.#isPaused = false;
    this.#source.resume();
    this.#flush();
  }

  /** Calls back when everything that came was delivered. */
  whenEmpty(then) {
    if (this.#waiting.length === 0) then();
    else this.#onEmpty = then;
  }

  #flush() {
    while (!this.#isPaused && this.#waiting.length > 0) {
      const wait = this.#waiting[0].at - Date.now();
      if (wait > 0) {
        setTimeout(() => this.#flush(), wait);
        return;
      }
      this.#deliver(this.#waiting.shift().chunk);
    }
    if (this.#waiting.length === 0) this.#onEmpty?.();
  }
}

/** Cuts a stream into requests. */
class Frames {
  #rest = Buffer.alloc(0);

  add(chunk) {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const whole = [];
    while (this.#rest.length >= 4 && this.#rest.length >= 4 + this.#rest.readInt32BE(0)) {
      const length = 4 + this.#rest.readInt32BE(0);
      whole.push(this.#rest.subarray(0, length));
      this.#rest = this.#rest.subarray(length);
    }
    return whole;
  }
}
