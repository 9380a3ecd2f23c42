import { afterEach, describe, expect, it } from 'vitest';
import { shardOf } from '../../../src/kernel/shard-of.ts';
import { DAY, HOUR } from '../../../src/kernel/time.ts';
import { coordinates, parseCoordinates, type TopicOffset } from '../../../src/model/record.ts';
import { createCustomerKey } from '../../../src/records/customer-key.ts';
import { decodeDeferral, encodeDeferral } from '../../../src/records/deferral-codec.ts';
import { POSITION_KEY } from '../../../src/shard/changelog-keys.ts';
import type { Deferred } from '../../../src/shard/deferred.ts';
import type { TurnReport } from '../../../src/shard/observer.ts';
import { decodePosition, encodePosition } from '../../../src/shard/position.ts';
import type { StateStore } from '../../../src/shard/state-store.ts';
import { policyOf } from '../../support/policies.ts';
import { KEY, type SETTINGS, SHARDS, ShardWorld, until } from '../../support/shard-world.ts';
import { delegate } from '../../support/shard-wraps.ts';

const HOURLY = policyOf('  - { id: room, gap: 1h, onBlock: defer }');

let world: ShardWorld;
afterEach(() => world.stop());

function worldWith(settings: Partial<typeof SETTINGS> = {}): ShardWorld {
  world = new ShardWorld({ clockTolerance: 1_000 * DAY, ...settings });
  world.now = Date.now();
  return world;
}

const ask = (customerId: string, more: object = {}) =>
  coordinates(
    world.append('requested', { customerId, channel: 'email', ...more }, shardOf(customerId, SHARDS)),
  );
const interact = (customerId: string, type: string) =>
  world.append('interactions', { customerId, type, occurredAt: world.now }, shardOf(customerId, SHARDS));

const waiting = () =>
  Array.from({ length: SHARDS }, (_, shard) => [...world.foldOf(shard).keys()])
    .flat()
    .filter((field) => field.startsWith('d:'));
const untilWaiting = (count: number) => until(`${count} messages wait`, () => waiting().length === count);
const untilOutcomes = (count: number) =>
  until(`${count} inputs have an outcome`, () => world.outcomes().size >= count);

/** Another customer of the same shard. */
function neighbourOf(customerId: string): string {
  const isNear = (other: string) => shardOf(other, SHARDS) === shardOf(customerId, SHARDS);
  return Array.from({ length: 99 }, (_, i) => `neighbour-${i}`).find(isNear) ?? '';
}

function giveAway(source: string, customerId: string): void {
  const shard = shardOf(customerId, SHARDS);
  const key = Buffer.from(`d:${source}`);
  const stored = world.broker.read('state', shard).findLast((each) => each.key?.equals(key));
  const deferral = decodeDeferral(stored?.value ?? Buffer.alloc(0));
  const record = {
    ...deferral.record,
    value: Buffer.from(JSON.stringify({ customerId, channel: 'email' })),
  };
  const value = encodeDeferral({ ...deferral, customer: createCustomerKey(KEY)(customerId), record });
  world.broker.append('state', shard, { key, value, headers: [], timestamp: Date.now() });
}

/** As `tact shard adopt` does where the input topic lost its end. */
function setBackTo(source: string, shard: number): void {
  const { topic, partition, offset } = parseCoordinates(source) as TopicOffset;
  const written = world.broker.read('state', shard).findLast((each) => each.key?.equals(POSITION_KEY));
  const { now, next } = decodePosition(written?.value ?? Buffer.alloc(0));
  const value = encodePosition({ now, next: new Map([...next, [`${topic}/${partition}`, offset]]) });
  world.broker.append('state', shard, { key: POSITION_KEY, value, headers: [], timestamp: Date.now() });
}

function later(time: number): void {
  world.now = (world.now ?? 0) + time;
}

