import { afterEach, describe, expect, it } from 'vitest';
import type { ShardOwner } from '../../../src/shard/log.ts';
import { type KafkaWorld, kafkaWorld } from '../../support/kafka-log.ts';

class OwnerOfShards implements ShardOwner {
  readonly owned = new Set<number>();
  readonly told: string[] = [];
  readonly membership = (isMember: boolean) => this.memberships.push(isMember);
  readonly memberships: boolean[] = [];
  failure: Error | undefined;
  assigned(shard: number): void {
    this.owned.add(shard);
    this.told.push(`+${shard}`);
  }
  revoked(shard: number): void {
    this.owned.delete(shard);
    this.told.push(`-${shard}`);
  }
  failed(error: Error): void {
    this.failure = error;
  }
}

async function until(fact: () => boolean): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!fact()) {
    if (Date.now() > deadline) throw new Error('it did not come true within 20 s');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const patience = () => AbortSignal.timeout(10_000);

describe('membership', () => {
  let world: KafkaWorld | undefined;
  afterEach(() => world?.close());

  async function six(): Promise<KafkaWorld> {
    world = await kafkaWorld({ topics: { wide: 12, narrow: 3, state: 6 }, changelog: 'state' });
    return world;
  }

  it('gives the first member every shard and keeps those that a second one leaves to it', async () => {
    const { open } = await six();
    const [first, second] = [new OwnerOfShards(), new OwnerOfShards()];
    const one = await open();
    await one.join(first);
    expect([...first.owned].sort()).toEqual([0, 1, 2, 3, 4, 5]);

    const two = await open();
    await two.join(second);
    await until(() => first.owned.size === 3);
    expect(second.owned.size).toBe(3);
    expect(new Set([...first.owned, ...second.owned]).size).toBe(6);
    expect(first.told.filter((what) => what.startsWith('+'))).toHaveLength(6);
    expect(first.told.filter((what) => what.startsWith('-'))).toHaveLength(3);

    await two.leave();
    await until(() => first.owned.size === 6);
    expect(second.owned.size).toBe(0);
    expect(second.told).toHaveLength(6);
  });

  it('is confirmed by the group while it is a member, and not before or after', async () => {
    const { open } = await six();
    const log = await open();
    await expect(log.confirmMembership(AbortSignal.timeout(50))).rejects.toMatchObject({
      code: 'not-a-member',
    });
    const owner = new OwnerOfShards();
    await log.join(owner);
    await log.confirmMembership(patience());
    expect(owner.memberships).toEqual([true]);
    await log.leave();
    expect(owner.memberships).toEqual([true, false]);
    await expect(log.confirmMembership(AbortSignal.timeout(50))).rejects.toMatchObject({
      code: 'not-a-member',
    });
  });

  it('commits group offsets for lag tools and reads them back, leaving out partitions without one', async () => {
    const { open, topic } = await six();
    const log = await open();
    await log.join(new OwnerOfShards());
    await log.saveGroupOffsets([{ topic: topic('wide'), partition: 7, offset: 5 }]);
    const offsets = await log.groupOffsets([
      { topic: topic('wide'), partition: 7 },
      { topic: topic('wide'), partition: 8 },
    ]);
    expect(offsets).toEqual([{ topic: topic('wide'), partition: 7, offset: 5 }]);
  });

  it('survives offsets that the group refuses', async () => {
    const { open, topic } = await six();
    const log = await open();
    await log.saveGroupOffsets([{ topic: topic('wide'), partition: 0, offset: 1 }]);
  });
});
