import { assert, TactError } from '../kernel/errors.ts';
import type { Duration } from '../kernel/time.ts';
import type { OutputSlice } from '../shard/log.ts';
import type { MemoryPartition, TransactionFate } from './memory-partition.ts';
import type { Scheduler } from './scheduler.ts';

export type TransactionEnd = 'committed' | 'aborted';

interface TransactionalId {
  epoch: number;
  open: OpenTransaction | undefined;
}

interface OpenTransaction {
  readonly fate: TransactionFate;
  readonly touched: Set<MemoryPartition>;
  /** Stops its clock. */
  readonly ended: () => void;
}

export interface TransactionTimeout {
  readonly scheduler: Scheduler;
  /** An open transaction is aborted when it is this old, and its producer fenced; absent: never. */
  readonly after: Duration | undefined;
}

type FindPartition = (topic: string, partition: number) => MemoryPartition;

/**
 * Transactional ids, their epochs and their open transactions, with the older protocol's manners: the broker cannot tell
 * one transaction of a producer from its next, so a late end may end the wrong one.
 */
export class TransactionCoordinator {
  readonly #ids = new Map<string, TransactionalId>();
  readonly #find: FindPartition;
  readonly #timeout: TransactionTimeout;
  #late: (() => void)[] = [];

  constructor(find: FindPartition, timeout: TransactionTimeout) {
    this.#find = find;
    this.#timeout = timeout;
  }

  /** Fences every older producer of the id, aborts its open transaction, and returns the new epoch. */
  initialise(id: string): number {
    const entry = this.#ids.get(id) ?? { epoch: -1, open: undefined };
    this.#ids.set(id, entry);
    entry.epoch += 1;
    this.#settle(entry, 'aborted');
    return entry.epoch;
  }

  /** Appends within the open transaction of the id, opening one if there is none; first offset of each slice. */
  append(id: string, epoch: number, slices: readonly OutputSlice[]): number[] {
    const entry = this.#valid(id, epoch);
    const targets = slices.map((slice) => this.#find(slice.topic, slice.partition));
    entry.open ??= this.#open(entry);
    const { fate, touched } = entry.open;
    return slices.map((slice, index) => {
      const target = targets[index];
      assert(target, 'every slice has a partition');
      touched.add(target);
      return target.append(slice.records, fate);
    });
  }

  /** Ends the open transaction of the id; without one, nothing happens. */
  end(id: string, epoch: number, how: TransactionEnd): void {
    this.#settle(this.#valid(id, epoch), how);
  }

  /** Keeps an end back until `deliverLate`. */
  endLater(id: string, epoch: number, how: TransactionEnd): void {
    this.#late.push(() => {
      const entry = this.#ids.get(id);
      if (entry?.epoch === epoch) this.#settle(entry, how);
    });
  }

  /** Lets the ends that were kept back arrive, in their order; returns how many. */
  deliverLate(): number {
    const arriving = this.#late;
    this.#late = [];
    for (const arrive of arriving) arrive();
    return arriving.length;
  }

  #open(entry: TransactionalId): OpenTransaction {
    const { scheduler, after } = this.#timeout;
    const expire = () => {
      entry.epoch += 1;
      this.#settle(entry, 'aborted');
    };
    const ended = after === undefined ? () => {} : scheduler.after(after, expire);
    return { fate: { status: 'open' }, touched: new Set(), ended };
  }

  #valid(id: string, epoch: number): TransactionalId {
    const entry = this.#ids.get(id);
    if (entry?.epoch === epoch) return entry;
    throw new TactError(
      'producer-fenced',
      `a newer producer of ${id} exists: epoch ${epoch} is over, the present one is ${entry?.epoch}`,
    );
  }

  #settle(entry: TransactionalId, how: TransactionEnd): void {
    if (!entry.open) return;
    const { fate, touched, ended } = entry.open;
    entry.open = undefined;
    ended();
    fate.status = how;
    for (const partition of touched) partition.mark(fate);
  }
}
