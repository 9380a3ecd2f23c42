import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DAY, HOUR } from '../../../src/kernel/time.ts';
import type { MemoryLog } from '../../../src/memory/memory-log.ts';
import type { Log } from '../../../src/shard/log.ts';
import type { StateStore } from '../../../src/shard/state-store.ts';
import { policyOf } from '../../support/policies.ts';
import { SHARDS, ShardWorld, type Told, until, type WorldProcess } from '../../support/shard-world.ts';
import { delegate, overTransactions } from '../../support/shard-wraps.ts';

const HOURLY = policyOf('  - { id: room, gap: 1h, onBlock: defer }');
const CUSTOMERS = Array.from({ length: 6 }, (_, i) => `customer-${i}`);

let world: ShardWorld;
let asked = 0;
/** Hours that have gone by, each of which lets one message of every customer pass. */
let hours = 0;
beforeEach(() => {
  // An hour goes by in a moment; it is the release that has to see what is wrong, not the hourly fence.
  world = new ShardWorld({ clockTolerance: 1_000 * DAY, fenceInterval: 1_000 * DAY });
  world.now = Date.now();
  asked = 0;
  hours = 0;
});
afterEach(() => world.stop());

/** Asks for some e-mails to every customer: one of them may go out each hour. */
function ask(each: number): void {
  for (let i = 0; i < each; i++) {
    for (const customerId of CUSTOMERS) {
      world.append('requested', { customerId, channel: 'email', messageId: `m${asked}` }, asked++ % 5);
    }
  }
}

function passHour(): void {
  world.now = (world.now ?? 0) + HOUR;
  hours += 1;
}

const deferredIn = (fold: ReadonlyMap<string, string>) =>
  [...fold.keys()].filter((key) => key.startsWith('d:'));
const waiting = () =>
  Array.from({ length: SHARDS }, (_, shard) => deferredIn(world.foldOf(shard)).length).reduce(
    (a, b) => a + b,
  );
const released = () => Math.min(asked, CUSTOMERS.length * (hours + 1));

async function settled(): Promise<void> {
  await until('what may go out went out', () => world.outcomes().size >= released());
  await until('the rest waits', () => waiting() === asked - released());
}

/** Nothing is lost, nothing comes twice or early, and the store with its index is the fold. */
async function expectPromisesKept(): Promise<void> {
  await settled();
  for (const [source, outcomes] of world.outcomes()) expect([source, ...outcomes]).toHaveLength(2);
  const cleared = new Map<string, number>();
  for (const { value } of world.read('cleared')) {
    const { customerId } = JSON.parse(String(value));
    cleared.set(customerId, (cleared.get(customerId) ?? 0) + 1);
  }
  expect([...cleared.values()]).toEqual(CUSTOMERS.map(() => released() / CUSTOMERS.length));
  for (let shard = 0; shard < SHARDS; shard++) {
    await until(`the store is the fold of shard ${shard}`, async () => {
      const [view, fold] = [await world.viewOf(shard), world.foldOf(shard)];
      const due = await world.store.due(shard, { until: Number.MAX_VALUE, limit: 1_000, bytesMax: 1e9 });
      const indexed = due.entries.map(({ field }) => field).sort();
      return (
        view.size === fold.size &&
        [...fold].every(([field, value]) => view.get(field) === value) &&
        due.isWhole &&
        indexed.join() === deferredIn(fold).sort().join()
      );
    });
  }
}

const acquiredFor = (told: readonly Told[], cause: string) =>
  told.some(({ call, args }) => call === 'acquireStarted' && args[1] === cause);

/** Ends its process at the n-th call to log or store after it was armed, before or after the call takes effect. */
class Bomb {
  #left = Number.POSITIVE_INFINITY;
  #isAfter = false;
  #process: WorldProcess | undefined;
  hasGoneOff = false;

  arm(process: WorldProcess, calls: number, isAfter: boolean): void {
    this.#process = process;
    this.#left = calls;
    this.#isAfter = isAfter;
  }

