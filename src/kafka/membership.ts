import type { Consumer, Kafka } from 'kafkajs';
import { TactError } from '../kernel/errors.ts';
import type { TopicOffset } from '../model/record.ts';
import type { ShardOwner } from '../shard/log.ts';
import { shardAssigner } from './assigner.ts';
import { createClient } from './client.ts';
import { isAway, tactError } from './kafka-error.ts';
import type { KafkaSettings, LogLine } from './settings.ts';

/** What the group subscribes to; the changelog tells how many shards there are. */
export interface GroupTopics {
  readonly subscribe: readonly string[];
  readonly changelog: string;
}

interface Waiter {
  readonly since: number;
  readonly confirm: () => void;
}

const IDLE_LOOP_MS = 250;
const COMMIT_WAIT_MS = 2_000;
const LEAVE_WAIT_MS = 5_000;
const REJOIN_PAUSE_MS = 1_000;
const ASK_PAUSE_MS = 200;

/**
 * This process in the consumer group. The library's consumer joins, heartbeats and is assigned partitions; it never reads
 * a record: everything assigned is paused in the listener that runs before its first fetch.
 */
export class Membership {
  readonly #settings: KafkaSettings;
  readonly #topics: GroupTopics;
  readonly #logLine: LogLine;
  readonly #shards = new Set<number>();
  readonly #waiters = new Set<Waiter>();
  #owner: ShardOwner | undefined;
  #consumer: Consumer | undefined;
  #memberId: string | undefined;
  #sentAt = 0;
  #left = false;

  constructor(settings: KafkaSettings, topics: GroupTopics, logLine: LogLine) {
    this.#settings = settings;
    this.#topics = topics;
    this.#logLine = logLine;
  }

  /** Resolves after the first assignment. Throws when the group cannot be joined. */
  async join(owner: ShardOwner): Promise<void> {
    this.#owner = owner;
    await this.#start();
  }

