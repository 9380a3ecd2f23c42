import { describe, expect, it } from 'vitest';
import { MemoryStateStore } from '../../../src/memory/memory-state-store.ts';
import type { LogRecord } from '../../../src/model/record.ts';
import { encodeDeferral } from '../../../src/records/deferral-codec.ts';
import { compareShard } from '../../../src/shard/compare.ts';

const ANN = 'a'.repeat(22);
const BOB = 'b'.repeat(22);

/** A changelog partition with these keys and values, from offset 0. */
function changelog(...entries: [key: string, value: string | null][]) {
  return changelogOf(
    ...entries.map(([key, value]): [string, Buffer | null] => [
      key,
      value === null ? null : Buffer.from(value),
    ]),
  );
}

function changelogOf(...entries: [key: string, value: Buffer | null][]) {
  const records = entries.map(([key, bytes], offset): LogRecord => {
    return {
      topic: 'state',
      partition: 0,
      offset,
      timestamp: 0,
      key: Buffer.from(key),
      value: bytes,
      headers: [],
    };
  });
  return async function* (from: number) {
    const rest = records.slice(from);
    if (rest.length > 0) yield { records: rest, nextOffset: records.length };
  };
}

async function storeWith(next: number, entries: Record<string, string>): Promise<MemoryStateStore> {
  const store = new MemoryStateStore();
  const values = new Map(Object.entries(entries).map(([field, value]) => [field, Buffer.from(value)]));
  await store.apply(0, { expected: 0, next, log: 'log', at: 0, entries: values, due: new Map() });
  return store;
}

describe('a comparison of a shard with its changelog', () => {
  const read = changelog(['log', 'x'], [ANN, '1'], [BOB, '1'], [ANN, '2'], [BOB, null], ['position', 'p']);

  it('finds nothing where the store is the fold', async () => {
    const store = await storeWith(6, { [ANN]: '2', position: 'p' });
    expect(await compareShard(store, 0, read)).toEqual({
      changelogRecords: 6,
      customers: 1,
      different: [],
      watermark: 6,
    });
  });

  it('names what has another value, is missing, and is there though it was removed', async () => {
    const store = await storeWith(6, { [ANN]: '1', [BOB]: '1' });
    const { different } = await compareShard(store, 0, read);
    expect([...different].sort()).toEqual([ANN, BOB, 'position']);
  });

  it('names everything that the store has not come to, when it stands still', async () => {
    const { different, watermark } = await compareShard(new MemoryStateStore(), 0, read);
    expect(watermark).toBe(0);
    expect([...different].sort()).toEqual([ANN, BOB, 'position']);
  });

  it('says so when the index of what waits is lost, or does not have all that waits', async () => {
    const waiting = encodeDeferral({
      dueAt: 9,
      since: 1,
      customer: ANN,
      record: { topic: 't', partition: 0, offset: 1, timestamp: 1, key: null, value: null, headers: [] },
    });
    const kept = changelogOf(
      ['log', Buffer.from('x')],
      ['d:t/0/1', waiting],
      ['d:t/0/2', waiting],
      ['d:t/0/2', null],
    );
    const entries = new Map([['d:t/0/1', waiting]]);
    const differentAfter = async (due: [string, number][], spoil: (store: MemoryStateStore) => void) => {
      const store = new MemoryStateStore();
      await store.apply(0, { expected: 0, next: 4, log: 'log', at: 0, entries, due: new Map(due) });
      spoil(store);
      return (await compareShard(store, 0, kept)).different;
    };
    expect(await differentAfter([['d:t/0/1', 9]], () => {})).toEqual([]);
    expect(await differentAfter([['d:t/0/1', 9]], (store) => store.loseIndex(0))).toEqual(['due']);
    expect(await differentAfter([], () => {})).toEqual(['due']);
  });
});
