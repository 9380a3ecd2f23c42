import { expect, it } from 'vitest';
import { type LogScene, RecordingOwner, records, until } from './log-scene.ts';

const sorted = (shards: Iterable<number>): number[] => [...shards].sort((a, b) => a - b);
const live = new AbortController().signal;

/** What joining, leaving and group offsets promise. */
export function logGroupContract(scene: () => LogScene): void {
  it('gives every shard to the only member before join resolves', async () => {
    const log = await scene().log(await scene().topic('shards', 4));
    const owner = new RecordingOwner();
    await log.join(owner);
    expect(owner.told.toSorted()).toEqual(['+0', '+1', '+2', '+3']);
  });

  it('tells a member that leaves that its shards are revoked', async () => {
    const log = await scene().log(await scene().topic('shards', 2));
    const owner = new RecordingOwner();
    await log.join(owner);
    await log.leave();
    expect(owner.told.slice(2).toSorted()).toEqual(['-0', '-1']);
    expect(owner.failures).toEqual([]);
  });

  it('moves only what balance requires, and tells a member nothing of a shard that stays', async () => {
    const topic = await scene().topic('shards', 4);
    const [first, second] = [await scene().log(topic), await scene().log(topic)];
    const [one, two] = [new RecordingOwner(), new RecordingOwner()];
    await first.join(one);
    one.told.length = 0;
    await second.join(two);
    await until(() => one.owned.size === 2 && two.owned.size === 2, 'two shards each');
    const moved = sorted(two.owned);
    expect(sorted([...one.owned, ...moved])).toEqual([0, 1, 2, 3]);
    expect(one.told.toSorted()).toEqual(moved.map((shard) => `-${shard}`));
    expect(two.told.toSorted()).toEqual(moved.map((shard) => `+${shard}`));

    one.told.length = 0;
    await second.leave();
    await until(() => one.owned.size === 4, 'everything comes back');
    expect(one.told.toSorted()).toEqual(moved.map((shard) => `+${shard}`));
    expect([...one.failures, ...two.failures]).toEqual([]);
  });

  it('confirms a live member, again and again', async () => {
    const log = await scene().log(await scene().topic('shards', 2));
    await log.join(new RecordingOwner());
    await log.confirmMembership(live);
    await log.confirmMembership(live);
  });

  it('stops confirming when the signal aborts', async () => {
    const log = await scene().log(await scene().topic('shards', 2));
    await log.join(new RecordingOwner());
    await expect(log.confirmMembership(AbortSignal.abort())).rejects.toThrow();
  });

  it('keeps the group offsets that were saved, and leaves out what was not', async () => {
    const topic = await scene().topic('shards', 3);
    for (const partition of [0, 1, 2]) await scene().append(topic, records(9), partition);
    const log = await scene().log(topic);
    await log.join(new RecordingOwner());
    const partitions = [0, 1, 2].map((partition) => ({ topic, partition }));
    expect(await log.groupOffsets(partitions)).toEqual([]);
    await log.saveGroupOffsets([
      { topic, partition: 0, offset: 3 },
      { topic, partition: 2, offset: 5 },
    ]);
    await log.saveGroupOffsets([{ topic, partition: 0, offset: 4 }]);
    const saved = await log.groupOffsets(partitions);
    expect(saved.toSorted((a, b) => a.partition - b.partition)).toEqual([
      { topic, partition: 0, offset: 4 },
      { topic, partition: 2, offset: 5 },
    ]);
    const other = await scene().log(topic);
    expect(await other.groupOffsets([{ topic, partition: 2 }])).toEqual([{ topic, partition: 2, offset: 5 }]);
  });

  it('saves group offsets without ever failing', async () => {
    const topic = await scene().topic('shards');
    const log = await scene().log(topic);
    await log.saveGroupOffsets([{ topic, partition: 0, offset: 1 }]);
    await log.join(new RecordingOwner());
    await log.leave();
    await log.saveGroupOffsets([{ topic, partition: 0, offset: 1 }]);
  });

  it('reads and writes without having joined', async () => {
    const topic = await scene().topic('shards');
    const log = await scene().log(topic);
    const transaction = await (await log.openProducer(0)).begin();
    await transaction.send([{ topic, partition: 0, records: records(1) }]);
    await transaction.commit();
    const [fetched] = await log.fetch([{ topic, partition: 0, offset: 0 }], {
      maxWaitMs: 5_000,
      signal: live,
    });
    expect(fetched).toMatchObject({ kind: 'records', records: [{ offset: 0 }] });
  });
}
