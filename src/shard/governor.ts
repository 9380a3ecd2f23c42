import type { ShardDeps } from './deps.ts';
import { outputTopics, shardLayout, subscribedTopics } from './layout.ts';
import type { ShardOwner } from './log.ts';
import { Shard } from './shard.ts';

/** Who is told about the process as a whole. */
export interface GovernorWatching {
  /** The log's client is beyond repair, or an invariant broke; the process must end. */
  onFailed(error: Error): void;
  /** Whether the consumer group knows this process at the moment. */
  onMembership(isMember: boolean): void;
}

/** All shards that this process owns, as the group assigns and takes them. */
export class Governor implements ShardOwner {
  readonly #deps: ShardDeps;
  readonly #shards = new Map<number, Shard>();
  /** Shards that were taken away and still finish their turn. */
  readonly #leaving = new Set<Promise<void>>();
  readonly #watching: GovernorWatching;
  #counts: ReadonlyMap<string, number> = new Map();
  #stopping = false;

  constructor(deps: ShardDeps, watching: GovernorWatching) {
    this.#deps = deps;
    this.#watching = watching;
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
    this.#stopping = true;
    for (const shard of [...this.#shards.keys()]) this.revoked(shard);
    await Promise.all(this.#leaving);
    await this.#deps.log.leave();
  }

  assigned(number: number): void {
    // What is assigned while we leave is assigned to others as soon as we have left.
    if (this.#stopping || this.#shards.has(number)) return;
    const layout = shardLayout(number, this.#deps.settings, this.#counts);
    const shard = new Shard(this.#deps, layout);
    this.#shards.set(number, shard);
    shard.ended.catch((error: Error) => this.#watching.onFailed(error));
  }

  revoked(number: number): void {
    const shard = this.#shards.get(number);
    if (!shard) return;
    this.#shards.delete(number);
    const leaving = shard.stop().catch(() => undefined);
    this.#leaving.add(leaving);
    void leaving.then(() => {
      this.#leaving.delete(leaving);
      // It may have come back while its last turn was still being finished.
      if (!this.#shards.has(number)) this.#deps.observer.stateChanged(number, 'stopped');
    });
  }

  membership(isMember: boolean): void {
    this.#watching.onMembership(isMember);
  }

  failed(error: Error): void {
    this.#watching.onFailed(error);
  }
}