  /** Resolves once the group has confirmed, after this call, that this process is a live member of it. */
  confirm(signal: AbortSignal): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      const end = (settle: () => void) => {
        this.#waiters.delete(waiter);
        signal.removeEventListener('abort', refuse);
        settle();
      };
      const waiter = { since: Date.now(), confirm: () => end(resolve) };
      const refuse = () => end(() => reject(this.#notConfirmed(signal.reason)));
      this.#waiters.add(waiter);
      if (signal.aborted) return refuse();
      signal.addEventListener('abort', refuse, { once: true });
      void this.#askGroup(waiter);
    });
  }

  #notConfirmed(cause: unknown): TactError {
    return new TactError('not-a-member', `group ${this.#settings.groupId} did not confirm this process`, {
      cause,
    });
  }

  /** Best effort. */
  async commit(offsets: readonly TopicOffset[]): Promise<void> {
    const texts = offsets.map(({ topic, partition, offset }) => ({
      topic,
      partition,
      offset: String(offset),
    }));
    const committed = this.#consumer?.commitOffsets(texts).catch(() => undefined);
    await within(COMMIT_WAIT_MS, committed);
  }

  async leave(): Promise<void> {
    this.#left = true;
    this.#update(new Set());
    await within(
      LEAVE_WAIT_MS,
      this.#consumer?.disconnect().catch(() => undefined),
    );
  }

  async #start(): Promise<void> {
    const client = createClient(this.#settings, this.#logLine, {
      retries: 8,
      initialRetryTime: 100,
      maxRetryTime: 2_000,
    });
    const consumer = this.#createConsumer(client);
    this.#consumer = consumer;
    const joined = this.#listen(consumer);
    joined.catch(() => undefined);
    try {
      await consumer.connect();
      await consumer.subscribe({ topics: this.#subscribed(), fromBeginning: true });
      await consumer.run({ autoCommit: false, eachBatchAutoResolve: false, eachBatch: neverCalled });
    } catch (error) {
      await consumer.disconnect().catch(() => undefined);
      throw tactError(`cannot join group ${this.#settings.groupId}`, error);
    }
    await joined;
  }

  #createConsumer(client: Kafka): Consumer {
    const { groupId, sessionTimeoutMs, rebalanceTimeoutMs, heartbeatIntervalMs, metadataMaxAgeMs } =
      this.#settings;
    return client.consumer({
      groupId,
      sessionTimeout: sessionTimeoutMs,
      rebalanceTimeout: rebalanceTimeoutMs,
      heartbeatInterval: heartbeatIntervalMs,
      metadataMaxAge: metadataMaxAgeMs,
      maxWaitTimeInMs: IDLE_LOOP_MS,
      allowAutoTopicCreation: false,
      partitionAssigners: [shardAssigner(this.#topics.changelog, () => [...this.#shards])],
    });
  }

  #subscribed(): string[] {
    return [...new Set([...this.#topics.subscribe, this.#topics.changelog])];
  }

  /** Resolves with the first assignment, rejects when the consumer has crashed for good before it. */
  #listen(consumer: Consumer): Promise<void> {
    const { events } = consumer;
    consumer.on(events.REQUEST, ({ payload }) => {
      if (payload.apiName === 'Heartbeat' || payload.apiName === 'SyncGroup') this.#sentAt = payload.sentAt;
    });
    consumer.on(events.HEARTBEAT, () => this.#confirmed());
    return new Promise((resolve, reject) => {
      let joinedOnce = false;
      consumer.on(events.GROUP_JOIN, ({ payload }) => {
        consumer.pause(this.#subscribed().map((topic) => ({ topic })));
        joinedOnce = true;
        this.#memberId = payload.memberId;
        if (!this.#left) this.#update(new Set(payload.memberAssignment[this.#topics.changelog] ?? []));
        this.#confirmed();
        resolve();
      });
      consumer.on(events.CRASH, ({ payload }) => {
        if (payload.restart || this.#left) return;
        if (joinedOnce) this.#crashed(payload.error);
        else reject(tactError(`cannot join group ${this.#settings.groupId}`, payload.error));
      });
    });
  }

  /** The consumer is dead. Brokers that are away come back, so a new one takes its place; anything else ends the process. */
  #crashed(error: Error): void {
    this.#memberId = undefined;
    if (!isAway(error)) {
      this.#owner?.failed(tactError('the group client crashed', error));
      return;
    }
    setTimeout(() => {
      if (!this.#left) this.#start().catch((again: Error) => this.#crashed(again));
    }, REJOIN_PAUSE_MS);
  }

  #update(assigned: ReadonlySet<number>): void {
    const revoked = [...this.#shards].filter((shard) => !assigned.has(shard));
    const added = [...assigned].filter((shard) => !this.#shards.has(shard));
    for (const shard of revoked) this.#shards.delete(shard);
    for (const shard of added) this.#shards.add(shard);
    for (const shard of revoked) this.#owner?.revoked(shard);
    for (const shard of added) this.#owner?.assigned(shard);
  }

  /** A sign of life counts only for those who asked before it was sent: one in flight may be from before a long pause. */
  #confirmed(): void {
    for (const { since, confirm } of this.#waiters) if (since <= this.#sentAt) confirm();
  }

  /** Asks the coordinator again and again, which is quicker than the next heartbeat. */
  async #askGroup(waiter: Waiter): Promise<void> {
    while (this.#waiters.has(waiter)) {
      if (await this.#isListed()) return waiter.confirm();
      await new Promise((resolve) => setTimeout(resolve, ASK_PAUSE_MS));
    }
  }

  async #isListed(): Promise<boolean> {
    try {
      const group = await this.#consumer?.describeGroup();
      const listed = group?.members.some(({ memberId }) => memberId === this.#memberId);
      return group?.state === 'Stable' && listed === true;
    } catch {
      return false;
    }
  }
}

async function neverCalled(): Promise<void> {}

/** Waits for work that never rejects, but not for longer than this. */
async function within(ms: number, work: Promise<unknown> | undefined): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeUp = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([work, timeUp]);
  clearTimeout(timer);
}
