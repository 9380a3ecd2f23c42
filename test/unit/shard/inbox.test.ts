import { describe, expect, it } from 'vitest';
import type { LogRecord } from '../../../src/model/record.ts';
import { Inbox } from '../../../src/shard/inbox.ts';

const place = { topic: 'in', partition: 3 };
const record = (offset: number): LogRecord => ({
  ...place,
  offset,
  timestamp: 0,
  key: null,
  value: null,
  headers: [],
});
const fetched = (from: number, offsets: number[], nextOffset: number) => ({
  kind: 'records' as const,
  ...place,
  from,
  records: offsets.map(record),
  nextOffset,
  highWatermark: 100,
  lastStableOffset: 100,
});

describe('an inbox', () => {
  it('goes on after the markers and holes that a fetch passed over', () => {
    const inbox = new Inbox([{ ...place, offset: 5 }]);
    inbox.put(fetched(5, [], 9));
    expect(inbox.offset(place)).toBe(9);
    expect(inbox.wants([place])).toEqual([{ ...place, offset: 9 }]);
  });

  it('has as its position the first record that was not taken', () => {
    const inbox = new Inbox([{ ...place, offset: 0 }]);
    inbox.put(fetched(0, [2, 5, 7], 8));
    expect(inbox.take([place], 2).map((each) => each.offset)).toEqual([2, 5]);
    expect(inbox.offset(place)).toBe(7);
    expect(inbox.wants([place])).toEqual([]);
    inbox.take([place], 10);
    expect(inbox.offsets()).toEqual(new Map([['in/3', 8]]));
  });

  it('takes no more than there is room for', () => {
    const second = { topic: 'in', partition: 15 };
    const inbox = new Inbox([
      { ...place, offset: 0 },
      { ...second, offset: 0 },
    ]);
    inbox.put(fetched(0, [0, 1, 2], 3));
    inbox.put({ ...fetched(0, [0, 1], 2), partition: 15 });
    expect(inbox.take([place, second], 4)).toHaveLength(4);
    expect(inbox.hasWaiting([second])).toBe(true);
    expect(inbox.take([place, second], 4)).toHaveLength(1);
  });

  it('begins with another partition each time, so that none waits behind the backlog of the others', () => {
    const second = { topic: 'in', partition: 15 };
    const inbox = new Inbox([
      { ...place, offset: 0 },
      { ...second, offset: 0 },
    ]);
    inbox.put(fetched(0, [0, 1, 2, 3], 4));
    inbox.put({ ...fetched(0, [0], 1), partition: 15, records: [{ ...record(0), partition: 15 }] });
    const partitions = [0, 1].map(() => inbox.take([place, second], 2).map((each) => each.partition));
    expect(partitions).toEqual([
      [3, 3],
      [15, 3],
    ]);
  });

  it('passes over an answer to a question that is no longer asked', () => {
    const inbox = new Inbox([{ ...place, offset: 5 }]);
    expect(inbox.put(fetched(0, [0, 1], 2))).toBe(false);
    expect(inbox.put(fetched(5, [5], 6))).toBe(true);
    expect(inbox.put(fetched(5, [5], 6))).toBe(false);
    expect(inbox.take([place], 10)).toHaveLength(1);
  });
});
