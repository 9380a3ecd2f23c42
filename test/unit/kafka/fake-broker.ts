import { encodeBatch } from '../../../src/kafka/batch-encoder.ts';
import type { FetchAsk } from '../../../src/kafka/cluster.ts';
import type { FetchedPartition, FetchResponse } from '../../../src/kafka/fetch-response.ts';
import type { FetchSource } from '../../../src/kafka/fetcher.ts';
import { TactError } from '../../../src/kernel/errors.ts';
import type { TopicPartition } from '../../../src/model/record.ts';

/** Brokers whose answers the test gives one by one. */
export class Broker implements FetchSource {
  readonly asks: {
    node: string;
    ask: FetchAsk;
    answer(response: FetchResponse): void;
    fail(error: unknown): void;
  }[] = [];
  /** Of every partition that `leaders` does not name. */
  leader: string | undefined = '1';
  leaders: Record<number, string> = {};
  refreshed = 0;
  readonly dropped: string[] = [];
  async know(): Promise<void> {}
  async refresh(): Promise<void> {
    this.refreshed++;
    this.leader ??= '1';
  }
  leaderOf(place: TopicPartition): string | undefined {
    if (place.topic === 'gone') throw new TactError('kafka-refused', 'no such topic');
    return this.leaders[place.partition] ?? this.leader;
  }
  fetch(node: string, ask: FetchAsk): Promise<FetchResponse> {
    return new Promise((answer, fail) => this.asks.push({ node, ask, answer, fail }));
  }
  async bounds() {
    return [{ start: 5, end: 9 }];
  }
  async drop(node: string): Promise<void> {
    this.dropped.push(node);
  }
  async asked(count: number) {
    const deadline = Date.now() + 5_000;
    while (this.asks.length < count) {
      if (Date.now() > deadline) throw new Error(`the broker was asked ${this.asks.length} times`);
      await new Promise((resolve) => setImmediate(resolve));
    }
    return this.asks[count - 1] as Broker['asks'][number];
  }
}

export const LIMITS = { maxWaitMs: 80, giveUpMs: 30_000, partitionBytesMax: 1_000, bytesMax: 9_000 };
export const signal = new AbortController().signal;
const NOBODY = { producerId: -1n, producerEpoch: 0, firstSequence: 0, transactional: false };

export function recordSet(baseOffset: number, count: number): Buffer {
  const records = Array.from({ length: count }, () => ({
    key: null,
    value: null,
    headers: [],
    timestamp: 1,
  }));
  const batch = encodeBatch(records, NOBODY);
  batch.writeBigInt64BE(BigInt(baseOffset), 0);
  return batch;
}

export function holds(partition: number, change: Partial<FetchedPartition> = {}): FetchedPartition {
  const empty = {
    errorCode: 0,
    highWatermark: 9,
    lastStableOffset: 9,
    logStartOffset: 0,
    aborted: [],
    recordSet: Buffer.alloc(0),
  };
  return { topic: 'in', partition, ...empty, ...change };
}

export const response = (...partitions: FetchedPartition[]): FetchResponse => ({
  clientSideThrottleTime: 0,
  errorCode: 0,
  partitions,
});
export const at = (partition: number, offset = 0) => ({ topic: 'in', partition, offset });
export const placesOf = (ask: FetchAsk) =>
  ask.targets.map(({ partition, offset }) => `${partition}@${offset}`).sort();
