import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TactError } from '../../../src/kernel/errors.ts';
import type { MemoryLog } from '../../../src/memory/memory-log.ts';
import type { LogRecord } from '../../../src/model/record.ts';
import { adoptShard } from '../../../src/shard/adopt.ts';
import { outputTopics, shardLayout, subscribedTopics } from '../../../src/shard/layout.ts';
import type { Log } from '../../../src/shard/log.ts';
import type { StateStore } from '../../../src/shard/state-store.ts';
import { policyOf } from '../../support/policies.ts';
import { SETTINGS, SHARDS, ShardWorld, type Told, until } from '../../support/shard-world.ts';
import { delegate, delegateLog, overTransactions } from '../../support/shard-wraps.ts';

const TWO_A_DAY = policyOf('  - { id: daily, for: { channel: email }, cap: { limit: 2, window: 1d } }');
const CUSTOMERS = Array.from({ length: 9 }, (_, i) => `customer-${i}`);

let world: ShardWorld;
beforeEach(() => {
  world = new ShardWorld();
});
afterEach(() => world.stop());

let appended = 0;
beforeEach(() => {
  appended = 0;
});

/** Asks for one e-mail to every customer. */
function ask(): void {
  for (const customerId of CUSTOMERS)
    world.append('requested', { customerId, channel: 'email' }, appended++ % 5);
}

async function settled(): Promise<void> {
  await until('every input has an outcome', () => world.outcomes().size === appended);
}

/** The promises: one outcome each, never above the limit, and the store the fold of the log. */
async function expectPromisesKept(): Promise<void> {
  await settled();
  for (const [source, outcomes] of world.outcomes()) expect([source, ...outcomes]).toHaveLength(2);
  expect(clearedPerCustomer()).toEqual(
    new Map(CUSTOMERS.map((id) => [id, Math.min(2, appended / CUSTOMERS.length)])),
  );
  for (let shard = 0; shard < SHARDS; shard++) {
    await until(`the store is the fold of shard ${shard}`, async () => {
      const view = await world.viewOf(shard);
      const fold = world.foldOf(shard);
      return view.size === fold.size && [...fold].every(([field, value]) => view.get(field) === value);
    });
  }
}

function clearedPerCustomer(): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { value } of world.read('cleared')) {
    const { customerId } = JSON.parse(String(value));
    counts.set(customerId, (counts.get(customerId) ?? 0) + 1);
  }
  return new Map([...counts].sort());
}

const calls = (told: readonly Told[], call: Told['call']) => told.filter((each) => each.call === call);
const acquiredFor = (told: readonly Told[], cause: string) =>
  calls(told, 'acquireStarted').some(({ args }) => args[1] === cause);

