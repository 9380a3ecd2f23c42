import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { shardOf } from '../../../src/kernel/shard-of.ts';
import { coordinates } from '../../../src/model/record.ts';
import { policyOf } from '../../support/policies.ts';
import { header, SHARDS, ShardWorld, until } from '../../support/shard-world.ts';

const TWO_A_DAY = policyOf('  - { id: daily, for: { channel: email }, cap: { limit: 2, window: 1d } }');

let world: ShardWorld;
beforeEach(() => {
  world = new ShardWorld();
});
afterEach(() => world.stop());

const email = (customerId: string, more: object = {}) => ({ customerId, channel: 'email', ...more });

async function settled(count: number): Promise<void> {
  await until(`${count} inputs have an outcome`, () => world.outcomes().size >= count);
}

describe('a governed log', () => {
  it('clears what the policy allows and suppresses the rest, with the reason', async () => {
    await world.start(TWO_A_DAY);
    for (let i = 0; i < 5; i++) world.append('requested', email('ann'));
    await settled(5);
    expect(world.read('cleared')).toHaveLength(2);
    const [first] = world.read('suppressed');
    const decision = JSON.parse(String(first?.value));
    expect(decision).toMatchObject({ outcome: 'suppressed', reason: 'cap-reached', rule: 'daily' });
    expect(decision.nextEligibleAt).toBeGreaterThan(decision.decidedAt);
  });

  it('gives every input exactly one outcome, wherever it came in', async () => {
    await world.start(TWO_A_DAY);
    const sources = Array.from({ length: 200 }, (_, i) =>
      coordinates(world.append('requested', email(`customer-${i % 20}`), i % 5)),
    );
    const broken = coordinates(world.appendRaw('requested', 1, Buffer.from('{"customerId":')));
    await settled(201);
    const outcomes = world.outcomes();
    for (const source of sources) expect(outcomes.get(source)).toHaveLength(1);
    expect(outcomes.get(broken)).toEqual(['dead-letter']);
    expect(world.read('cleared')).toHaveLength(40);
  });

  it('decides a customer in one shard only, and clears to that shard’s partition', async () => {
    await world.start(TWO_A_DAY);
    for (let i = 0; i < 30; i++) world.append('requested', email(`customer-${i}`), i % 5);
    await settled(30);
    for (const record of world.read('cleared')) {
      const { customerId } = JSON.parse(String(record.value));
      expect(record.partition).toBe(shardOf(customerId, SHARDS));
    }
  });

  it('carries key, value bytes, timestamp and headers through, and adds its own', async () => {
    await world.start(TWO_A_DAY);
    const place = world.append('requested', email('ann', { payload: { text: 'Grüße' } }));
    const [input] = world.broker.read('requested', place.partition);
    await settled(1);
    const [cleared] = world.read('cleared');
    expect(cleared?.key).toEqual(input?.key);
    expect(cleared?.value).toEqual(input?.value);
    expect(cleared?.timestamp).toBe(input?.timestamp);
    expect(cleared && header(cleared, 'traceparent')).toBe('00-1-2-3');
    expect(cleared && header(cleared, 'tact-source')).toBe(coordinates(place));
    expect(cleared && header(cleared, 'tact-policy')).toBe(`test@${TWO_A_DAY.digest}`);
  });

  it('obeys an opt-out that arrived before the message, though another topic and shard carried it', async () => {
    for (let i = 0; i < 20; i++) {
      world.append('interactions', { customerId: `c${i}`, type: 'opted-out', occurredAt: Date.now() - 1 });
      world.append('requested', email(`c${i}`));
    }
    await world.start(policyOf(''));
    await settled(20);
    expect(world.read('cleared')).toEqual([]);
  });

  it('keeps no customer’s id in the store or on the changelog', async () => {
    await world.start(TWO_A_DAY);
    world.append('requested', email('someone@example.com'));
    await settled(1);
    const stored = [...(await world.viewOf(shardOf('someone@example.com', SHARDS))).entries()];
    const changelog = world.read('state').map(({ key, value }) => `${key}${value}`);
    expect(stored.length).toBeGreaterThan(0);
    const everything = [
      ...stored.map(([field, value]) => field + Buffer.from(value, 'base64')),
      ...changelog,
    ].join();
    expect(everything).not.toContain('someone');
  });

  it('leaves the store as the fold of the changelog', async () => {
    await world.start(TWO_A_DAY);
    for (let i = 0; i < 100; i++) world.append('requested', email(`c${i % 7}`), i % 5);
    await settled(100);
    for (let shard = 0; shard < SHARDS; shard++) {
      await until(
        'the last turn is applied',
        async () => (await world.viewOf(shard)).size === world.foldOf(shard).size,
      );
      expect(await world.viewOf(shard)).toEqual(world.foldOf(shard));
    }
  });

  it('writes a record that is too large to forward to the dead letters, without its value', async () => {
    world = new ShardWorld({ recordBytesMax: 20_000 });
    await world.start(TWO_A_DAY);
    const place = world.append('requested', email('ann', { payload: 'x'.repeat(30_000) }));
    await settled(1);
    const [letter] = world.read('dead-letter');
    expect(world.outcomes().get(coordinates(place))).toEqual(['dead-letter']);
    expect(letter?.value).toBeNull();
  });

  it('cuts a turn into requests, and it is one turn all the same', async () => {
    world = new ShardWorld({ requestBytesMax: 10_000, turnRecordsMax: 1_000 });
    for (let i = 0; i < 300; i++) world.append('requested', email(`c${i}`, { payload: 'x'.repeat(500) }), 0);
    await world.start(TWO_A_DAY);
    await settled(300);
    expect(world.read('cleared')).toHaveLength(300);
  });
});

describe('freshness', () => {
  it('holds messages while interactions cannot be read to their end, and says so', async () => {
    world = new ShardWorld({ freshnessMaxAge: 200 });
    const process = await world.start(TWO_A_DAY);
    world.append('requested', email('first'));
    await settled(1);
    const { partition } = world.append('requested', email('ann'));
    const hanging = world.broker.createLog({ applicationId: 'other', groupId: 'other', shards: SHARDS });
    const transaction = await (await hanging.openProducer(0)).begin();
    // A transaction of somebody else that stays open holds the stable end back on every interaction partition.
    await transaction.send(
      [0, 1, 2, 3].map((each) => ({
        topic: 'interactions',
        partition: each,
        records: [{ key: null, value: Buffer.from('{}'), headers: [], timestamp: Date.now() }],
      })),
    );
    world.append('requested', email('bob'), partition);
    await until('a shard holds', () =>
      process.told.some(({ call, args }) => call === 'stateChanged' && args[2] === 'interactions-behind'),
    );
    await transaction.commit();
    await settled(3);
  });
});
