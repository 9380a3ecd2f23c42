import type { StoreSnapshot } from '../../src/memory/memory-state-store.ts';
import { MemoryStateStore } from '../../src/memory/memory-state-store.ts';
import type { Applied, StateChange } from '../../src/shard/state-store.ts';

/** The store in memory, which remembers the shards that have changed since somebody looked. */
export class WatchedStore extends MemoryStateStore {
  readonly #shards: number;
  #changed = new Set<number>();

  constructor(shards: number) {
    super();
    this.#shards = shards;
  }

  /** The shards that changed since the last call. */
  takeChanged(): ReadonlySet<number> {
    const changed = this.#changed;
    if (changed.size > 0) this.#changed = new Set();
    return changed;
  }

  override apply(shard: number, change: StateChange): Promise<Applied> {
    this.#changed.add(shard);
    return super.apply(shard, change);
  }

  override clear(shard: number): Promise<void> {
    this.#changed.add(shard);
    return super.clear(shard);
  }

  override clearAll(): void {
    this.#changeAll();
    super.clearAll();
  }

  override restore(snapshot: StoreSnapshot): void {
    this.#changeAll();
    super.restore(snapshot);
  }

  #changeAll(): void {
    for (let shard = 0; shard < this.#shards; shard++) this.#changed.add(shard);
  }
}
