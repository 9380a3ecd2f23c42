import { randomUUID } from 'node:crypto';
import type { LogRecord, OutputRecord, TopicPartition } from '../../src/model/record.ts';
import type { Fetched, FetchedRecords, FetchTarget, Log, ShardOwner } from '../../src/shard/log.ts';
import type { LogFixture } from './log-fixture.ts';

/** One test's topics and processes over the shared fixture. */
export class LogScene {
  readonly #fixture: LogFixture;
  readonly #id = randomUUID().slice(0, 8);
  readonly #logs: Log[] = [];

  constructor(fixture: LogFixture) {
    this.#fixture = fixture;
  }

  /** Creates a topic that no other test has. */
  async topic(name: string, partitions = 1): Promise<string> {
    const topic = `contract-${this.#id}-${name}`;
    await this.#fixture.createTopics({ [topic]: partitions });
    return topic;
  }

  /** A process of the test's only group; a process of another application has its own producers. */
  async log(shardTopic: string, application = 'app'): Promise<Log> {
    const applicationId = `${application}-${this.#id}`;
    const log = await this.#fixture.openLog({ applicationId, groupId: `group-${this.#id}`, shardTopic });
    this.#logs.push(log);
    return log;
  }

  append(topic: string, records: readonly OutputRecord[], partition = 0): Promise<void> {
    return this.#fixture.append(topic, partition, records);
  }

  deleteRecordsBefore(topic: string, offset: number): Promise<void> {
    return this.#fixture.deleteRecordsBefore(topic, 0, offset);
  }

  async close(): Promise<void> {
    await Promise.all(this.#logs.map((log) => log.leave()));
  }
}

/** Notes what it is told. */
export class RecordingOwner implements ShardOwner {
  readonly owned = new Set<number>();
  /** `+shard` and `-shard`, in order. */
  readonly told: string[] = [];
  readonly failures: Error[] = [];

  assigned(shard: number): void {
    this.told.push(`+${shard}`);
    this.owned.add(shard);
  }

  revoked(shard: number): void {
    this.told.push(`-${shard}`);
    this.owned.delete(shard);
  }

  failed(error: Error): void {
    this.failures.push(error);
  }
}

export function record(value: string, key = 'k'): OutputRecord {
  return { key: Buffer.from(key), value: Buffer.from(value), headers: [], timestamp: Date.now() };
}

export function records(count: number): OutputRecord[] {
  return Array.from({ length: count }, (_, n) => record(`v${n}`));
}

export const values = (of: readonly LogRecord[]): string[] => of.map(({ value }) => String(value));

const never = new AbortController().signal;

export function fetch(
  log: Log,
  targets: readonly FetchTarget[],
  { maxWaitMs = 5_000, signal = never }: { maxWaitMs?: number; signal?: AbortSignal } = {},
): Promise<Fetched[]> {
  return log.fetch(targets, { maxWaitMs, signal });
}

/** One fetch of one partition, which must answer with records or none. */
export async function fetchOne(
  log: Log,
  place: TopicPartition,
  offset = 0,
  maxWaitMs = 5_000,
): Promise<FetchedRecords> {
  const [fetched] = await fetch(log, [{ ...place, offset }], { maxWaitMs });
  if (fetched?.kind !== 'records')
    throw new Error(`expected records of ${place.topic}, got ${fetched?.kind}`);
  return fetched;
}

/** Reads on from `from` until `nextOffset` reaches the end that the log names, ten seconds at most. */
export async function readToEnd(
  log: Log,
  place: TopicPartition,
  from = 0,
): Promise<{ records: LogRecord[]; nextOffset: number; fetches: number }> {
  const deadline = Date.now() + 10_000;
  const all: LogRecord[] = [];
  let nextOffset = from;
  for (let fetches = 1; Date.now() < deadline; fetches += 1) {
    const [fetched] = await fetch(log, [{ ...place, offset: nextOffset }], { maxWaitMs: 200 });
    // A log that is slow, or new to the partition, has not answered yet.
    if (fetched === undefined) continue;
    if (fetched.kind !== 'records')
      throw new Error(`expected records of ${place.topic}, got ${fetched.kind}`);
    all.push(...fetched.records);
    nextOffset = fetched.nextOffset;
    if (nextOffset >= fetched.highWatermark) return { records: all, nextOffset, fetches };
  }
  throw new Error(`the end of ${place.topic}/${place.partition} is not reached: stuck at ${nextOffset}`);
}

/** Sends to partition 0 of the topic in a transaction of its own. */
export async function sendCommitted(log: Log, topic: string, toSend: readonly OutputRecord[]): Promise<void> {
  const producer = await log.openProducer(0);
  const transaction = await producer.begin();
  await transaction.send([{ topic, partition: 0, records: toSend }]);
  await transaction.commit();
  await producer.close();
}

/** Polls until the fact holds. */
export async function until(fact: () => boolean, what: string, withinMs = 30_000): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!fact()) {
    if (Date.now() > deadline) throw new Error(`not within ${withinMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
