import type { ShardDeps } from './deps.ts';
import { outputTopics, shardLayout, subscribedTopics } from './layout.ts';
import type { ShardOwner } from './log.ts';
import { Shard } from './shard.ts';

/** All shards that this process owns, as the group assigns and takes them. */
export class Governor implements ShardOwner {
  readonly #deps: ShardDeps;
  readonly #shards = new Map<number, Shard>();
  /** Shards that were taken away and still finish their turn. */
  readonly #leaving = new Set<Promise<void>>();
  readonly #onFailed: (error: Error) => void;
  #counts: ReadonlyMap<string, number> = new Map();

  /** `onFailed`: the log's client is beyond repair, or an invariant broke; the process must end. */
  constructor(deps: ShardDeps, onFailed: (error: Error) => void) {
    this.#deps = deps;
    this.#onFailed = onFailed;
  }

  /** Reads the partition counts and joins the group; resolves after the first assignment. */
  async start(): Promise<void> {
    const { settings, log } = this.#deps;
    this.#counts = await log.partitionCounts([
      ...new Set([...subscribedTopics(settings), ...outputTopics(settings)]),
    ]);
    await log.join(this);
  }

  /** Finishes the turns in hand, then leaves the group. */
  async stop(): Promise<void> {
    for (const shard of [...this.#shards.keys()]) this.revoked(shard);
    await Promise.all(this.#leaving);
    await this.#deps.log.leave();
  }

  get shards(): number[] {
    return [...this.#shards.keys()];
  }

  assigned(shard: number): void {
    if (this.#shards.has(shard)) return;
    this.#shards.set(shard, new Shard(this.#deps, shardLayout(shard, this.#deps.settings, this.#counts)));
  }

  revoked(shard: number): void {
    const leaving = this.#shards.get(shard)?.stop();
    if (!leaving) return;
    this.#shards.delete(shard);
    this.#leaving.add(leaving);
    void leaving.then(
      () => this.#leaving.delete(leaving),
      (error: Error) => this.#onFailed(error),
    );
  }

  failed(error: Error): void {
    this.#onFailed(error);
  }
}