describe('a message that waits', () => {
  it('has its outcome though it would be too large to wait on', async () => {
    worldWith();
    const first = await world.start(HOURLY);
    ask('ann');
    await untilOutcomes(1);
    ask('ann', { rank: 1 });
    const large = ask('ann', { payload: 'x'.repeat(30_000) });
    await untilWaiting(2);
    await first.governor.stop();
    await world.start(HOURLY, { settings: { recordBytesMax: 20_000 } });
    later(HOUR);
    await untilOutcomes(3);
    expect(world.outcomes().get(large)).toEqual(['suppressed']);
    expect(waiting()).toEqual([]);
  });

  it.each(['is due', 'is taken back'])(
    'is not taken for one of another customer that has its place now, when that one %s',
    async (end) => {
      worldWith();
      const before = await world.start(HOURLY);
      ask('ann');
      await untilOutcomes(1);
      const [first, second] = [ask('ann'), ask('ann')];
      await untilWaiting(2);
      await before.governor.stop();
      // As when the topic was created anew: a message to somebody else has come in at the same place.
      giveAway(first, neighbourOf('ann'));
      await world.start(HOURLY);
      if (end === 'is taken back') {
        interact('ann', 'erased');
        await untilOutcomes(2);
        await untilWaiting(1);
        expect(waiting()).toEqual([`d:${first}`]);
      }
      later(HOUR);
      await untilOutcomes(3);
      expect(world.outcomes().get(first)).toEqual(['cleared']);
      expect(world.outcomes().get(second)).toEqual([end === 'is due' ? 'cleared' : 'suppressed']);
      await untilWaiting(0);
    },
  );
});

describe('a message that is read once more while it waits', () => {
  it('waits on in its one place, and has one outcome', async () => {
    worldWith();
    const { governor } = await world.start(HOURLY);
    ask('ann');
    await untilOutcomes(1);
    const second = ask('ann');
    await untilWaiting(1);
    await governor.stop();
    setBackTo(second, shardOf('ann', SHARDS));
    const { told } = await world.start(HOURLY);
    const third = ask('ann');
    await untilWaiting(2);
    later(HOUR);
    await untilOutcomes(2);
    expect(world.outcomes().get(second)).toEqual(['cleared']);
    await untilWaiting(1);
    later(HOUR);
    await untilOutcomes(3);
    expect(world.outcomes().get(third)).toEqual(['cleared']);
    await untilWaiting(0);
    const counts = told.flatMap(({ call, args }) => (call === 'deferred' ? [args[1] as Deferred] : []));
    expect(Math.max(...counts.map((each) => each.waiting))).toBe(2);
  });
});

describe('many messages that wait', () => {
  it('are released in turns of so many bytes, whole customers at a time', async () => {
    worldWith();
    const customers = Array.from({ length: 200 }, (_, i) => `c${i}`)
      .filter((id) => shardOf(id, SHARDS) === 0)
      .slice(0, 10);
    const { told } = await world.start(HOURLY);
    for (const id of customers) ask(id);
    await untilOutcomes(10);
    // In one answer of the store there is something of every customer, and not all of any.
    const payload = 'x'.repeat(100_000);
    for (let i = 0; i < 16; i++) for (const id of customers) ask(id, { payload });
    await untilWaiting(160);
    later(HOUR);
    await untilOutcomes(20);
    const released = told
      .filter(({ call }) => call === 'turnFinished')
      .map(({ args }) => (args[1] as TurnReport).released)
      .filter((messages) => messages > 0);
    expect(Math.max(...released)).toBeLessThanOrEqual(100);
    expect(released.every((messages) => messages % 16 === 0)).toBe(true);
  });

  it('are read a few at a time when their customers are erased together', async () => {
    worldWith();
    const asked: number[] = [];
    const counted = (store: StateStore): StateStore => ({
      ...delegate(store),
      load: async (shard, fields) => {
        if (fields.some((field) => field.startsWith('d:'))) asked.push(fields.length);
        return store.load(shard, fields);
      },
    });
    const customers = Array.from({ length: 200 }, (_, i) => `c${i}`)
      .filter((id) => shardOf(id, SHARDS) === 0)
      .slice(0, 6);
    const before = await world.start(HOURLY);
    for (let i = 0; i < 51; i++) for (const id of customers) ask(id);
    await untilWaiting(300);
    await before.governor.stop();
    for (const id of customers) interact(id, 'erased');
    await world.start(HOURLY, { store: counted });
    await untilWaiting(0);
    expect(world.outcomes().size).toBe(306);
    expect(asked).toEqual([200, 100]);
  });
});
