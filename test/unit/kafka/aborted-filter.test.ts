import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import {
  type AbortedTransaction,
  type BatchSpan,
  createAbortedFilter,
} from '../../../src/kafka/aborted-filter.ts';

const require = createRequire(import.meta.url);
type StockFilter = (input: { messages: StockMessage[]; abortedTransactions: object[] }) => StockMessage[];
const stockFilter: StockFilter = require('kafkajs/src/consumer/filterAbortedMessages.js');

interface StockMessage {
  offset: string;
  key: Buffer | null;
  isControlRecord: boolean;
  batchContext: { producerId: string; inTransaction: boolean };
}

/** One record per batch; the producers are called A, B, … by their place in the alphabet. */
interface Line {
  readonly by: string;
  readonly marker?: 'commit' | 'abort';
  readonly key?: Buffer;
  readonly outside?: true;
}

const producerId = (name: string) => name.charCodeAt(0) - 64;

function kept(lines: readonly Line[], aborted: readonly AbortedTransaction[], from = 0): number[] {
  const committed = createAbortedFilter(aborted);
  return lines.flatMap((line, i) => {
    const batch: BatchSpan = {
      lastOffset: from + i,
      producerId: producerId(line.by),
      transactional: !line.outside,
      ...(line.marker && { marker: line.marker }),
    };
    return committed(batch) ? [from + i] : [];
  });
}

/** The same log as the library sees it; control records are taken out afterwards, as its batch does. */
function keptByStock(lines: readonly Line[], aborted: readonly AbortedTransaction[], from = 0): number[] {
  const messages = lines.map(({ by, marker, key, outside }, i) => ({
    offset: String(from + i),
    key: marker ? Buffer.from([0, 0, 0, marker === 'abort' ? 0 : 1]) : (key ?? null),
    isControlRecord: marker !== undefined,
    batchContext: { producerId: String(producerId(by)), inTransaction: !outside },
  }));
  const abortedTransactions = aborted.map((range) => ({
    producerId: String(range.producerId),
    firstOffset: String(range.firstOffset),
  }));
  const rest = stockFilter({ messages, abortedTransactions });
  return rest.filter(({ isControlRecord }) => !isControlRecord).map(({ offset }) => Number(offset));
}

const A = producerId('A');
const B = producerId('B');
const C = producerId('C');

describe('the aborted filter', () => {
  it('leaves out one aborted transaction and keeps what follows, as the library does', () => {
    const lines: Line[] = [
      { by: 'A' },
      { by: 'A' },
      { by: 'A', marker: 'abort' },
      { by: 'A' },
      { by: 'A', marker: 'commit' },
    ];
    const aborted = [{ producerId: A, firstOffset: 0 }];
    expect(kept(lines, aborted)).toEqual([3]);
    expect(keptByStock(lines, aborted)).toEqual([3]);
  });

  it('holds when an inner transaction is listed first because it ended first', () => {
    const lines: Line[] = [
      { by: 'A' },
      { by: 'B' },
      { by: 'B', marker: 'abort' },
      { by: 'A' },
      { by: 'A', marker: 'abort' },
    ];
    const aborted = [
      { producerId: B, firstOffset: 1 },
      { producerId: A, firstOffset: 0 },
    ];
    expect(kept(lines, aborted)).toEqual([]);
    expect(keptByStock(lines, aborted)).toEqual([0]);
  });

  it('enters every transaction that began before the first record that was fetched', () => {
    const lines: Line[] = [{ by: 'A' }, { by: 'A', marker: 'abort' }];
    const aborted = [
      { producerId: C, firstOffset: 90 },
      { producerId: B, firstOffset: 95 },
      { producerId: A, firstOffset: 97 },
    ];
    expect(kept(lines, aborted, 100)).toEqual([]);
    expect(keptByStock(lines, aborted, 100)).toEqual([100]);
  });

  it('is not ended by a record whose key looks like an abort marker', () => {
    const lines: Line[] = [{ by: 'A', key: Buffer.alloc(4) }, { by: 'A' }, { by: 'A', marker: 'abort' }];
    const aborted = [{ producerId: A, firstOffset: 0 }];
    expect(kept(lines, aborted)).toEqual([]);
    expect(keptByStock(lines, aborted)).toEqual([0, 1]);
  });

  it('leaves alone what another producer, or the same one outside transactions, wrote in between', () => {
    const lines: Line[] = [
      { by: 'A' },
      { by: 'B' },
      { by: 'A', outside: true },
      { by: 'A', marker: 'abort' },
    ];
    expect(kept(lines, [{ producerId: A, firstOffset: 0 }])).toEqual([1, 2]);
  });

  it('never lets a control batch out, not even of an unknown kind', () => {
    const committed = createAbortedFilter([]);
    expect(committed({ lastOffset: 0, producerId: 1, transactional: true, marker: 'commit' })).toBe(false);
    expect(committed({ lastOffset: 1, producerId: 1, transactional: false, marker: 'other' })).toBe(false);
  });
});
