import type { Duration } from '../../src/kernel/time.ts';
import type { Random } from '../support/random.mjs';
import type { Clockwork } from './clockwork.ts';

export type Server = 'kafka' | 'redis';
export type Direction = 'requests' | 'replies';

/** What is wrong with the way between one process and one server. */
export interface Weather {
  /** Directions in which nothing arrives. */
  readonly cut: Set<Direction>;
  /** Share of what is lost, each way. */
  lossy: number;
  /** Each way takes so much longer, at most. */
  slow: Duration;
}

/** What happens to one call. */
export interface Mishap {
  readonly delay?: Duration;
  readonly lose?: Direction;
}

/** Where a call is when something is to happen to its process: before it has arrived, or with its effect done. */
export type CallSide = 'sent' | 'arrived';

/** One of the two ends of a call, as the network sees it. */
export interface Caller {
  /** Runs it once the process runs, in order; never, when it was killed. */
  deliver(run: () => void): void;
  readonly isAlive: boolean;
}

export interface Call<T> {
  readonly server: Server;
  readonly name: string;
  readonly timeout: Duration;
  readonly effect: () => Promise<T>;
  /** What the caller is told when no answer came in time. */
  readonly late: () => Error;
  readonly signal?: AbortSignal;
}

/** What a network tells about what happens in it. */
export interface NetworkWatching {
  onCall(name: string, side: CallSide): void;
  count(what: string): void;
}

/**
 * The way between one process and its servers. A request takes its time to arrive, and so does the reply; either may be lost;
 * a caller that waited long enough is told so, while its request may still be on its way.
 */
export class Network {
  readonly #clockwork: Clockwork;
  readonly #random: Random;
  readonly #caller: Caller;
  readonly #watching: NetworkWatching;
  /** What happens to the next call: its request takes so much longer, or one of its two ways is never ended. */
  #mishap: Mishap = {};
  readonly #weather: Record<Server, Weather> = { kafka: fair(), redis: fair() };

  constructor(clockwork: Clockwork, random: Random, caller: Caller, watching: NetworkWatching) {
    this.#clockwork = clockwork;
    this.#random = random;
    this.#caller = caller;
    this.#watching = watching;
  }

  weather(server: Server): Weather {
    return this.#weather[server];
  }

  /** Something happens to the next call: to the very one that is being sent, where that is what it was waited for. */
  mishap(mishap: Mishap): void {
    this.#mishap = mishap;
  }

  /** Tells what happened. */
  count(what: string): void {
    this.#watching.count(what);
  }

  /** Whether requests and replies get through at all. */
  isOpen(server: Server): boolean {
    return this.#weather[server].cut.size === 0;
  }

  call<T>({ server, name, timeout, effect, late, signal }: Call<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      if (!this.#caller.isAlive) return;
      let isOver = false;
      const over = (settle: () => void) =>
        this.#caller.deliver(() => {
          if (isOver) return;
          isOver = true;
          forget();
          signal?.removeEventListener('abort', onAbort);
          settle();
        });
      const onAbort = () => over(() => reject(signal?.reason));
      const forget = this.#clockwork.after(timeout, () => {
        if (!isOver) this.#watching.count(`not answered: ${name}`);
        over(() => reject(late()));
      });
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#watching.onCall(name, 'sent');
      const { delay = 0, lose } = this.#mishap;
      this.#mishap = {};
      const reply = (settle: () => void) => {
        this.#watching.onCall(name, 'arrived');
        if (lose === 'replies') this.#watching.count('lost: replies');
        else this.#carry(server, 'replies', 0, () => over(settle));
      };
      if (lose === 'requests') return this.#watching.count('lost: requests');
      this.#carry(server, 'requests', delay, () => {
        if (isOver) this.#watching.count(`too late: ${name}`);
        effect().then(
          (value) => reply(() => resolve(value)),
          (error) => reply(() => reject(error)),
        );
      });
    });
  }

  #carry(server: Server, direction: Direction, delay: Duration, arrive: () => void): void {
    const weather = this.#weather[server];
    this.#clockwork.after(delay + this.#delay(weather), () => {
      if (weather.cut.has(direction) || this.#random.chance(weather.lossy))
        this.#watching.count(`lost: ${direction}`);
      else arrive();
    });
  }

  #delay({ slow }: Weather): Duration {
    const usual = this.#random.chance(0.03) ? this.#random.between(20, 300) : this.#random.between(1, 5);
    return usual + (slow > 0 ? this.#random.between(0, slow) : 0);
  }
}

function fair(): Weather {
  return { cut: new Set(), lossy: 0, slow: 0 };
}
