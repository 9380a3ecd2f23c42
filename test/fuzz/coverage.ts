import { type Profiler, Session } from 'node:inspector';

/** Which blocks of our own sources have ever run, as the engine itself counts them. */
export class Coverage {
  readonly #session = new Session();
  readonly #seen = new Set<string>();

  constructor() {
    this.#session.connect();
    this.#session.post('Profiler.enable');
    this.#session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  }

  get blocks(): number {
    return this.#seen.size;
  }

  /** Whether anything ran since the last look that never ran before. */
  hasGrown(): boolean {
    const before = this.#seen.size;
    this.#session.post('Profiler.takePreciseCoverage', (_, taken) => this.#add(taken.result));
    return this.#seen.size > before;
  }

  #add(scripts: readonly Profiler.ScriptCoverage[]): void {
    for (const { url, functions } of scripts) {
      if (!url.includes('/src/') || url.includes('/node_modules/')) continue;
      for (const { ranges } of functions) {
        for (const { startOffset, endOffset, count } of ranges)
          if (count > 0) this.#seen.add(`${url}:${startOffset}-${endOffset}`);
      }
    }
  }
}
