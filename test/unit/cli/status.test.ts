import { describe, expect, it } from 'vitest';
import type { StatusReport } from '../../../src/cli/abilities.ts';
import { renderStatus } from '../../../src/cli/render/status.ts';
import { createStyle } from '../../../src/cli/render/style.ts';
import { statusWarnings } from '../../../src/cli/status-warnings.ts';
import { MINUTE } from '../../../src/kernel/time.ts';
import { HOLD_CAUSES } from '../../../src/shard/observer.ts';

const now = Date.UTC(2026, 2, 10, 12);
const process = { id: 'p1', host: 'node-a', policy: 'acme@0123456789ab', control: 3, seenAt: now };
const running = {
  owner: 'p1',
  state: 'running',
  since: now - MINUTE,
  lagRecords: 0,
  lagSeconds: 0,
  watermark: 7,
} as const;
const well: StatusReport = {
  shards: [
    { shard: 0, ...running, waiting: 1_200, overdueSeconds: 90 },
    { shard: 1, ...running, lagRecords: 12_345, lagSeconds: 7_500 },
  ],
  processes: [process],
  control: { version: 3, stops: [] },
};

describe('statusWarnings', () => {
  it('are none when all is well', () => {
    expect(statusWarnings(well)).toEqual([]);
  });

  it('name a process that does not know yet what was last stopped', () => {
    const control = { version: 4, stops: [] };
    const processes = [
      { ...process, control: 4 },
      { ...process, id: 'p2' },
    ];
    expect(statusWarnings({ ...well, control, processes })).toEqual([
      'p2 does not know yet what was last stopped or resumed',
    ]);
  });

  it('say that nobody can tell what is stopped', () => {
    const { control: _, ...unknown } = well;
    expect(statusWarnings(unknown)).toEqual(['the control topic cannot be read: tact topics check']);
  });

  it('name shards without an owner', () => {
    const shards = [{ shard: 0, ...running }, { shard: 3 }, { shard: 4 }];
    expect(statusWarnings({ ...well, shards })[0]).toMatch(/^shards 3, 4 without an owner/);
  });

  it('name what holds, by cause, with what to do', () => {
    const shards = [{ shard: 2, ...running, state: 'holding' as const, cause: 'position-lost' }];
    expect(statusWarnings({ ...well, shards })).toEqual([
      'shard 2 on hold (position-lost): nobody knows where to read on; decide with tact shard adopt',
    ]);
  });

  it('advise on every cause that the protocol knows', () => {
    for (const cause of HOLD_CAUSES) {
      const shards = [{ shard: 2, ...running, state: 'holding' as const, cause }];
      expect(statusWarnings({ ...well, shards })[0]).toMatch(
        /^shard 2 on hold \([a-z-]+\): (?!see the log$)/,
      );
    }
  });

  it('name processes that decide with different policies', () => {
    const processes = [process, { ...process, id: 'p2', policy: 'acme@ffffffffffff' }];
    expect(statusWarnings({ ...well, processes })).toEqual([
      'processes decide with different policies: acme@0123456789ab, acme@ffffffffffff',
    ]);
  });
});

describe('renderStatus', () => {
  it('shows a row per shard and per process', () => {
    const lines = renderStatus(well, [], now, createStyle(false));
    expect(lines).toEqual([
      'shard  state    since      owner     lag     behind  waiting     overdue  watermark',
      '    0  running  1 min ago  p1          0        0 s    1,200  1 min 30 s          7',
      '    1  running  1 min ago  p1     12,345  2 h 5 min        ?           ?          7',
      '',
      '1,200 messages deferred; tact customer show names a customer’s.',
      '',
      'process  host    policy             shards  seen',
      'p1       node-a  acme@0123456789ab       2  just now',
    ]);
  });

  it('says what is unknown', () => {
    const [, row] = renderStatus({ shards: [{ shard: 0 }], processes: [] }, [], now, createStyle(false));
    expect(row).toBe('    0  unknown         nobody    ?       ?        ?        ?          ?');
  });
});
