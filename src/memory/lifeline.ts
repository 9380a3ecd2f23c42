import { TactError } from '../kernel/errors.ts';

/**
 * Whether a log instance lives. After `close`, every call fails; after `crash`, every call and every wait stays pending
 * for ever, as it would in a process that was killed.
 */
export class Lifeline {
  #state: 'alive' | 'closed' | 'crashed' = 'alive';
  readonly #closing = new Set<() => void>();

  /** Resolves while alive. */
  async check(): Promise<void> {
    if (this.#state === 'closed')
      throw new TactError('kafka-unreachable', 'this log was closed; open another');
    if (this.#state === 'crashed') await new Promise<never>(() => {});
  }

  get alive(): boolean {
    return this.#state === 'alive';
  }

  get crashed(): boolean {
    return this.#state === 'crashed';
  }

  close(): void {
    this.#end('closed');
  }

  crash(): void {
    this.#end('crashed');
  }

  /** Calls `end` when the life ends, until the returned function is called. */
  onEnd(end: () => void): () => void {
    this.#closing.add(end);
    return () => this.#closing.delete(end);
  }

  #end(state: 'closed' | 'crashed'): void {
    if (this.#state !== 'alive') return;
    this.#state = state;
    for (const end of [...this.#closing]) end();
  }
}
