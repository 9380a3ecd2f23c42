import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { shardOf } from '../../../src/kernel/shard-of.ts';
import { coordinates, type LogRecord } from '../../../src/model/record.ts';
import { recordBytes } from '../../../src/shard/outputs.ts';
import { header, SHARDS, ShardWorld, until } from '../../support/shard-world.ts';
import { policyWith } from '../decide/build.ts';

const RECORD_MAX = 20_000;
const RULES = '[{ id: weekly, for: { class: marketing }, cap: { limit: 2000, window: 7d } }]';
const CATEGORIES = Array.from({ length: 64 }, (_, i) => `a/category/with/a/long/name/${i}`);

let world: ShardWorld;
let sent = 0;
beforeEach(() => {
  world = new ShardWorld({ recordBytesMax: RECORD_MAX });
  sent = 0;
});
afterEach(() => world.stop());

const request = (customerId: string, more: object = {}) => {
  sent += 1;
  return coordinates(
    world.append('requested', { customerId, channel: 'email', messageId: `m${sent}`, ...more }),
  );
};
const requestMany = (count: number) =>
  Array.from({ length: count }, () => request('runaway', { categories: CATEGORIES }));
const interact = (type: string, more: object = {}) =>
  world.append('interactions', { customerId: 'runaway', type, ...more }, shardOf('runaway', SHARDS));

async function decided(count: number): Promise<void> {
  await until(`${count} inputs have an outcome`, () => world.outcomes().size >= count);
}

/** How many were suppressed for each reason. */
function reasons(): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { value } of world.read('suppressed')) {
    const { reason } = JSON.parse(String(value));
    counts[reason] = (counts[reason] ?? 0) + 1;
  }
  return counts;
}

const largest = (records: readonly LogRecord[]) => Math.max(...records.map(recordBytes));

describe('a customer of whom there is more to remember than a record may hold', () => {
  it('gets no more, while all others do, and no record is larger than the broker takes', async () => {
    await world.start(policyWith(RULES));
    requestMany(60);
    const others = ['ann', 'bob', 'eve'].map((each) => request(each));
    await decided(63);
    for (const each of others) expect(world.outcomes().get(each)).toEqual(['cleared']);
    expect(reasons()['history-full']).toBeGreaterThan(40);
    expect(largest(world.read('state'))).toBeLessThanOrEqual(RECORD_MAX);
  });

  it('can still opt out, and gets what is exempt', async () => {
    await world.start(policyWith(RULES));
    requestMany(30);
    await decided(30);
    const code = request('runaway', { class: 'security', sender: 'login' });
    await decided(31);
    expect(world.outcomes().get(code)).toEqual(['cleared']);
    interact('opted-out');
    const after = request('runaway', { categories: CATEGORIES });
    await decided(32);
    const suppressed = world.read('suppressed').find((each) => header(each, 'tact-source') === after);
    const { findings } = JSON.parse(String(suppressed?.value));
    expect(findings.map((each: { reason: string }) => each.reason)).toContain('opted-out');
  });

  it('loses the oldest where everything clears all the same, and the shard goes on', async () => {
    const process = await world.start(policyWith(RULES, 'enforce: false'));
    requestMany(60);
    await decided(60);
    expect(reasons()).toEqual({});
    expect(largest(world.read('state'))).toBeLessThanOrEqual(RECORD_MAX);
    expect(process.told.filter(({ args }) => args[1] === 'history-cut')).not.toEqual([]);
    expect(process.failures).toEqual([]);
  });

  it('may say more than fits, and what must not be sent stays', async () => {
    await world.start(policyWith(RULES));
    for (let i = 0; i < 150; i++)
      interact('opted-out', { scope: { campaign: [`c${i}-${'x'.repeat(300)}`] } });
    const last = request('runaway', { campaignId: `c7-${'x'.repeat(300)}` });
    await decided(1);
    expect(world.outcomes().get(last)).toEqual(['suppressed']);
    expect(reasons()).toEqual({ 'opted-out': 1 });
    expect(largest(world.read('state'))).toBeLessThanOrEqual(RECORD_MAX);
  });
});