  async around<T>(call: () => Promise<T>): Promise<T> {
    this.#left -= 1;
    if (this.#left > 0) return call();
    if (this.#left === 0 && this.#isAfter) await call();
    if (this.#process && !this.hasGoneOff) world.crash(this.#process);
    this.hasGoneOff = true;
    return new Promise<T>(() => {});
  }

  inStore(store: StateStore): StateStore {
    return {
      ...delegate(store),
      load: (...args) => this.around(() => store.load(...args)),
      due: (...args) => this.around(() => store.due(...args)),
      apply: (...args) => this.around(() => store.apply(...args)),
    };
  }

  inLog(log: MemoryLog): Log {
    return overTransactions(log, (transaction) => ({
      send: (...args) => this.around(() => transaction.send(...args)),
      commit: () => this.around(() => transaction.commit()),
      abort: () => this.around(() => transaction.abort()),
    }));
  }
}

describe('a message that waits is neither lost nor decided twice', () => {
  it.each([false, true])(
    'when its process dies at any step of its release (after the step: %s)',
    async (isAfter) => {
      ask(20);
      for (let calls = 1; calls <= 15; calls++) {
        const bomb = new Bomb();
        const process = await world.start(HOURLY, {
          store: (store) => bomb.inStore(store),
          log: (log) => bomb.inLog(log),
        });
        await settled();
        bomb.arm(process, calls, isAfter);
        passHour();
        await until('the process died', () => bomb.hasGoneOff);
      }
      await world.start(HOURLY);
      await expectPromisesKept();
    },
  );

  it('when the commit of its release is lost, is late, or its reply is', async () => {
    const process = await world.start(HOURLY);
    ask(5);
    await settled();
    for (const fault of ['lost-reply', 'lost-request', 'late'] as const) {
      process.log.failNext('commit', fault);
      passHour();
      await until('its shard is acquired again', () => acquiredFor(process.told, 'ambiguous'));
      world.broker.deliverLate();
      await expectPromisesKept();
      process.told.length = 0;
    }
  });

  it('when the store does not take its release, or takes it late', async () => {
    const process = await world.start(HOURLY);
    ask(5);
    await settled();
    for (const fault of ['lost-reply', 'lost-request', 'late'] as const) {
      for (let tries = 0; tries < 3 * SHARDS; tries++) world.store.failNext('apply', fault);
      passHour();
      await settled();
      world.store.deliverLate();
      await expectPromisesKept();
    }
    expect(acquiredFor(process.told, 'redis')).toBe(true);
  });

  it('when the store was emptied meanwhile', async () => {
    await world.start(HOURLY);
    ask(3);
    await settled();
    world.store.clearAll();
    passHour();
    await expectPromisesKept();
    world.store.clearAll();
    passHour();
    await expectPromisesKept();
  });

  it('when the store went back to what it was before the wait, or before the release', async () => {
    await world.start(HOURLY);
    ask(1);
    await settled();
    const before = world.store.snapshot();
    ask(3);
    await settled();
    world.store.restore(before);
    passHour();
    await expectPromisesKept();
    const waited = world.store.snapshot();
    passHour();
    await settled();
    world.store.restore(waited);
    passHour();
    await expectPromisesKept();
  });

  it('when nothing but the index of what waits is lost: the shard is rebuilt from the changelog', async () => {
    const process = await world.start(HOURLY);
    ask(3);
    await settled();
    for (let shard = 0; shard < SHARDS; shard++) world.store.loseIndex(shard);
    // What waits is known to be due, so that the store is asked.
    passHour();
    await expectPromisesKept();
    expect(acquiredFor(process.told, 'due-index')).toBe(true);
    expect(process.told.some(({ call, args }) => call === 'acquired' && args[3] === true)).toBe(true);
  });

  it('when the index was lost while nobody owned the shard', async () => {
    const first = await world.start(HOURLY);
    ask(3);
    await settled();
    await first.governor.stop();
    for (let shard = 0; shard < SHARDS; shard++) world.store.loseIndex(shard);
    await world.start(HOURLY);
    passHour();
    await expectPromisesKept();
  });

  it('when its bytes alone are gone from the store', async () => {
    await world.start(HOURLY);
    ask(3);
    await settled();
    for (let shard = 0; shard < SHARDS; shard++)
      world.store.loseFields(shard, deferredIn(world.foldOf(shard)));
    passHour();
    await expectPromisesKept();
  });

  it('when its shard moves to another process, and the one before goes on as a zombie', async () => {
    const zombie = await world.start(HOURLY);
    ask(4);
    await settled();
    zombie.log.expireSession();
    const heir = await world.start(HOURLY);
    passHour();
    await expectPromisesKept();
    passHour();
    await expectPromisesKept();
    expect(heir.told.some(({ call }) => call === 'turnFinished')).toBe(true);
  });
});
