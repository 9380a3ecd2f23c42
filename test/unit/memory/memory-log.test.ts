import { describe, expect, it } from 'vitest';
import { createMemoryBroker, type MemoryBroker } from '../../../src/memory/memory-broker.ts';
import type { MemoryLog } from '../../../src/memory/memory-log.ts';
import type { OutputRecord } from '../../../src/model/record.ts';
import type { ShardOwner } from '../../../src/shard/log.ts';

const record = (value: string): OutputRecord => ({
  key: null,
  value: Buffer.from(value),
  headers: [],
  timestamp: 1,
});
const logOf = (broker: MemoryBroker): MemoryLog =>
  broker.createLog({ applicationId: 'app', groupId: 'group', shards: 4 });
const values = (broker: MemoryBroker) => broker.read('t', 0).map(({ value }) => String(value));

class RecordingOwner implements ShardOwner {
  readonly told: string[] = [];
  assigned(shard: number): void {
    this.told.push(`+${shard}`);
  }
  revoked(shard: number): void {
    this.told.push(`-${shard}`);
  }
  failed(error: Error): void {
    this.told.push(error.message);
  }
}

async function sendAndCommit(log: MemoryLog, value: string): Promise<void> {
  const producer = await log.openProducer(0);
  const transaction = await producer.begin();
  await transaction.send([{ topic: 't', partition: 0, records: [record(value)] }]);
  await transaction.commit();
}

