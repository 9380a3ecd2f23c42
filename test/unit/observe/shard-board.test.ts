import { describe, expect, it } from 'vitest';
import { createShardBoard } from '../../../src/observe/shard-board.ts';
import { turn } from './turn-reports.ts';

function board() {
  let now = 0;
  const created = createShardBoard(() => now);
  return {
    board: created,
    at: (instant: number) => {
      now = instant;
    },
  };
}

const lag = (partition: number, records: number, seconds: number) => ({
  topic: 't',
  partition,
  records,
  end: 100 + partition,
  seconds,
});

describe('the board', () => {
  it('shows state and cause of each shard and since when', () => {
    const { board: shards, at } = board();
    at(10);
    shards.stateChanged(1, 'acquiring', 'assigned');
    shards.stateChanged(0, 'acquiring', 'assigned');
    at(20);
    shards.stateChanged(1, 'running');
    at(30);
    shards.stateChanged(1, 'holding', 'redis');
    at(40);
    shards.stateChanged(1, 'holding', 'redis');
    expect(shards.shards()).toEqual([
      {
        shard: 0,
        state: 'acquiring',
        cause: 'assigned',
        since: 10,
        lagRecords: 0,
        lagSeconds: 0,
        lastProgressAt: 10,
      },
      {
        shard: 1,
        state: 'holding',
        cause: 'redis',
        since: 30,
        lagRecords: 0,
        lagSeconds: 0,
        lastProgressAt: 40,
      },
    ]);
    shards.stateChanged(1, 'holding', 'kafka');
    expect(shards.shards()[1]).toMatchObject({ cause: 'kafka', since: 40 });
  });

  it('adds up the lag of the partitions and keeps the oldest age', () => {
    const { board: shards } = board();
    shards.stateChanged(0, 'running');
    shards.lag(0, [lag(0, 5, 9), lag(12, 7, 2)]);
    shards.lag(0, [lag(0, 1, 1)]);
    expect(shards.shards()[0]).toMatchObject({ lagRecords: 8, endOffsets: 212, lagSeconds: 2 });
  });

  it('forgets a shard that was revoked, with its lag', () => {
    const { board: shards } = board();
    shards.stateChanged(0, 'running');
    shards.lag(0, [lag(0, 5, 9)]);
    shards.stateChanged(0, 'stopped');
    shards.lag(0, [lag(0, 5, 9)]);
    expect(shards.shards()).toEqual([]);
    shards.stateChanged(0, 'acquiring', 'assigned');
    expect(shards.shards()[0]).toMatchObject({ lagRecords: 0, lagSeconds: 0 });
  });

  it('counts a turn, and having nothing to do, as progress; lag that only grows is none', () => {
    const { board: shards, at } = board();
    shards.stateChanged(0, 'running');
    const progress = () => shards.shards()[0]?.lastProgressAt;
    at(10);
    shards.lag(0, [lag(0, 0, 0)]);
    expect(progress()).toBe(10);
    at(20);
    shards.lag(0, [lag(0, 3, 1)]);
    expect(progress()).toBe(20);
    at(30);
    shards.lag(0, [lag(0, 4, 11)]);
    expect(progress()).toBe(20);
    at(40);
    shards.turnFinished(0, turn());
    expect(progress()).toBe(40);
  });
});