describe('a shard', () => {
  it('survives the crash of its process at any moment', async () => {
    for (let crash = 0; crash < 6; crash++) {
      const process = await world.start(TWO_A_DAY);
      ask();
      await until('something is decided', () => world.outcomes().size > crash * 3);
      world.crash(process);
    }
    await world.start(TWO_A_DAY);
    await expectPromisesKept();
  });

  it('settles a commit whose reply was lost, and decides nothing twice', async () => {
    const process = await world.start(TWO_A_DAY);
    ask();
    await settled();
    process.log.failNext('commit', 'lost-reply');
    ask();
    await expectPromisesKept();
    expect(acquiredFor(process.told, 'ambiguous')).toBe(true);
  });

  it('settles a commit that was never sent', async () => {
    const process = await world.start(TWO_A_DAY);
    ask();
    await settled();
    process.log.failNext('commit', 'lost-request');
    ask();
    await expectPromisesKept();
  });

  it('is not harmed by a commit that arrives when nobody waits for it', async () => {
    const process = await world.start(TWO_A_DAY);
    ask();
    await settled();
    process.log.failNext('commit', 'late');
    ask();
    await until('the shard was acquired again', () => acquiredFor(process.told, 'ambiguous'));
    world.broker.deliverLate();
    ask();
    world.broker.deliverLate();
    await expectPromisesKept();
  });

  it('sends the same apply again when its reply was lost', async () => {
    const process = await world.start(TWO_A_DAY);
    ask();
    await settled();
    world.store.failNext('apply', 'lost-reply');
    ask();
    await expectPromisesKept();
    expect(acquiredFor(process.told, 'redis')).toBe(false);
  });

  it('is acquired again when the store does not answer, and goes on by itself', async () => {
    const process = await world.start(TWO_A_DAY);
    ask();
    await settled();
    // So many that one of the shards must run out of tries.
    for (let tries = 0; tries < 3 * SHARDS; tries++) world.store.failNext('apply', 'lost-request');
    ask();
    await expectPromisesKept();
    expect(acquiredFor(process.told, 'redis')).toBe(true);
  });

  it('is not harmed by an apply that arrives late', async () => {
    const process = await world.start(TWO_A_DAY);
    ask();
    await settled();
    for (let tries = 0; tries < 3 * SHARDS; tries++) world.store.failNext('apply', 'late');
    ask();
    await until('the shard was acquired again', () => acquiredFor(process.told, 'redis'));
    world.store.deliverLate();
    ask();
    world.store.deliverLate();
    await expectPromisesKept();
  });

  it('notices at the next turn that the store was emptied, and brings it back from the log', async () => {
    const process = await world.start(TWO_A_DAY);
    ask();
    ask();
    await settled();
    world.store.clearAll();
    ask();
    await expectPromisesKept();
    expect(calls(process.told, 'watermarkMismatch').length).toBeGreaterThan(0);
  });

  it('notices that the store went back to an older state, and repairs it from there', async () => {
    const process = await world.start(TWO_A_DAY);
    ask();
    await settled();
    const snapshot = world.store.snapshot();
    ask();
    await settled();
    world.store.restore(snapshot);
    ask();
    await expectPromisesKept();
    expect(calls(process.told, 'watermarkMismatch').length).toBeGreaterThan(0);
    expect(calls(process.told, 'acquired').some(({ args }) => args[3] === false)).toBe(true);
  });

  it('moves to another process, and a zombie commits nothing', async () => {
    const zombie = await world.start(TWO_A_DAY);
    ask();
    await settled();
    zombie.log.expireSession(); // it still believes it owns every shard
    const heir = await world.start(TWO_A_DAY);
    await until('the heir has every shard', () => calls(heir.told, 'acquired').length >= SHARDS);
    ask();
    await expectPromisesKept();
  });

  it('is given back in order, so that its next owner has nothing to replay but the fence', async () => {
    const first = await world.start(TWO_A_DAY);
    ask();
    await settled();
    await first.governor.stop();
    const second = await world.start(TWO_A_DAY);
    ask();
    await expectPromisesKept();
    for (const { args } of calls(second.told, 'acquired')) expect(args[2]).toBe(1);
  });

  it('holds when there is no position though it has read before, and nothing is decided', async () => {
    const first = await world.start(TWO_A_DAY);
    ask();
    await settled();
    await until('group offsets are saved', async () => (await first.log.groupOffsets(places())).length > 0);
    await first.governor.stop();
    for (let shard = 0; shard < SHARDS; shard++) {
      // The changelog is re-created: its records are gone, the group's offsets are not.
      for (const { key } of world.broker.read('state', shard)) {
        if (key?.toString() === 'log') continue;
        world.broker.append('state', shard, { key, value: null, headers: [], timestamp: 0 });
      }
    }
    world.broker.compact('state');
    world.store.clearAll();
    const second = await world.start(TWO_A_DAY);
    await until('every shard holds', () => holds(second.told, 'position-lost') >= SHARDS);
    expect(world.outcomes().size).toBe(appended);
  });

  it('holds when the log no longer has the records that come next', async () => {
    const first = await world.start(TWO_A_DAY);
    ask();
    await settled();
    await first.governor.stop();
    ask();
    appended -= CUSTOMERS.length;
    for (let partition = 0; partition < 5; partition++) {
      world.broker.deleteRecordsBefore(
        'requested',
        partition,
        world.broker.offsets('requested', partition).highWatermark,
      );
    }
    const second = await world.start(TWO_A_DAY);
    await until('a shard holds', () => holds(second.told, 'position-lost') > 0);
    expect(world.outcomes().size).toBe(appended);
  });

  it('holds while its clock is far behind its last turn', async () => {
    const first = await world.start(TWO_A_DAY);
    ask();
    await settled();
    await first.governor.stop();
    world.now = Date.now() - 3_600_000;
    const second = await world.start(TWO_A_DAY);
    ask();
    await until('a shard holds', () => holds(second.told, 'clock') > 0);
    expect(world.outcomes().size).toBe(CUSTOMERS.length);
    world.now = undefined;
    await expectPromisesKept();
  });

  it('holds while its clock is far from the broker’s, and decides nothing', async () => {
    world.now = Date.now() + 3_600_000;
    const process = await world.start(TWO_A_DAY);
    ask();
    await until('every shard holds', () => holds(process.told, 'clock') >= SHARDS);
    expect(world.outcomes().size).toBe(0);
    world.now = undefined;
    await expectPromisesKept();
  });

  it('holds where the changelog does not bear the broker’s time, since any clock would agree with itself', async () => {
    const unstamped = new ShardWorld({}, { stamped: [] });
    const process = await unstamped.start(TWO_A_DAY);
    await until('every shard holds', () => holds(process.told, 'clock') >= SHARDS);
    await process.governor.stop();
  });

  it('decides nothing after its clock was set, and goes on when it is right again', async () => {
    const process = await world.start(TWO_A_DAY);
    ask();
    await settled();
    world.now = Date.now() + 3_000_000;
    ask();
    await until('a shard holds', () => holds(process.told, 'clock') > 0);
    expect(world.outcomes().size).toBe(CUSTOMERS.length);
    world.now = undefined;
    await expectPromisesKept();
  });

  it('believes a position only with the watermark that it was read with', async () => {
    const first = await world.start(TWO_A_DAY);
    ask();
    await settled();
    await first.governor.stop();
    const lost = new Set<number>();
    // The store is emptied between the last apply of an acquire and the reading of the position.
    const forgetful = (store: StateStore): StateStore => ({
      ...delegate(store),
      load: async (shard, fields) => {
        if (!lost.has(shard)) await store.clear(shard);
        lost.add(shard);
        return store.load(shard, fields);
      },
    });
    await world.start(TWO_A_DAY, { store: forgetful });
    ask();
    await expectPromisesKept();
    expect(lost.size).toBe(SHARDS);
  });

  it('leaves the store of a newer owner alone when it was overtaken', async () => {
    let release: () => void = () => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const held = new Set<number>();
    const late = await world.start(TWO_A_DAY, {
      store: (store) => ({
        ...delegate(store),
        view: async (shard) => {
          // The second look of an acquire comes right behind its fence.
          if (held.has(shard)) await gate;
          held.add(shard);
          return store.view(shard);
        },
      }),
    });
    await until('it stands behind its fences', () => world.read('state').filter(isFence).length >= SHARDS);
    late.log.expireSession();
    const owner = await world.start(TWO_A_DAY);
    ask();
    await settled();
    release();
    ask();
    await expectPromisesKept();
    expect(calls(owner.told, 'watermarkMismatch')).toEqual([]);
  });

  it('stays visible when it comes back while its last turn is still being finished', async () => {
    const process = await world.start(TWO_A_DAY);
    ask();
    await settled();
    for (let shard = 0; shard < SHARDS; shard++) {
      process.governor.revoked(shard);
      process.governor.assigned(shard);
    }
    ask();
    await expectPromisesKept();
    for (let shard = 0; shard < SHARDS; shard++) {
      const states = calls(process.told, 'stateChanged').filter(({ args }) => args[0] === shard);
      expect(states.at(-1)?.args[1]).toBe('running');
    }
  });

  it('writes its position now and then while nothing arrives, so that retention finds nothing to take', async () => {
    world = new ShardWorld({ fenceInterval: 20 });
    const first = await world.start(TWO_A_DAY);
    const isWritten = () =>
      world.read('state').filter(({ key }) => key?.toString() === 'position').length > 3 * SHARDS;
    await until('positions are written again and again', isWritten);
    await first.governor.stop();
    for (const topic of ['rerouted-interactions', 'rerouted-outbound']) {
      for (let shard = 0; shard < SHARDS; shard++) {
        // Only the aborted records of the acquires were there.
        world.broker.deleteRecordsBefore(topic, shard, world.broker.offsets(topic, shard).highWatermark);
      }
    }
    const second = await world.start(TWO_A_DAY);
    ask();
    await expectPromisesKept();
    expect(holds(second.told, 'position-lost')).toBe(0);
  });

  it('takes few at a time after refusals, and soon many again', async () => {
    let isRefusing = true;
    const settings = { turnRecordsMax: 512 };
    const process = await world.start(TWO_A_DAY, {
      settings,
      log: (log) => refusing(log, 'cleared', () => isRefusing),
    });
    const requested = { customerId: 'ann', channel: 'email' };
    world.append('requested', requested);
    // 512 / 8³ by then.
    await until('the shard holds', () => holds(process.told, 'refused') >= 3);
    const turnsBefore = calls(process.told, 'turnFinished').length;
    for (let i = 0; i < 400; i++) world.append('requested', requested);
    isRefusing = false;
    await until('everything is decided', () => world.outcomes().size === 401);
    expect(calls(process.told, 'turnFinished').length - turnsBefore).toBeLessThan(60);
  });

  it('holds when its transactions are refused again and again, and says so', async () => {
    const process = await world.start(TWO_A_DAY, { log: (log) => refusing(log, 'cleared') });
    world.append('requested', { customerId: 'ann', channel: 'email' });
    await until('the shard holds', () => holds(process.told, 'refused') > 0);
    expect(world.outcomes().size).toBe(0);
  });

  it('loses nothing of a partition that was added to an input that starts at its end', async () => {
    world = new ShardWorld({
      inputs: SETTINGS.inputs.map((input) => ({ ...input, start: 'latest' as const })),
    });
    const before = (log: MemoryLog): Log => ({
      ...delegateLog(log),
      partitionCounts: async (topics) => new Map([...(await log.partitionCounts(topics)), ['requested', 4]]),
    });
    const first = await world.start(TWO_A_DAY, { log: before });
    await until('every shard runs', () => calls(first.told, 'acquired').length >= SHARDS);
    world.append('requested', { customerId: 'ann', channel: 'email' }, 4);
    await first.governor.stop();
    await world.start(TWO_A_DAY);
    await until('the record of the new partition is decided', () => world.outcomes().size === 1);
  });

  it('is not taken on by a process that is leaving', async () => {
    let release: () => void = () => {};
    let gate: Promise<void> | undefined;
    const leaving = await world.start(TWO_A_DAY, {
      log: (log) => gatedCommits(log, () => gate),
    });
    const other = await world.start(TWO_A_DAY);
    ask();
    await settled();
    gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    ask();
    const stopping = leaving.governor.stop();
    const before = calls(leaving.told, 'acquireStarted').length;
    world.crash(other); // its shards go to the one that is leaving
    release();
    await stopping;
    expect(calls(leaving.told, 'acquireStarted')).toHaveLength(before);
  });

  it('is adopted beside a running owner without a step back', async () => {
    await world.start(TWO_A_DAY);
    ask();
    await settled();
    const operator = world.broker.createLog({ applicationId: 'tact', groupId: 'tact', shards: SHARDS });
    const counts = await operator.partitionCounts([...subscribedTopics(SETTINGS), ...outputTopics(SETTINGS)]);
    await adoptShard(operator, {
      layout: shardLayout(0, SETTINGS, counts),
      ranges: [],
      lostOffset: () => undefined,
      now: Date.now(),
      read: async function* (from) {
        yield { records: world.broker.read('state', 0, { from }), nextOffset: 0 };
        // The owner goes on while the operator's command runs.
        ask();
        await until('the owner noticed', () => world.outcomes().size > CUSTOMERS.length);
      },
    }).catch(() => undefined);
    ask();
    await expectPromisesKept();
  });

  it('holds when the customer key is another one, since every customer would be new', async () => {
    const first = await world.start(TWO_A_DAY);
    ask();
    await settled();
    await first.governor.stop();
    const second = await world.start(TWO_A_DAY, { key: Buffer.alloc(32, 8) });
    ask();
    await until('every shard holds', () => holds(second.told, 'log-inconsistent') >= SHARDS);
    expect(world.outcomes().size).toBe(CUSTOMERS.length);
    await second.governor.stop();
    await world.start(TWO_A_DAY);
    await expectPromisesKept();
  });

  it('rebuilds a store that is of another incarnation of the changelog', async () => {
    const first = await world.start(TWO_A_DAY);
    ask();
    await settled();
    await first.governor.stop();
    for (let shard = 0; shard < SHARDS; shard++) {
      const { watermark } = await world.store.view(shard);
      await world.store.clear(shard);
      const change = { expected: 0, next: watermark, log: 'another', at: Date.now() };
      await world.store.apply(shard, {
        ...change,
        entries: new Map([['stranger', Buffer.from('x')]]),
        due: new Map(),
      });
    }
    const second = await world.start(TWO_A_DAY);
    ask();
    await expectPromisesKept();
    expect(calls(second.told, 'acquired').every(({ args }) => args[3] === true)).toBe(true);
  });
});

