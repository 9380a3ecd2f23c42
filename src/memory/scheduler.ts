/** The steps of the memory log at which a scheduler may let others run first. */
export type LogStep = 'fetch' | 'send' | 'commit' | 'abort' | 'open-producer';

/** What the memory log asks of time; a simulation passes its own. */
export interface Scheduler {
  /** Calls `fire` once, `delayMs` from now, unless the returned function is called first. */
  after(delayMs: number, fire: () => void): () => void;
  /** Called before the effect of a step; the step goes on when the promise resolves. */
  breathe(step: LogStep): Promise<void> | undefined;
}

/** Real timers; each fetch lets timers and sockets run, so that a busy shard cannot starve the process. */
export const realScheduler: Scheduler = {
  after(delayMs, fire) {
    const timer = setTimeout(fire, delayMs);
    return () => clearTimeout(timer);
  },
  breathe(step) {
    return step === 'fetch' ? new Promise((resolve) => setImmediate(resolve)) : undefined;
  },
};
