import { describe, expect, it } from 'vitest';
import { MINUTE } from '../../../src/kernel/time.ts';
import {
  type HealthFacts,
  judgeLive,
  judgeReady,
  PROGRESS_DEADLINE,
  READY_GRACE,
} from '../../../src/observe/health.ts';
import type { ShardSnapshot } from '../../../src/observe/shard-board.ts';

const NOW = 100 * MINUTE;

function shard(given: Partial<ShardSnapshot> = {}): ShardSnapshot {
  return {
    shard: 0,
    state: 'running',
    since: 0,
    lagRecords: 0,
    lagSeconds: 0,
    lastProgressAt: NOW,
    ...given,
  };
}

function facts(given: Partial<HealthFacts> = {}): HealthFacts {
  return { now: NOW, policyLoaded: true, joinedOnce: true, draining: false, shards: [shard()], ...given };
}

const failing = (report: ReturnType<typeof judgeReady>) =>
  report.checks.filter(({ ok }) => !ok).map(({ name }) => name);

describe('liveness', () => {
  const stale = NOW - PROGRESS_DEADLINE - 1;

  it('is red when a running shard makes no progress while work waits', () => {
    const report = judgeLive(facts({ shards: [shard({ lagRecords: 1, lastProgressAt: stale })] }));
    expect(report.ok).toBe(false);
    expect(failing(report)).toEqual(['progress']);
  });

  it.each([
    ['no work waits', shard({ lastProgressAt: stale })],
    ['it holds', shard({ state: 'holding', cause: 'kafka', lagRecords: 1, lastProgressAt: stale })],
    ['it acquires', shard({ state: 'acquiring', cause: 'redis', lagRecords: 1, lastProgressAt: stale })],
    ['the deadline is not over', shard({ lagRecords: 1, lastProgressAt: stale + 1 })],
  ])('stays green when %s', (_, one) => {
    expect(judgeLive(facts({ shards: [one] })).ok).toBe(true);
  });

  it('does not ask for Kafka, Redis, a policy or an end', () => {
    const away = facts({ policyLoaded: false, joinedOnce: false, outsideGroupSince: 0, draining: true });
    expect(judgeLive(away).ok).toBe(true);
  });
});

describe('readiness', () => {
  it('is green when the process is a member with a policy and acquired shards', () => {
    expect(judgeReady(facts()).ok).toBe(true);
  });

  it('is green without any shard: there may be more processes than shards', () => {
    expect(judgeReady(facts({ shards: [] })).ok).toBe(true);
  });

  it.each([
    ['not-draining', facts({ draining: true })],
    ['policy', facts({ policyLoaded: false })],
    ['group', facts({ joinedOnce: false })],
    ['group', facts({ joinedOnce: false, outsideGroupSince: NOW })],
    ['group', facts({ outsideGroupSince: NOW - READY_GRACE - 1 })],
    ['acquired', facts({ shards: [shard({ state: 'acquiring', since: NOW - READY_GRACE - 1 })] })],
    ['shards', facts({ shards: [shard({ state: 'holding', cause: 'position-lost' })] })],
    ['shards', facts({ shards: [shard({ state: 'holding', cause: 'failed' })] })],
  ])('is red by the check %s', (name, given) => {
    expect(failing(judgeReady(given))).toEqual([name]);
  });

  it.each([
    ['a rebalance', facts({ outsideGroupSince: NOW - READY_GRACE })],
    ['an acquire', facts({ shards: [shard({ state: 'acquiring', since: NOW - READY_GRACE })] })],
    [
      'a hold that ends by itself',
      facts({ shards: [shard({ state: 'holding', cause: 'redis', since: 0 })] }),
    ],
  ])('has patience with %s', (_, given) => {
    expect(judgeReady(given).ok).toBe(true);
  });
});
