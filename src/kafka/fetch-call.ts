import type { TactError } from '../kernel/errors.ts';
import type { Fetched, FetchTarget } from '../shard/log.ts';

/** One target of a call that waits, and what is known about it so far. */
export interface Want {
  readonly call: FetchCall;
  readonly target: FetchTarget;
  /** `topic/partition` */
  readonly key: string;
  /** How often a broker was asked for it. */
  asked: number;
  answer?: Fetched;
}

/**
 * One `fetch` that waits for its answer. It is settled by the first progress, by an error, by its signal, or by its
 * deadline; the deadline leaves time for each target to be asked for once.
 */
export class FetchCall {
  readonly result: Promise<Fetched[]>;
  readonly wants: readonly Want[];
  /** By the monotonic clock, as everything here. */
  readonly deadline: number;
  readonly #startedAt = performance.now();
  #timeUp: boolean;
  #settled = false;
  #resolve!: (answers: Fetched[]) => void;
  #reject!: (error: unknown) => void;
  readonly #timer: NodeJS.Timeout;
  readonly #signal: AbortSignal;
  readonly #onAbort = () => this.fail(this.#signal.reason);

  constructor(targets: readonly FetchTarget[], maxWaitMs: number, signal: AbortSignal) {
    this.result = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.wants = targets.map((target) => ({
      call: this,
      target,
      key: `${target.topic}/${target.partition}`,
      asked: 0,
    }));
    this.deadline = this.#startedAt + maxWaitMs;
    this.#timeUp = maxWaitMs <= 0;
    this.#timer = setTimeout(() => {
      this.#timeUp = true;
      this.settleIfDone();
    }, maxWaitMs);
    this.#signal = signal;
    if (signal.aborted) this.#onAbort();
    else signal.addEventListener('abort', this.#onAbort, { once: true });
  }

  get settled(): boolean {
    return this.#settled;
  }

  /** The question was sent at `sentAt`, which may be before this call began; then the answer says so. */
  answer(want: Want, answer: Fetched, sentAt: number): void {
    const early = Math.ceil(this.#startedAt - sentAt);
    want.answer = answer.kind === 'records' && early > 0 ? { ...answer, askedBefore: early } : answer;
  }

  /** Called when what was asked for any of its targets has been dealt with. */
  settleIfDone(): void {
    const due = this.#timeUp && this.wants.every(({ asked }) => asked > 0);
    if (!due && !this.wants.some(isAhead)) return;
    if (!this.#settle()) return;
    this.#resolve(this.wants.flatMap(({ answer }) => (answer ? [answer] : [])));
  }

  fail(error: TactError | unknown): void {
    if (this.#settle()) this.#reject(error);
  }

  #settle(): boolean {
    if (this.#settled) return false;
    this.#settled = true;
    clearTimeout(this.#timer);
    this.#signal.removeEventListener('abort', this.#onAbort);
    return true;
  }
}

/** Whether its answer leads on, so that asking once more for the same offset is no use. */
export function isAhead({ answer }: Want): boolean {
  if (answer === undefined) return false;
  return answer.kind === 'out-of-range' || answer.nextOffset > answer.from;
}
