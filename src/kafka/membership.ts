import type { Consumer, Kafka } from 'kafkajs';
import { TactError } from '../kernel/errors.ts';
import type { TopicOffset } from '../model/record.ts';
import type { ShardOwner } from '../shard/log.ts';
import { shardAssigner } from './assigner.ts';
import { createClient } from './client.ts';
import { isAway, tactError } from './kafka-error.ts';
import { MembershipSign } from './membership-sign.ts';
import { OffsetCommits } from './offset-commits.ts';
import type { KafkaSettings, LogLine } from './settings.ts';
import { within } from './time-limit.ts';

/** What the group subscribes to; the changelog tells how many shards there are. */
export interface GroupTopics {
  readonly subscribe: readonly string[];
  readonly changelog: string;
}

interface Waiter {
  /** Signs of life that came after it asked. */
  signs: number;
  readonly confirm: () => void;
}

const IDLE_LOOP_MS = 250;
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
  readonly #commits = new OffsetCommits((offsets) => this.#commit(offsets));
  readonly #sign: MembershipSign;
  #owner: ShardOwner | undefined;
  #consumer: Consumer | undefined;
  #memberId: string | undefined;
  #left = false;

  constructor(settings: KafkaSettings, topics: GroupTopics, logLine: LogLine) {
    this.#settings = settings;
    this.#topics = topics;
    this.#logLine = logLine;
    this.#sign = new MembershipSign(settings.sessionTimeoutMs, (isMember) =>
      this.#owner?.membership?.(isMember),
    );
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
      const waiter: Waiter = { signs: 0, confirm: () => end(resolve) };
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

  /** Best effort: never throws. */
  save(offsets: readonly TopicOffset[]): Promise<void> {
    return this.#commits.save(offsets);
  }

  async #commit(offsets: readonly TopicOffset[]): Promise<void> {
    if (!this.#consumer) throw this.#notConfirmed(undefined);
    await this.#consumer.commitOffsets(offsets.map((each) => ({ ...each, offset: String(each.offset) })));
  }

  async leave(): Promise<void> {
    this.#left = true;
    this.#update(new Set());
    this.#sign.lost();
    await within(LEAVE_WAIT_MS, this.#consumer?.disconnect());
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
    consumer.on(events.HEARTBEAT, () => this.#confirmed());
    consumer.on(events.REBALANCING, () => this.#sign.lost());
    consumer.on(events.DISCONNECT, () => this.#sign.lost());
    return new Promise((resolve, reject) => {
      let joinedOnce = false;
      consumer.on(events.GROUP_JOIN, ({ payload }) => {
        consumer.pause(this.#subscribed().map((topic) => ({ topic })));
        joinedOnce = true;
        this.#memberId = payload.memberId;
        this.#commits.forget();
        if (!this.#left) this.#update(new Set(payload.memberAssignment[this.#topics.changelog] ?? []));
        this.#confirmed();
        resolve();
      });
      consumer.on(events.CRASH, ({ payload }) => {
        this.#sign.lost();
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

  /**
   * One sign of life after the question may have been given before it, and read after a long pause. The second was asked
   * for when the first had come, since there is never more than one under way.
   */
  #confirmed(): void {
    if (!this.#left) this.#sign.confirmed();
    for (const waiter of this.#waiters) {
      waiter.signs += 1;
      if (waiter.signs > 1) waiter.confirm();
    }
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
