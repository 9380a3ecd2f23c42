import { TactError } from '../../src/kernel/errors.ts';
import { type Duration, SECOND } from '../../src/kernel/time.ts';
import type { MemoryLog } from '../../src/memory/memory-log.ts';
import type { TopicOffset, TopicPartition } from '../../src/model/record.ts';
import type {
  Fetched,
  FetchedRecords,
  FetchTarget,
  Log,
  OutputSlice,
  ShardOwner,
  ShardProducer,
  Transaction,
} from '../../src/shard/log.ts';
import type { Network } from './network.ts';

/** How long a process waits for the broker. */
const TIMEOUT: Duration = 6 * SECOND;
/** An answer that came too late for its call is given to the next one that asks the same, within this time. */
const KEPT: Duration = 30 * SECOND;

/** The log of one simulated process: the one in memory, at the other end of a network. */
export class SimulatedLog implements Log {
  readonly #inner: MemoryLog;
  readonly #network: Network;
  readonly #wrapOwner: (owner: ShardOwner) => ShardOwner;
  readonly #onJoined: () => void;
  /** Partitions of which nothing is told although they have records, as when a client has lost its way in them. */
  #mute: readonly TopicPartition[] = [];
  readonly #late = new Map<string, { readonly answer: FetchedRecords; readonly askedAt: Duration }>();
  readonly #elapsed: () => Duration;

  /** `wrapOwner`: how the owner is told, some time later. */
  constructor(
    inner: MemoryLog,
    network: Network,
    wrapOwner: (owner: ShardOwner) => ShardOwner,
    onJoined: () => void,
    elapsed: () => Duration,
  ) {
    this.#inner = inner;
    this.#network = network;
    this.#wrapOwner = wrapOwner;
    this.#onJoined = onJoined;
    this.#elapsed = elapsed;
  }

  /** Until a producer is opened. */
  mute(place: TopicPartition): void {
    this.#mute = [...this.#mute, place];
  }

  partitionCounts(topics: readonly string[]): Promise<ReadonlyMap<string, number>> {
    return this.#call('metadata', () => this.#inner.partitionCounts(topics));
  }

  join(owner: ShardOwner): Promise<void> {
    return this.#call('join', async () => {
      await this.#inner.join(this.#wrapOwner(owner));
      this.#onJoined();
    });
  }

  /** What is not heard is found out by the group. */
  async leave(): Promise<void> {
    await this.#call('leave', () => this.#inner.leave()).catch(() => undefined);
  }

  confirmMembership(signal: AbortSignal): Promise<void> {
    const confirm = async () => {
      await this.#inner.confirmMembership(signal);
      this.#onJoined();
    };
    return this.#call('confirm', confirm, { signal });
  }

  async fetch(
    targets: readonly FetchTarget[],
    options: { maxWaitMs: number; signal: AbortSignal },
  ): Promise<Fetched[]> {
    const { signal, maxWaitMs } = options;
    const kept = targets.flatMap((target) => this.#takeLate(target) ?? []);
    if (kept.length > 0) return kept;
    const askedAt = this.#elapsed();
    const fetch = async () => {
      const answers = (await this.#inner.fetch(targets, options)).map((each) => this.#muted(each));
      for (const answer of answers)
        if (answer.kind === 'records') this.#late.set(placeOf(answer), { answer, askedAt });
      return answers;
    };
    const answers = await this.#call('fetch', fetch, { signal, waits: maxWaitMs });
    // They came in time.
    for (const answer of answers) this.#late.delete(placeOf(answer));
    return answers;
  }

  /** What came too late for the call that asked for it; it says what was true then. */
  #takeLate(target: FetchTarget): FetchedRecords | undefined {
    const late = this.#late.get(placeOf(target));
    this.#late.delete(placeOf(target));
    const age = this.#elapsed() - (late?.askedAt ?? 0);
    if (late?.answer.from !== target.offset || age > KEPT) return undefined;
    this.#network.count('answered late: fetch');
    return { ...late.answer, askedBefore: age };
  }

  async openProducer(shard: number): Promise<ShardProducer> {
    const producer = await this.#call('open', () => this.#inner.openProducer(shard));
    this.#mute = [];
    return { begin: async () => this.#transaction(await producer.begin()), close: () => producer.close() };
  }

  groupOffsets(partitions: readonly TopicPartition[]): Promise<TopicOffset[]> {
    return this.#call('group-offsets', () => this.#inner.groupOffsets(partitions));
  }

  async saveGroupOffsets(offsets: readonly TopicOffset[]): Promise<void> {
    await this.#call('save-offsets', () => this.#inner.saveGroupOffsets(offsets)).catch(() => undefined);
  }

  #muted(fetched: Fetched): Fetched {
    const { topic, partition, from } = fetched;
    const isMute = this.#mute.some((place) => place.topic === topic && place.partition === partition);
    if (!isMute || fetched.kind === 'out-of-range') return fetched;
    return { ...fetched, records: [], nextOffset: from };
  }

  #transaction(inner: Transaction): Transaction {
    return {
      send: (slices: readonly OutputSlice[]) =>
        this.#call('send', () => inner.send(slices), {
          late: () => new TactError('transaction-failed', 'a send was not answered'),
        }),
      commit: () =>
        this.#call('commit', () => inner.commit(), {
          late: () => new TactError('commit-ambiguous', 'a commit was not answered'),
        }),
      abort: () => this.#call('abort', () => inner.abort()),
    };
  }

  #call<T>(
    name: string,
    effect: () => Promise<T>,
    {
      signal,
      waits = 0,
      late = () => new TactError('kafka-unreachable', `${name} was not answered`),
    }: { signal?: AbortSignal; waits?: Duration; late?: () => Error } = {},
  ): Promise<T> {
    return this.#network.call({
      server: 'kafka',
      name,
      timeout: TIMEOUT + waits,
      effect,
      late,
      ...(signal && { signal }),
    });
  }
}

function placeOf({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`;
}
