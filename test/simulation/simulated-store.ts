import { TactError } from '../../src/kernel/errors.ts';
import { type Duration, SECOND } from '../../src/kernel/time.ts';
import type {
  Applied,
  Due,
  DueQuestion,
  Loaded,
  ShardView,
  StateChange,
  StateStore,
} from '../../src/shard/state-store.ts';
import type { Network } from './network.ts';

/** How long a process waits for Redis. */
const TIMEOUT: Duration = 2 * SECOND;

/** The store as one simulated process reaches it: the one in memory, at the other end of a network. */
export class SimulatedStore implements StateStore {
  readonly #inner: StateStore;
  readonly #network: Network;

  constructor(inner: StateStore, network: Network) {
    this.#inner = inner;
    this.#network = network;
  }

  load(shard: number, fields: readonly string[]): Promise<Loaded> {
    return this.#call('load', () => this.#inner.load(shard, fields));
  }

  apply(shard: number, change: StateChange): Promise<Applied> {
    return this.#call('apply', () => this.#inner.apply(shard, change));
  }

  due(shard: number, question: DueQuestion): Promise<Due> {
    return this.#call('due', () => this.#inner.due(shard, question));
  }

  view(shard: number): Promise<ShardView> {
    return this.#call('view', () => this.#inner.view(shard));
  }

  clear(shard: number): Promise<void> {
    return this.#call('clear', () => this.#inner.clear(shard));
  }

  entries(shard: number): AsyncIterable<[field: string, value: Buffer]> {
    return this.#inner.entries(shard);
  }

  async close(): Promise<void> {}

  #call<T>(name: string, effect: () => Promise<T>): Promise<T> {
    const late = () => new TactError('redis-unreachable', `${name} was not answered`);
    return this.#network.call({ server: 'redis', name, timeout: TIMEOUT, effect, late });
  }
}
