import { expect, test } from 'vitest';
import { type Batch, withoutAborted } from '../../checker/wire/cluster.mjs';

const [ANNA, BERT] = [1, 2];

function data(producerId: number, baseOffset: number, transactional = true): Batch {
  const record = { offset: baseOffset, timestamp: 0, key: null, value: null, headers: [] };
  return {
    baseOffset,
    lastOffset: baseOffset,
    producerId,
    transactional,
    marker: undefined,
    records: [record],
  };
}

function marker(producerId: number, baseOffset: number, kind: 'commit' | 'abort'): Batch {
  return { baseOffset, lastOffset: baseOffset, producerId, transactional: true, marker: kind, records: [] };
}

function offsets(batches: Batch[], aborted: [producerId: number, firstOffset: number][]): number[] {
  const named = aborted.map(([producerId, firstOffset]) => ({ producerId, firstOffset }));
  return withoutAborted(batches, named).flatMap(({ records }) => records.map(({ offset }) => offset));
}

test('an aborted transaction is left out up to its marker, the next one of the same producer stays', () => {
  const batches = [
    data(ANNA, 0),
    data(ANNA, 1),
    marker(ANNA, 2, 'abort'),
    data(ANNA, 3),
    marker(ANNA, 4, 'commit'),
  ];
  expect(offsets(batches, [[ANNA, 0]])).toEqual([3]);
});

test('interleaved transactions are told apart, whatever the order in which the broker names them', () => {
  const batches = [
    data(ANNA, 0),
    data(BERT, 1),
    data(ANNA, 2),
    marker(BERT, 3, 'abort'),
    marker(ANNA, 4, 'abort'),
    data(BERT, 5),
  ];
  const aborted: [number, number][] = [
    [BERT, 1],
    [ANNA, 0],
  ];
  expect(offsets(batches, aborted)).toEqual([5]);
});

test('a transaction that began before what was fetched is left out', () => {
  expect(offsets([data(ANNA, 10), marker(ANNA, 11, 'abort'), data(ANNA, 12)], [[ANNA, 3]])).toEqual([12]);
});

test('records outside transactions stay', () => {
  expect(offsets([data(ANNA, 0), data(ANNA, 1, false)], [[ANNA, 0]])).toEqual([1]);
});
