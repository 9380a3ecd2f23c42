import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LogRecord } from '../../../src/model/record.ts';
import type { StateStore } from '../../../src/shard/state-store.ts';
import { policyOf } from '../../support/policies.ts';
import { SHARDS, ShardWorld, type Told, until } from '../../support/shard-world.ts';

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

  it('rebuilds a store that is of another incarnation of the changelog', async () => {
    const first = await world.start(TWO_A_DAY);
    ask();
    await settled();
    await first.governor.stop();
    const other = new ShardWorld();
    const process = await other.start(TWO_A_DAY);
    for (let shard = 0; shard < SHARDS; shard++) {
      const view = await world.store.view(shard);
      const change = { expected: view.watermark, next: view.watermark + 40, log: 'another', at: Date.now() };
      await world.store.apply(shard, { ...change, entries: new Map([['stranger', Buffer.from('x')]]) });
    }
    await process.governor.stop();
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

/** A store whose read says whatever watermark the shard last wrote, and whose write does not compare. */
function blindStore(store: StateStore, say: (expected: number) => number): StateStore {
  const last = new Map<number, number>();
  return {
    load: async (shard, fields) => {
      const loaded = await store.load(shard, fields);
      return { ...loaded, watermark: say(last.get(shard) ?? loaded.watermark) };
    },
    apply: async (shard, change) => {
      last.set(shard, change.next);
      const { watermark } = await store.view(shard);
      return store.apply(shard, { ...change, expected: watermark });
    },
    view: (shard) => store.view(shard),
    clear: (shard) => store.clear(shard),
    entries: (shard) => store.entries(shard),
    close: () => store.close(),
  };
}

function places(): Pick<LogRecord, 'topic' | 'partition'>[] {
  return Array.from({ length: 5 }, (_, partition) => ({ topic: 'requested', partition }));
}

function holds(told: readonly Told[], cause: string): number {
  return calls(told, 'stateChanged').filter(({ args }) => args[1] === 'holding' && args[2] === cause).length;
}