describe('what the protocol stands on: each of these breaks a promise when it is taken away', () => {
  it('the watermark in the read: without it, a store that went back is believed', async () => {
    const blind = (store: StateStore): StateStore => blindStore(store, (expected) => expected);
    await world.start(TWO_A_DAY, { store: blind });
    ask();
    ask();
    await settled();
    world.store.clearAll();
    ask();
    await settled();
    expect(Math.max(...clearedPerCustomer().values())).toBeGreaterThan(2);
  });
});

/** A log that refuses every transaction with a record for this topic meanwhile, the aborted ones of an acquire excepted. */
function refusing(log: MemoryLog, topic: string, meanwhile = () => true): Log {
  return overTransactions(log, (transaction) => ({
    send: (slices) => {
      const isRefused =
        meanwhile() && slices.some((slice) => slice.topic === topic && !isFence(slice.records[0]));
      if (isRefused) throw new TactError('transaction-failed', 'MESSAGE_TOO_LARGE');
      return transaction.send(slices);
    },
    commit: () => transaction.commit(),
    abort: () => transaction.abort(),
  }));
}

function gatedCommits(log: MemoryLog, gate: () => Promise<void> | undefined): Log {
  return overTransactions(log, (transaction) => ({
    send: (slices) => transaction.send(slices),
    commit: async () => {
      await gate();
      return transaction.commit();
    },
    abort: () => transaction.abort(),
  }));
}

function isFence(record: { key: Buffer | null } | undefined): boolean {
  return record?.key?.toString() === 'fence';
}

/** A store whose read says whatever watermark the shard last wrote, and whose write does not compare. */
function blindStore(store: StateStore, say: (expected: number) => number): StateStore {
  const last = new Map<number, number>();
  return {
    ...delegate(store),
    load: async (shard, fields) => {
      const loaded = await store.load(shard, fields);
      return { ...loaded, watermark: say(last.get(shard) ?? loaded.watermark) };
    },
    apply: async (shard, change) => {
      last.set(shard, change.next);
      const { watermark } = await store.view(shard);
      return store.apply(shard, { ...change, expected: watermark });
    },
  };
}

function places(): Pick<LogRecord, 'topic' | 'partition'>[] {
  return Array.from({ length: 5 }, (_, partition) => ({ topic: 'requested', partition }));
}

function holds(told: readonly Told[], cause: string): number {
  return calls(told, 'stateChanged').filter(({ args }) => args[1] === 'holding' && args[2] === cause).length;
}
