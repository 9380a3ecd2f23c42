import { assert, TactError } from '../kernel/errors.ts';
import type { TopicOffset, TopicPartition } from '../model/record.ts';
import type { Fetched, FetchTarget, Log, ShardOwner, ShardProducer } from '../shard/log.ts';
import type { ConsumerGroup } from './consumer-group.ts';
import { type Fault, PlannedFaults } from './fault.ts';
import { Lifeline } from './lifeline.ts';
import type { MemoryPartition } from './memory-partition.ts';
import { MemoryProducer, type ProducerCall } from './memory-producer.ts';
import type { Scheduler } from './scheduler.ts';
import type { TransactionCoordinator } from './transaction-coordinator.ts';

/** What a log instance shares with the others of its broker. */
export interface BrokerSide {
  readonly memberId: string;
  readonly applicationId: string;
  readonly group: ConsumerGroup;
  readonly coordinator: TransactionCoordinator;
  readonly scheduler: Scheduler;
  readonly fetchRecordsMax: number;
  find(topic: string, partition: number): MemoryPartition;
  partitionCount(topic: string): number;
}

/** One process's log over a broker in memory. */
export class MemoryLog implements Log {
  readonly #broker: BrokerSide;
  readonly #lifeline = new Lifeline();
  readonly #faults = new PlannedFaults<ProducerCall>();
  #owner: ShardOwner | undefined;
  /** Shards that the group took away without telling. */
  #lost: ReadonlySet<number> = new Set();

  constructor(broker: BrokerSide) {
    this.#broker = broker;
  }

  async partitionCounts(topics: readonly string[]): Promise<ReadonlyMap<string, number>> {
    await this.#lifeline.check();
    return new Map(topics.map((topic) => [topic, this.#broker.partitionCount(topic)]));
  }

  async join(owner: ShardOwner): Promise<void> {
    assert(!this.#owner, 'a log joins its group once');
    await this.#lifeline.check();
    this.#owner = owner;
    this.#broker.group.join(this.#broker.memberId, owner);
  }

  async leave(): Promise<void> {
    if (this.#lifeline.crashed) return this.#lifeline.check();
    this.#lifeline.close();
    this.#tellLost();
    this.#broker.group.leave(this.#broker.memberId);
  }

  async confirmMembership(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    await this.#lifeline.check();
    if (!this.#owner)
      throw new TactError('not-a-member', 'this process has not joined its group; join first');
    if (this.#broker.group.has(this.#broker.memberId)) return;
    this.#tellLost();
    this.#broker.group.join(this.#broker.memberId, this.#owner);
  }

  async fetch(
    targets: readonly FetchTarget[],
    options: { maxWaitMs: number; signal: AbortSignal },
  ): Promise<Fetched[]> {
    await this.#broker.scheduler.breathe('fetch');
    await this.#lifeline.check();
    options.signal.throwIfAborted();
    const places = targets.map(({ topic, partition, offset }) => ({
      partition: this.#broker.find(topic, partition),
      offset,
    }));
    const hasNews = () => places.some(({ partition, offset }) => partition.hasNewsAt(offset));
    if (!hasNews() && options.maxWaitMs > 0) {
      await this.#waitFor(hasNews, new Set(places.map(({ partition }) => partition)), options);
      await this.#lifeline.check();
    }
    return places.map(({ partition, offset }) => partition.fetch(offset, this.#broker.fetchRecordsMax));
  }

  async openProducer(shard: number): Promise<ShardProducer> {
    const { applicationId, coordinator, scheduler } = this.#broker;
    await scheduler.breathe('open-producer');
    await this.#lifeline.check();
    const id = `${applicationId}-${shard}`;
    const epoch = coordinator.initialise(id);
    return new MemoryProducer({
      id,
      epoch,
      coordinator,
      scheduler,
      lifeline: this.#lifeline,
      faults: this.#faults,
    });
  }

  async groupOffsets(partitions: readonly TopicPartition[]): Promise<TopicOffset[]> {
    await this.#lifeline.check();
    return this.#broker.group.offsets(partitions);
  }

  async saveGroupOffsets(offsets: readonly TopicOffset[]): Promise<void> {
    if (this.#lifeline.alive) this.#broker.group.saveOffsets(offsets);
  }

  /** Ends the process as SIGKILL would: its calls never return, its transactions stay open, the group goes on without it. */
  crash(): void {
    this.#lifeline.crash();
    this.#broker.group.expel(this.#broker.memberId);
  }

  /** Lets the group forget this process without telling it, as when it is stopped past its session time-out. */
  expireSession(): void {
    this.#lost = this.#broker.group.expel(this.#broker.memberId);
  }

  /** Makes the next such call of this process go wrong; several wait in order. */
  failNext(call: ProducerCall, fault: Fault): void {
    this.#faults.plan(call, fault);
  }

  #tellLost(): void {
    for (const shard of this.#lost) this.#owner?.revoked(shard);
    this.#lost = new Set();
  }

  #waitFor(
    isDone: () => boolean,
    partitions: ReadonlySet<MemoryPartition>,
    { maxWaitMs, signal }: { maxWaitMs: number; signal: AbortSignal },
  ): Promise<void> {
    return new Promise((resolve, reject) => {
      const undo: (() => void)[] = [];
      const finish = (settle: () => void) => {
        for (const step of undo) step();
        settle();
      };
      const onAbort = () => finish(() => reject(signal.reason));
      const onChange = () => isDone() && finish(resolve);
      for (const partition of partitions) undo.push(partition.onChange(onChange));
      signal.addEventListener('abort', onAbort, { once: true });
      undo.push(
        () => signal.removeEventListener('abort', onAbort),
        this.#lifeline.onEnd(() => finish(resolve)),
        this.#broker.scheduler.after(maxWaitMs, () => finish(resolve)),
      );
    });
  }
}