describe('MemoryLog', () => {
  it('commits although the reply is lost', async () => {
    const broker = createMemoryBroker({ topics: { t: 1 } });
    const log = logOf(broker);
    log.failNext('commit', 'lost-reply');
    await expect(sendAndCommit(log, 'x')).rejects.toMatchObject({
      code: 'commit-ambiguous',
    });
    expect(values(broker)).toEqual(['x']);
  });

  it('does not commit when the request is lost; the next producer aborts', async () => {
    const broker = createMemoryBroker({ topics: { t: 1 } });
    const log = logOf(broker);
    log.failNext('commit', 'lost-request');
    await expect(sendAndCommit(log, 'x')).rejects.toMatchObject({
      code: 'commit-ambiguous',
    });
    await log.openProducer(0);
    expect(values(broker)).toEqual([]);
    expect(broker.offsets('t', 0)).toMatchObject({
      lastStableOffset: 2,
      highWatermark: 2,
    });
  });

  it('commits when a late request arrives, unless a newer producer came first', async () => {
    const broker = createMemoryBroker({ topics: { t: 1 } });
    const log = logOf(broker);
    log.failNext('commit', 'late');
    await expect(sendAndCommit(log, 'x')).rejects.toMatchObject({
      code: 'commit-ambiguous',
    });
    expect(values(broker)).toEqual([]);
    expect(broker.deliverLate()).toBe(1);
    expect(values(broker)).toEqual(['x']);

    log.failNext('commit', 'late');
    await expect(sendAndCommit(log, 'y')).rejects.toMatchObject({
      code: 'commit-ambiguous',
    });
    await log.openProducer(0);
    expect(broker.deliverLate()).toBe(1);
    expect(values(broker)).toEqual(['x']);
  });

  it('lets a late commit end the next transaction of a producer that is used again', async () => {
    const broker = createMemoryBroker({ topics: { t: 1 } });
    const log = logOf(broker);
    const producer = await log.openProducer(0);
    const first = await producer.begin();
    log.failNext('commit', 'late');
    await expect(first.commit()).rejects.toMatchObject({
      code: 'commit-ambiguous',
    });
    const second = await producer.begin();
    await second.send([{ topic: 't', partition: 0, records: [record('half a turn')] }]);
    broker.deliverLate();
    expect(values(broker)).toEqual(['half a turn']);
  });

  it('appends nothing when a send is lost, and all of it when the reply is', async () => {
    const broker = createMemoryBroker({ topics: { t: 1 } });
    const log = logOf(broker);
    const transaction = await (await log.openProducer(0)).begin();
    for (const fault of ['lost-request', 'lost-reply'] as const) {
      log.failNext('send', fault);
      const sent = transaction.send([{ topic: 't', partition: 0, records: [record(fault)] }]);
      await expect(sent).rejects.toMatchObject({ code: 'transaction-failed' });
    }
    const appended = broker.read('t', 0, { isolation: 'read_uncommitted' });
    expect(appended.map(({ value }) => String(value))).toEqual(['lost-reply']);
  });

  it('gives the shards of a crashed process to the others and settles nothing', async () => {
    const broker = createMemoryBroker({ topics: { t: 1 } });
    const [dead, alive] = [logOf(broker), logOf(broker)];
    const [deadOwner, aliveOwner] = [new RecordingOwner(), new RecordingOwner()];
    await dead.join(deadOwner);
    await alive.join(aliveOwner);
    const transaction = await (await dead.openProducer(0)).begin();
    await transaction.send([{ topic: 't', partition: 0, records: [record('lost')] }]);
    dead.crash();
    expect(deadOwner.told).toEqual(['+0', '+1', '+2', '+3', '-2', '-3']);
    expect(aliveOwner.told).toEqual(['+2', '+3', '+0', '+1']);
    expect(broker.offsets('t', 0).lastStableOffset).toBe(0);
    await alive.openProducer(0);
    expect(broker.offsets('t', 0).lastStableOffset).toBe(2);
    expect(values(broker)).toEqual([]);
  });

  it('never answers a crashed process, also what was asked before', async () => {
    const broker = createMemoryBroker({ topics: { t: 1 } });
    const log = logOf(broker);
    const outcomes: string[] = [];
    const note = (name: string) => () => outcomes.push(name);
    const target = { topic: 't', partition: 0, offset: 0 };
    const waiting = log.fetch([target], {
      maxWaitMs: 60_000,
      signal: new AbortController().signal,
    });
    waiting.then(note('fetched'), note('fetch failed'));
    await new Promise((resolve) => setImmediate(resolve));
    log.crash();
    log.openProducer(0).then(note('opened'), note('open failed'));
    broker.append('t', 0, record('x'));
    await new Promise((resolve) => setImmediate(resolve));
    expect(outcomes).toEqual([]);
  });

  it('leaves a process whose session expired in the dark until it asks', async () => {
    const broker = createMemoryBroker({ topics: { t: 1 } });
    const [zombie, other] = [logOf(broker), logOf(broker)];
    const [zombieOwner, otherOwner] = [new RecordingOwner(), new RecordingOwner()];
    await zombie.join(zombieOwner);
    await other.join(otherOwner);
    zombieOwner.told.length = 0;
    otherOwner.told.length = 0;
    zombie.expireSession();
    expect(otherOwner.told).toEqual(['+0', '+1']);
    expect(zombieOwner.told).toEqual([]);
    await zombie.confirmMembership(new AbortController().signal);
    expect(zombieOwner.told).toEqual(['-0', '-1', '+2', '+3']);
    expect(otherOwner.told).toEqual(['+0', '+1', '-2', '-3']);
  });

  it('waits through the scheduler it is given', async () => {
    const timers: (() => void)[] = [];
    const scheduler = {
      after: (_delayMs: number, fire: () => void) => {
        timers.push(fire);
        return () => {};
      },
      breathe: () => undefined,
    };
    const broker = createMemoryBroker({ topics: { t: 1 }, scheduler });
    const target = { topic: 't', partition: 0, offset: 0 };
    const fetched = logOf(broker).fetch([target], {
      maxWaitMs: 5_000,
      signal: new AbortController().signal,
    });
    await Promise.resolve().then(() => {});
    await new Promise((resolve) => setImmediate(resolve));
    expect(timers).toHaveLength(1);
    timers[0]?.();
    await expect(fetched).resolves.toMatchObject([{ records: [], nextOffset: 0 }]);
  });
});
