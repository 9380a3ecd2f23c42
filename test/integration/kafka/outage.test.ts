import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createKafkaLog, type KafkaLog } from '../../../src/kafka/kafka-log.ts';
import { createTopics } from '../../../src/kafka/topics.ts';
import type { ShardProducer } from '../../../src/shard/log.ts';
import { type RunningKafka, startKafka } from '../../stack/stack.mjs';
import { testSettings, textRecord } from '../../support/kafka-log.ts';

const STALL_MS = 4_000;
const silently = () => undefined;
const signal = new AbortController().signal;

async function until(what: string, fact: () => unknown): Promise<void> {
  const deadline = performance.now() + 60_000;
  while (!(await fact())) {
    if (performance.now() > deadline) throw new Error(`within a minute it did not come true: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Reads and writes as a shard does, and begins anew after each error. */
class Traffic {
  read = 0;
  written = 0;
  readonly errors: { code: string }[] = [];
  #stopped = false;
  readonly #ended: Promise<unknown>;

  constructor(log: KafkaLog) {
    this.#ended = Promise.all([this.#again(() => this.#readOn(log)), this.#again(() => this.#writeOn(log))]);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#ended;
  }

  async #again(work: () => Promise<void>): Promise<void> {
    while (!this.#stopped) {
      await work().catch((error) => this.errors.push(error));
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async #readOn(log: KafkaLog): Promise<void> {
    while (!this.#stopped) {
      const target = { topic: 'state', partition: 0, offset: this.read };
      const [fetched] = await log.fetch([target], { maxWaitMs: 300, signal });
      if (fetched?.kind === 'records') this.read = fetched.nextOffset;
    }
  }

  async #writeOn(log: KafkaLog): Promise<void> {
    let producer: ShardProducer | undefined;
    try {
      producer = await log.openProducer(0);
      while (!this.#stopped) {
        const transaction = await producer.begin();
        await transaction.send([{ topic: 'state', partition: 0, records: [textRecord(`${this.written}`)] }]);
        await transaction.commit();
        this.written += 1;
      }
    } finally {
      await producer?.close();
    }
  }
}

describe('while Kafka is away', { timeout: 300_000 }, () => {
  const dir = mkdtempSync(join(tmpdir(), 'tact-outage-'));
  const told: string[] = [];
  let broker: RunningKafka;
  let log: KafkaLog;

  beforeAll(async () => {
    broker = await startKafka({ dir, heapMb: 384 });
    const settings = testSettings('outage', {
      brokers: [broker.address],
      requestTimeoutMs: 2_000,
      connectionTimeoutMs: 2_000,
      sessionTimeoutMs: 3_000,
      rebalanceTimeoutMs: 3_000,
    });
    await createTopics(settings, [{ topic: 'state', partitions: 2, settings: {} }], silently);
    log = await createKafkaLog(settings, { subscribe: [], changelog: 'state' }, silently);
    await log.join({
      assigned: (shard) => told.push(`+${shard}`),
      revoked: (shard) => told.push(`-${shard}`),
      membership: (isMember) => told.push(isMember ? 'member' : 'no member'),
      failed: (error) => told.push(error.message),
    });
  });

  afterAll(async () => {
    await log?.leave();
    await broker?.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  it('everything goes on by itself when a broker that stood still goes on, twice', async () => {
    expect(told).toEqual(['+0', '+1', 'member']);
    const traffic = new Traffic(log);
    for (const time of ['once', 'twice']) {
      const before = { ...traffic };
      const errors = traffic.errors.length;
      await until(`it flows, ${time}`, () => traffic.written > before.written && traffic.read > before.read);
      broker.signal('SIGSTOP');
      const stalledAt = performance.now();
      await until('it is out of the group', () => told.at(-1) === 'no member');
      await until('it says so', () => traffic.errors.length > errors);
      await until('it stood still long enough', () => performance.now() - stalledAt > STALL_MS);
      broker.signal('SIGCONT');
      const { written, read } = traffic;
      const goesOnAt = performance.now();
      await until('it writes', () => traffic.written > written);
      await until('it reads', () => traffic.read > read);
      await until('it is a member', () => told.at(-1) === 'member');
      await log.confirmMembership(AbortSignal.timeout(30_000));
      expect(performance.now() - goesOnAt).toBeLessThan(30_000);
    }
    await traffic.stop();
    expect(told.filter((what) => /^[+-]/.test(what))).toEqual(['+0', '+1']);
  });

  it('says that it is unreachable when it has died, and goes on when it is started again', async () => {
    const fetch = () => log.fetch([{ topic: 'state', partition: 1, offset: 0 }], { maxWaitMs: 300, signal });
    expect(await fetch()).toMatchObject([{ records: [], nextOffset: 0 }]);
    broker.signal('SIGKILL');
    await broker.ended;
    await expect(fetch()).rejects.toMatchObject({ code: 'kafka-unreachable' });
    await expect(log.openProducer(1)).rejects.toMatchObject({ code: 'kafka-unreachable' });
    await expect(log.confirmMembership(AbortSignal.timeout(500))).rejects.toMatchObject({
      code: 'not-a-member',
    });

    broker = await startKafka({ dir, heapMb: 384 });
    await until('it answers', () => fetch().catch(() => undefined));
    await log.confirmMembership(AbortSignal.timeout(40_000));
    expect(told.filter((what) => /^[+-]/.test(what))).toEqual(['+0', '+1']);
  });
});
