import { expect, it } from 'vitest';
import type { OutputRecord } from '../../src/model/record.ts';
import {
  fetch,
  fetchOne,
  type LogScene,
  readToEnd,
  record,
  records,
  sendCommitted,
  values,
} from './log-scene.ts';

const EVERY_BYTE = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));

/** What `partitionCounts` and `fetch` promise. */
export function logFetchContract(scene: () => LogScene): void {
  it('tells how many partitions each topic has', async () => {
    const [one, three] = [await scene().topic('one'), await scene().topic('three', 3)];
    const log = await scene().log(one);
    expect(await log.partitionCounts([one, three])).toEqual(
      new Map([
        [one, 1],
        [three, 3],
      ]),
    );
  });

  it('names the topic that does not exist', async () => {
    const log = await scene().log(await scene().topic('one'));
    await expect(log.partitionCounts(['contract-absent'])).rejects.toMatchObject({
      code: 'kafka-refused',
      message: expect.stringContaining('contract-absent'),
    });
  });

  it('gives records with place, key, value and time, and where to read on', async () => {
    const topic = await scene().topic('t');
    const log = await scene().log(topic);
    const sent = { ...record('v0', 'key'), timestamp: Date.now() - 86_400_123 };
    await scene().append(topic, [sent, record('v1')]);
    const fetched = await fetchOne(log, { topic, partition: 0 });
    expect(fetched).toMatchObject({ topic, partition: 0, from: 0, nextOffset: 2, highWatermark: 2 });
    expect(fetched.records[0]).toEqual({ topic, partition: 0, offset: 0, ...sent });
    expect(fetched.records.map(({ offset }) => offset)).toEqual([0, 1]);
  });

  it('keeps null and empty keys and values, header values and repeated headers apart, and every byte', async () => {
    const topic = await scene().topic('t');
    const log = await scene().log(topic);
    const empty = Buffer.alloc(0);
    const shapes: Omit<OutputRecord, 'timestamp'>[] = [
      { key: null, value: null, headers: [] },
      { key: empty, value: empty, headers: [{ name: 'empty', value: empty }] },
      { key: EVERY_BYTE, value: EVERY_BYTE, headers: [{ name: 'bytes', value: EVERY_BYTE }] },
      {
        key: null,
        value: Buffer.from('v'),
        headers: [
          { name: 'b', value: Buffer.from('1') },
          { name: 'a', value: null },
          { name: 'b', value: Buffer.from('2') },
          { name: 'ключ', value: Buffer.from('3') },
          { name: 'b', value: Buffer.from('1') },
        ],
      },
    ];
    const sent = shapes.map((shape) => ({ ...shape, timestamp: Date.now() }));
    await sendCommitted(log, topic, sent);
    const { records: found } = await readToEnd(log, { topic, partition: 0 });
    expect(found).toEqual(sent.map((one, offset) => ({ topic, partition: 0, offset, ...one })));
  });

  it('begins at the offset that is asked for', async () => {
    const topic = await scene().topic('t');
    const log = await scene().log(topic);
    await scene().append(topic, records(5));
    const fetched = await fetchOne(log, { topic, partition: 0 }, 3);
    expect(values(fetched.records)).toEqual(['v3', 'v4']);
    expect(fetched).toMatchObject({ from: 3, nextOffset: 5 });
  });

  it('gives every record once when read piece by piece', async () => {
    const topic = await scene().topic('t');
    const log = await scene().log(topic);
    const padding = 'x'.repeat(400);
    const sent = Array.from({ length: 6_000 }, (_, n) => record(`${n} ${padding}`));
    for (let n = 0; n < sent.length; n += 1_000) await scene().append(topic, sent.slice(n, n + 1_000));
    const read = await readToEnd(log, { topic, partition: 0 });
    expect(read.fetches).toBeGreaterThan(1);
    expect(values(read.records)).toEqual(sent.map(({ value }) => String(value)));
    expect(read.records.map(({ offset }) => offset)).toEqual(sent.map((_, offset) => offset));
  });

  it('answers for every target at once when one has something', async () => {
    const topic = await scene().topic('t', 3);
    const log = await scene().log(topic);
    await scene().append(topic, [record('there')], 1);
    const targets = [0, 1, 2].map((partition) => ({ topic, partition, offset: 0 }));
    const started = Date.now();
    const fetched = await fetch(log, targets, { maxWaitMs: 20_000 });
    expect(Date.now() - started).toBeLessThan(5_000);
    const found = fetched.flatMap((answer) => (answer.kind === 'records' ? answer.records : []));
    expect(values(found)).toEqual(['there']);
    const places = fetched.map(({ partition }) => partition);
    expect(new Set(places).size).toBe(places.length);
  });

  it('waits until a record is appended', async () => {
    const topic = await scene().topic('t');
    const log = await scene().log(topic);
    // A topic this new may have no leader yet, and a call that does not wait gets no answer then.
    while ((await fetch(log, [{ topic, partition: 0, offset: 0 }], { maxWaitMs: 0 })).length === 0);
    let answered = false;
    const waiting = fetchOne(log, { topic, partition: 0 }, 0, 20_000).finally(() => {
      answered = true;
    });
    expect((await fetchOne(await scene().log(topic), { topic, partition: 0 }, 0, 300)).records).toEqual([]);
    expect(answered).toBe(false);
    const started = Date.now();
    await scene().append(topic, [record('at last')]);
    expect(values((await waiting).records)).toEqual(['at last']);
    expect(Date.now() - started).toBeLessThan(5_000);
  });

  it('wakes when a transaction commits, not when it sends', async () => {
    const topic = await scene().topic('t');
    const [log, writer] = [await scene().log(topic), await scene().log(topic)];
    const transaction = await (await writer.openProducer(0)).begin();
    let answered = false;
    const waiting = fetchOne(log, { topic, partition: 0 }, 0, 20_000).finally(() => {
      answered = true;
    });
    await transaction.send([{ topic, partition: 0, records: [record('v')] }]);
    expect((await fetchOne(writer, { topic, partition: 0 }, 0, 300)).records).toEqual([]);
    expect(answered).toBe(false);
    const started = Date.now();
    await transaction.commit();
    expect(values((await waiting).records)).toEqual(['v']);
    expect(Date.now() - started).toBeLessThan(5_000);
  });

  it('answers without records when nothing comes within the time', async () => {
    const topic = await scene().topic('t', 2);
    const log = await scene().log(topic);
    await scene().append(topic, [record('old')]);
    const started = Date.now();
    const targets = [
      { topic, partition: 0, offset: 1 },
      { topic, partition: 1, offset: 0 },
    ];
    const fetched = await fetch(log, targets, { maxWaitMs: 400 });
    expect(Date.now() - started).toBeGreaterThanOrEqual(350);
    expect(Date.now() - started).toBeLessThan(5_000);
    expect(fetched.toSorted((a, b) => a.partition - b.partition)).toEqual([
      {
        kind: 'records',
        topic,
        partition: 0,
        from: 1,
        records: [],
        nextOffset: 1,
        highWatermark: 1,
        lastStableOffset: 1,
      },
      {
        kind: 'records',
        topic,
        partition: 1,
        from: 0,
        records: [],
        nextOffset: 0,
        highWatermark: 0,
        lastStableOffset: 0,
      },
    ]);
  });

  it('ends a wait when the signal aborts, with its reason', async () => {
    const topic = await scene().topic('t');
    const log = await scene().log(topic);
    await fetchOne(log, { topic, partition: 0 }, 0, 200);
    const controller = new AbortController();
    const reason = new Error('shutting down');
    const target = { topic, partition: 0, offset: 0 };
    const waiting = fetch(log, [target], { maxWaitMs: 20_000, signal: controller.signal });
    setImmediate(() => controller.abort(reason));
    const started = Date.now();
    await expect(waiting).rejects.toBe(reason);
    expect(Date.now() - started).toBeLessThan(2_000);
    await expect(fetch(log, [target], { signal: controller.signal })).rejects.toBe(reason);
    await scene().append(topic, [record('later')]);
    expect(values((await fetchOne(log, target)).records)).toEqual(['later']);
  });

  it('says so when the offset lies before the start of the log or beyond its end', async () => {
    const topic = await scene().topic('t');
    const log = await scene().log(topic);
    await scene().append(topic, records(5));
    await scene().deleteRecordsBefore(topic, 3);
    for (const offset of [0, 2, 6]) {
      const started = Date.now();
      expect(await fetch(log, [{ topic, partition: 0, offset }], { maxWaitMs: 20_000 })).toEqual([
        { kind: 'out-of-range', topic, partition: 0, from: offset, logStartOffset: 3, highWatermark: 5 },
      ]);
      expect(Date.now() - started).toBeLessThan(5_000);
    }
    expect(values((await fetchOne(log, { topic, partition: 0 }, 3)).records)).toEqual(['v3', 'v4']);
  });

  it('answers for the other targets beside one that is out of range', async () => {
    const topic = await scene().topic('t', 2);
    const log = await scene().log(topic);
    await scene().append(topic, records(2), 0);
    await scene().append(topic, records(2), 1);
    await scene().deleteRecordsBefore(topic, 1);
    const read = async (offset: number) => {
      const targets = [
        { topic, partition: 0, offset: 0 },
        { topic, partition: 1, offset },
      ];
      return fetch(log, targets);
    };
    const kinds = new Map((await read(0)).map(({ partition, kind }) => [partition, kind]));
    expect(kinds.get(0)).toBe('out-of-range');
    expect([undefined, 'records']).toContain(kinds.get(1));
  });
}
