import { expect, it } from 'vitest';
import { fetchOne, type LogScene, readToEnd, record, records, sendCommitted, values } from './log-scene.ts';

/** What `openProducer`, its producer and its transactions promise, seen by a reader. */
export function logProducerContract(scene: () => LogScene): void {
  it('shows nothing of an open transaction, but counts it in the high watermark', async () => {
    const topic = await scene().topic('t');
    const log = await scene().log(topic);
    await scene().append(topic, [record('before')]);
    const transaction = await (await log.openProducer(0)).begin();
    await transaction.send([{ topic, partition: 0, records: [record('open')] }]);
    const place = { topic, partition: 0 };
    const first = await fetchOne(log, place);
    expect(values(first.records)).toEqual(['before']);
    expect(first.nextOffset).toBe(1);
    expect(await fetchOne(log, place, 1, 300)).toMatchObject({
      records: [],
      nextOffset: 1,
      highWatermark: 2,
      lastStableOffset: 1,
    });
    await scene().append(topic, [record('behind')]);
    expect(await fetchOne(log, place, 1, 300)).toMatchObject({
      records: [],
      nextOffset: 1,
      highWatermark: 3,
      lastStableOffset: 1,
    });
    await transaction.commit();
    expect(values((await readToEnd(log, place)).records)).toEqual(['before', 'open', 'behind']);
  });

  it('passes over the marker of a commit', async () => {
    const topic = await scene().topic('t');
    const log = await scene().log(topic);
    await sendCommitted(log, topic, records(2));
    expect(await readToEnd(log, { topic, partition: 0 })).toMatchObject({ nextOffset: 3 });
    const atMarker = await fetchOne(log, { topic, partition: 0 }, 2);
    expect(atMarker).toMatchObject({ records: [], nextOffset: 3, highWatermark: 3 });
  });

  it('hides what was aborted, and passes over it', async () => {
    const topic = await scene().topic('t');
    const log = await scene().log(topic);
    await scene().append(topic, [record('before')]);
    const producer = await log.openProducer(0);
    const transaction = await producer.begin();
    await transaction.send([{ topic, partition: 0, records: records(3) }]);
    await transaction.abort();
    const read = await readToEnd(log, { topic, partition: 0 });
    expect(values(read.records)).toEqual(['before']);
    expect(read.nextOffset).toBe(5);
    const inside = await fetchOne(log, { topic, partition: 0 }, 2);
    expect(inside).toMatchObject({ records: [], nextOffset: 5 });
    await scene().append(topic, [record('after')]);
    expect(values((await readToEnd(log, { topic, partition: 0 })).records)).toEqual(['before', 'after']);
  });

  it('tells aborted from committed records where transactions interleave', async () => {
    const topic = await scene().topic('t');
    const log = await scene().log(topic);
    const [kept, dropped] = [await log.openProducer(0), await log.openProducer(1)];
    const [keeps, drops] = [await kept.begin(), await dropped.begin()];
    const send = (transaction: typeof keeps, value: string) =>
      transaction.send([{ topic, partition: 0, records: [record(value)] }]);
    await send(keeps, 'kept 1');
    await send(drops, 'dropped 1');
    await send(keeps, 'kept 2');
    await drops.abort();
    const again = await dropped.begin();
    await send(again, 'kept 3');
    await keeps.commit();
    await again.commit();
    const read = await readToEnd(log, { topic, partition: 0 });
    expect(values(read.records)).toEqual(['kept 1', 'kept 2', 'kept 3']);
  });

  it('returns the offset of the first record of each slice', async () => {
    const [one, two] = [await scene().topic('one', 2), await scene().topic('two')];
    const log = await scene().log(one);
    await scene().append(one, records(3), 1);
    const transaction = await (await log.openProducer(0)).begin();
    const first = await transaction.send([
      { topic: one, partition: 1, records: records(2) },
      { topic: two, partition: 0, records: records(4) },
      { topic: one, partition: 0, records: records(1) },
    ]);
    const second = await transaction.send([
      { topic: two, partition: 0, records: [record('later')] },
      { topic: one, partition: 1, records: [record('later')] },
    ]);
    await transaction.commit();
    expect([first, second]).toEqual([
      [3, 0, 0],
      [4, 5],
    ]);
    const { records: found } = await readToEnd(log, { topic: two, partition: 0 });
    expect(values(found)).toEqual(['v0', 'v1', 'v2', 'v3', 'later']);
  });

  it('shows a transaction over several partitions in each of them', async () => {
    const topic = await scene().topic('t', 3);
    const log = await scene().log(topic);
    const transaction = await (await log.openProducer(0)).begin();
    await transaction.send(
      [0, 1, 2].map((partition) => ({ topic, partition, records: [record(`p${partition}`)] })),
    );
    await transaction.commit();
    for (const partition of [0, 1, 2]) {
      expect(values((await readToEnd(log, { topic, partition })).records)).toEqual([`p${partition}`]);
    }
  });

  it('takes one transaction after another, after a commit and after an abort', async () => {
    const topic = await scene().topic('t');
    const log = await scene().log(topic);
    const producer = await log.openProducer(0);
    for (const [value, end] of [
      ['a', 'commit'],
      ['b', 'abort'],
      ['c', 'commit'],
      ['d', 'commit'],
    ] as const) {
      const transaction = await producer.begin();
      await transaction.send([{ topic, partition: 0, records: [record(value)] }]);
      await transaction[end]();
    }
    expect(values((await readToEnd(log, { topic, partition: 0 })).records)).toEqual(['a', 'c', 'd']);
  });

  it('takes 3,000 records in one send', async () => {
    const topic = await scene().topic('t');
    const log = await scene().log(topic);
    await sendCommitted(log, topic, records(3_000));
    const read = await readToEnd(log, { topic, partition: 0 });
    expect(values(read.records)).toEqual(records(3_000).map(({ value }) => String(value)));
    expect(read.nextOffset).toBe(3_001);
  });

  it('refuses to send for a producer when a newer one of its shard was opened', async () => {
    const topic = await scene().topic('t');
    const [zombie, owner] = [await scene().log(topic), await scene().log(topic)];
    const old = await zombie.openProducer(0);
    const transaction = await old.begin();
    await owner.openProducer(0);
    const sent = transaction.send([{ topic, partition: 0, records: [record('late')] }]);
    await expect(sent).rejects.toMatchObject({ code: 'producer-fenced' });
    await sendCommitted(owner, topic, [record('right')]);
    expect(values((await readToEnd(owner, { topic, partition: 0 })).records)).toEqual(['right']);
  });

  it('refuses to commit for a producer when a newer one of its shard was opened', async () => {
    const topic = await scene().topic('t');
    const [zombie, owner] = [await scene().log(topic), await scene().log(topic)];
    const transaction = await (await zombie.openProducer(0)).begin();
    await transaction.send([{ topic, partition: 0, records: [record('late')] }]);
    await owner.openProducer(0);
    await expect(transaction.commit()).rejects.toMatchObject({ code: 'producer-fenced' });
    await sendCommitted(owner, topic, [record('right')]);
    expect(values((await readToEnd(owner, { topic, partition: 0 })).records)).toEqual(['right']);
  });

  it('fences within one process too', async () => {
    const topic = await scene().topic('t');
    const log = await scene().log(topic);
    const transaction = await (await log.openProducer(0)).begin();
    await log.openProducer(0);
    const sent = transaction.send([{ topic, partition: 0, records: [record('late')] }]);
    await expect(sent).rejects.toMatchObject({ code: 'producer-fenced' });
  });

  it('settles what a dead producer left open when the next one is opened', async () => {
    const topic = await scene().topic('t');
    const [dead, owner] = [await scene().log(topic), await scene().log(topic)];
    const left = await dead.openProducer(0);
    const transaction = await left.begin();
    await transaction.send([{ topic, partition: 0, records: records(2) }]);
    await left.close();
    await scene().append(topic, [record('behind it')]);
    const place = { topic, partition: 0 };
    expect(await fetchOne(owner, place, 0, 300)).toMatchObject({ records: [], nextOffset: 0 });
    await owner.openProducer(0);
    const read = await readToEnd(owner, place);
    expect(values(read.records)).toEqual(['behind it']);
    expect(read.nextOffset).toBe(4);
  });

  it('leaves the producers of other shards and other applications alone', async () => {
    const topic = await scene().topic('t');
    const [log, foreign] = [await scene().log(topic), await scene().log(topic, 'other')];
    const transaction = await (await log.openProducer(0)).begin();
    await transaction.send([{ topic, partition: 0, records: [record('v')] }]);
    await log.openProducer(1);
    await foreign.openProducer(0);
    await transaction.commit();
    expect(values((await readToEnd(log, { topic, partition: 0 })).records)).toEqual(['v']);
  });
}
