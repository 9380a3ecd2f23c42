import { assert, messageOf, TactError } from '../kernel/errors.ts';
import type { OutputSlice, ShardProducer, Transaction } from '../shard/log.ts';
import type { PlannedFaults } from './fault.ts';
import type { Lifeline } from './lifeline.ts';
import type { Scheduler } from './scheduler.ts';
import type { TransactionCoordinator, TransactionEnd } from './transaction-coordinator.ts';

export type ProducerCall = 'send' | 'commit';

export interface ProducerContext {
  readonly id: string;
  readonly epoch: number;
  readonly coordinator: TransactionCoordinator;
  readonly scheduler: Scheduler;
  readonly lifeline: Lifeline;
  readonly faults: PlannedFaults<ProducerCall>;
}

/**
 * A shard's producer. It refuses nothing after an error by itself: what a broker would let pass, passes, so that a
 * simulation can show what a producer used again does.
 */
export class MemoryProducer implements ShardProducer {
  readonly #context: ProducerContext;
  #closed = false;

  constructor(context: ProducerContext) {
    this.#context = context;
  }

  async begin(): Promise<Transaction> {
    assert(!this.#closed, 'a closed producer begins no transaction');
    await this.#context.lifeline.check();
    return new MemoryTransaction(this.#context);
  }

  async close(): Promise<void> {
    this.#closed = true;
  }
}

class MemoryTransaction implements Transaction {
  readonly #context: ProducerContext;
  #ended = false;

  constructor(context: ProducerContext) {
    this.#context = context;
  }

  async send(slices: readonly OutputSlice[]): Promise<number[]> {
    assert(!this.#ended, 'nothing is sent in a transaction that has ended');
    await this.#step('send');
    const { id, faults } = this.#context;
    const fault = faults.take('send');
    if (fault === undefined) return this.#append(slices);
    if (fault === 'lost-reply') this.#append(slices);
    throw new TactError('transaction-failed', `send of ${id} was not answered; open a new producer`);
  }

  async commit(): Promise<void> {
    await this.#end('commit', 'committed');
  }

  async abort(): Promise<void> {
    await this.#end('abort', 'aborted');
  }

  #append(slices: readonly OutputSlice[]): number[] {
    const { id, epoch, coordinator } = this.#context;
    try {
      return coordinator.append(id, epoch, slices);
    } catch (error) {
      if (error instanceof TactError && error.code === 'producer-fenced') throw error;
      throw new TactError('transaction-failed', `send of ${id} was refused: ${messageOf(error)}`, {
        cause: error,
      });
    }
  }

  async #end(step: 'commit' | 'abort', how: TransactionEnd): Promise<void> {
    assert(!this.#ended, 'a transaction ends once');
    this.#ended = true;
    await this.#step(step);
    const { id, epoch, coordinator, faults } = this.#context;
    const fault = step === 'commit' ? faults.take('commit') : undefined;
    if (fault === undefined || fault === 'lost-reply') coordinator.end(id, epoch, how);
    if (fault === 'late') coordinator.endLater(id, epoch, how);
    if (fault) throw new TactError('commit-ambiguous', `commit of ${id} was not answered; acquire the shard`);
  }

  async #step(step: 'send' | 'commit' | 'abort'): Promise<void> {
    await this.#context.scheduler.breathe(step);
    await this.#context.lifeline.check();
  }
}
