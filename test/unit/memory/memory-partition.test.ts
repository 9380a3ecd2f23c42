import { describe, expect, it } from 'vitest';
import { MemoryPartition, type TransactionFate } from '../../../src/memory/memory-partition.ts';
import type { OutputRecord } from '../../../src/model/record.ts';

const record = (key: string | null, value: string | null): OutputRecord => ({
  key: key === null ? null : Buffer.from(key),
  value: value === null ? null : Buffer.from(value),
  headers: [],
  timestamp: 1,
});
const partition = (): MemoryPartition => new MemoryPartition('t', 0);
const shown = (log: MemoryPartition) =>
  log.read('read_committed', 0).map(({ offset, key, value }) => `${offset}:${key}=${value}`);

describe('MemoryPartition', () => {
  it('gives a marker an offset of its own', () => {
    const log = partition();
    const fate: TransactionFate = { status: 'open' };
    log.append([record('a', '1')], fate);
    fate.status = 'committed';
    log.mark(fate);
    log.append([record('b', '2')]);
    expect(shown(log)).toEqual(['0:a=1', '2:b=2']);
    expect(log.offsets.highWatermark).toBe(3);
  });

  it('stops committed readers at the first open transaction, whatever was committed behind it', () => {
    const log = partition();
    const hanging: TransactionFate = { status: 'open' };
    const quick: TransactionFate = { status: 'open' };
    log.append([record('a', '1')]);
    log.append([record('b', '2')], hanging);
    log.append([record('c', '3')], quick);
    quick.status = 'committed';
    log.mark(quick);
    expect(log.offsets).toEqual({
      logStartOffset: 0,
      lastStableOffset: 1,
      highWatermark: 4,
    });
    expect(log.fetch(0, 10)).toMatchObject({ nextOffset: 1, highWatermark: 4 });
    hanging.status = 'aborted';
    log.mark(hanging);
    expect(shown(log)).toEqual(['0:a=1', '2:c=3']);
    expect(log.fetch(1, 10)).toMatchObject({ nextOffset: 5, highWatermark: 5 });
  });

  it('shows aborted and open records to uncommitted readers', () => {
    const log = partition();
    const fate: TransactionFate = { status: 'open' };
    log.append([record('a', '1')], fate);
    fate.status = 'aborted';
    log.mark(fate);
    log.append([record('b', '2')], { status: 'open' });
    expect(log.read('read_uncommitted', 0).map(({ offset }) => offset)).toEqual([0, 2]);
    expect(shown(log)).toEqual([]);
  });

  it('cuts a fetch at the number of records asked for', () => {
    const log = partition();
    log.append([record('a', '1'), record('b', '2'), record('c', '3')]);
    expect(log.fetch(0, 2)).toMatchObject({
      nextOffset: 2,
      records: [{ offset: 0 }, { offset: 1 }],
    });
    expect(log.fetch(2, 2)).toMatchObject({
      nextOffset: 3,
      records: [{ offset: 2 }],
    });
  });

  it('keeps the last value of each key when compacted, at its offset', () => {
    const log = partition();
    log.append([record('a', '1'), record('b', '2'), record('a', '3'), record(null, '4')]);
    log.compact({ keepTombstones: false });
    expect(shown(log)).toEqual(['1:b=2', '2:a=3', '3:null=4']);
    expect(log.fetch(0, 10)).toMatchObject({ kind: 'records', nextOffset: 4 });
  });

  it('removes a tombstone with what it buries, or keeps it as long as told', () => {
    const log = partition();
    log.append([record('a', '1'), record('a', null)]);
    log.compact({ keepTombstones: true });
    expect(shown(log)).toEqual(['1:a=null']);
    log.compact({ keepTombstones: false });
    expect(shown(log)).toEqual([]);
    expect(log.fetch(0, 10)).toMatchObject({ nextOffset: 2 });
  });

  it('compacts neither open transactions nor what they hold back', () => {
    const log = partition();
    log.append([record('a', '1'), record('a', '2')]);
    log.append([record('a', '3')], { status: 'open' });
    log.append([record('a', '4')]);
    log.compact({ keepTombstones: false });
    expect(shown(log)).toEqual(['1:a=2']);
    expect(log.read('read_uncommitted', 0).map(({ offset }) => offset)).toEqual([1, 2, 3]);
  });

  it('lets an aborted record bury nothing', () => {
    const log = partition();
    const fate: TransactionFate = { status: 'open' };
    log.append([record('a', '1')]);
    log.append([record('a', null)], fate);
    fate.status = 'aborted';
    log.mark(fate);
    log.compact({ keepTombstones: false });
    expect(shown(log)).toEqual(['0:a=1']);
  });
});
