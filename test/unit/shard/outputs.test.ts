import { describe, expect, it } from 'vitest';
import { Outputs, recordBytes } from '../../../src/shard/outputs.ts';

const record = (size: number, mark: number) => ({
  key: Buffer.from([mark]),
  value: Buffer.alloc(size),
  headers: [],
  timestamp: 0,
});
const a = { topic: 'cleared', partition: 0 };
const b = { topic: 'state', partition: 0 };

describe('outputs', () => {
  it('go in one request where they fit', () => {
    const outputs = new Outputs();
    outputs.add(a, record(10, 1));
    outputs.add(b, record(10, 2));
    expect(outputs.requests(1_000)).toHaveLength(1);
  });

  it('are cut so that no partition has more than the limit in one request, in order', () => {
    const outputs = new Outputs();
    for (let mark = 0; mark < 10; mark++) outputs.add(a, record(300, mark));
    outputs.add(b, record(10, 99));
    const requests = outputs.requests(1_000);
    const marks = requests.flatMap((request) =>
      request
        .filter((slice) => slice.topic === 'cleared')
        .flatMap((slice) => slice.records.map((r) => r.key?.[0])),
    );
    expect(marks).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    for (const request of requests) {
      for (const slice of request) {
        expect(slice.records.reduce((sum, each) => sum + recordBytes(each), 0)).toBeLessThanOrEqual(1_000);
      }
    }
  });

  it('send a record that is larger than the limit in a slice of its own', () => {
    const outputs = new Outputs();
    outputs.add(a, record(10, 1));
    outputs.add(a, record(5_000, 2));
    outputs.add(a, record(10, 3));
    expect(outputs.requests(1_000).map((request) => request[0]?.records.length)).toEqual([1, 1, 1]);
  });
});
