import { describe, expect, it } from 'vitest';
import { METRICS } from '../../../src/observe/metric-table.ts';
import { createMetrics, type Metrics } from '../../../src/observe/metrics.ts';
import { parseExposition, seriesOf } from './exposition.ts';
import { decision, turn } from './turn-reports.ts';

const POLICY = { name: 'acme', digest: 'd1', enforce: true, channels: ['email', 'sms'] };

function create(): Metrics {
  return createMetrics({ version: '1.2.3', topics: ['requested'] });
}

async function scrape(metrics: Metrics) {
  return parseExposition((await metrics.render()).body);
}

async function sample(metrics: Metrics, series: string): Promise<number | undefined> {
  return (await scrape(metrics)).series.get(series);
}

describe('a scrape', () => {
  it('offers exactly the metrics of the table, each with its type and help', async () => {
    const { types, help } = await scrape(create());
    const own = [...types.keys()].filter((name) => name.startsWith('tact_'));
    expect(own.sort()).toEqual(Object.keys(METRICS).sort());
    for (const [name, definition] of Object.entries(METRICS)) {
      expect(types.get(name)).toBe(definition.type);
      expect(help.get(name)).toBe(definition.help);
    }
  });

  it('carries the metrics of the process and says its content type', async () => {
    const { contentType, body } = await create().render();
    expect(contentType).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(body).toContain('process_resident_memory_bytes');
    expect(body).toContain('nodejs_eventloop_lag_seconds');
  });

  it('has the known series from the start, at 0', async () => {
    const metrics = create();
    metrics.policyLoaded(POLICY, 0);
    for (const series of [
      'tact_records_consumed_total{topic="requested"}',
      'tact_dead_letters_total{reason="malformed"}',
      'tact_holds_total{cause="redis"}',
      'tact_shard_holding{cause="interactions-behind"}',
      'tact_shards{state="running"}',
      'tact_acquires_total{cause="fenced"}',
      'tact_transactions_total{result="ambiguous"}',
      'tact_watermark_mismatches_total{side="behind"}',
      'tact_redis_errors_total{kind="refused"}',
      'tact_rerouted_records_total',
      'tact_turn_duration_seconds_count{stage="apply"}',
      'tact_redis_command_duration_seconds_count{command="load"}',
      'tact_decisions_total{outcome="suppressed",reason="cap-reached",channel="sms",mode="enforce"}',
    ]) {
      expect(await sample(metrics, series), series).toBe(0);
    }
  });

  it('stays bounded whatever the messages say', async () => {
    const metrics = create();
    metrics.policyLoaded(POLICY, 0);
    const before = (await scrape(metrics)).series.size;
    const strange = Array.from({ length: 500 }, (_, index) => decision({ channel: `c${index}` }));
    metrics.turnFinished(0, turn({ decisions: strange }));
    const after = await scrape(metrics);
    expect(after.series.size).toBe(before);
    expect(
      after.series.get(
        'tact_decisions_total{outcome="cleared",reason="cleared",channel="unknown",mode="enforce"}',
      ),
    ).toBe(500);
  });
});

describe('a turn', () => {
  it('counts records, decisions, interactions, dead letters and re-routed records', async () => {
    const metrics = create();
    metrics.policyLoaded(POLICY, 0);
    const capped = decision({ outcome: 'suppressed', verdict: 'suppressed', reason: 'cap-reached' });
    metrics.turnFinished(
      3,
      turn({
        records: 9,
        recordsByTopic: new Map([['requested', 9]]),
        decisions: [decision(), decision(), capped],
        interactions: 2,
        ignoredInteractions: 1,
        deadLetters: ['malformed'],
        rerouted: 4,
      }),
    );
    const { series } = await scrape(metrics);
    expect(series.get('tact_records_consumed_total{topic="requested"}')).toBe(9);
    expect(
      series.get('tact_decisions_total{outcome="cleared",reason="cleared",channel="email",mode="enforce"}'),
    ).toBe(2);
    expect(
      series.get(
        'tact_decisions_total{outcome="suppressed",reason="cap-reached",channel="email",mode="enforce"}',
      ),
    ).toBe(1);
    expect(series.get('tact_interactions_total{known="true"}')).toBe(2);
    expect(series.get('tact_interactions_total{known="false"}')).toBe(1);
    expect(series.get('tact_dead_letters_total{reason="malformed"}')).toBe(1);
    expect(series.get('tact_rerouted_records_total')).toBe(4);
    expect(series.get('tact_last_turn_timestamp_seconds')).toBe(1_700_000_000);
  });

  it('is timed in seconds, stage by stage', async () => {
    const metrics = create();
    metrics.turnFinished(0, turn({ records: 60 }));
    const { series } = await scrape(metrics);
    expect(series.get('tact_turn_duration_seconds_sum{stage="commit"}')).toBe(0.25);
    expect(series.get('tact_turn_duration_seconds_bucket{le="0.25",stage="commit"}')).toBe(1);
    expect(series.get('tact_turn_duration_seconds_bucket{le="0.1",stage="commit"}')).toBe(0);
    expect(series.get('tact_turn_records_bucket{le="100"}')).toBe(1);
    expect(series.get('tact_turn_records_bucket{le="50"}')).toBe(0);
  });

  it('under a policy that only observes counts what the policy would have said', async () => {
    const metrics = create();
    metrics.policyLoaded({ ...POLICY, enforce: false }, 0);
    const capped = decision({ outcome: 'cleared', verdict: 'suppressed', reason: 'cap-reached' });
    metrics.turnFinished(0, turn({ decisions: [capped, decision()] }));
    const { series } = await scrape(metrics);
    expect(
      series.get(
        'tact_decisions_total{outcome="suppressed",reason="cap-reached",channel="email",mode="observe"}',
      ),
    ).toBe(1);
    expect(
      series.get('tact_decisions_total{outcome="cleared",reason="cleared",channel="email",mode="observe"}'),
    ).toBe(1);
  });
});

describe('a shard', () => {
  it('is counted in the state it is in, and no longer once it is revoked', async () => {
    const metrics = create();
    metrics.stateChanged(0, 'acquiring', 'assigned');
    metrics.stateChanged(1, 'acquiring', 'assigned');
    metrics.stateChanged(1, 'running');
    expect(await sample(metrics, 'tact_shards{state="acquiring"}')).toBe(1);
    expect(await sample(metrics, 'tact_shards{state="running"}')).toBe(1);
    metrics.stateChanged(1, 'stopped');
    expect(await sample(metrics, 'tact_shards{state="running"}')).toBe(0);
    expect(seriesOf(await scrape(metrics), 'tact_shards')).toHaveLength(3);
  });

  it('that holds is counted once for each time and cause, and shows since when', async () => {
    const metrics = createMetrics({ version: '1', topics: [] }, () => 5_000);
    const since = 'tact_shard_hold_since_timestamp_seconds{shard="7"}';
    metrics.stateChanged(7, 'holding', 'redis');
    metrics.stateChanged(7, 'holding', 'redis');
    expect(await sample(metrics, 'tact_holds_total{cause="redis"}')).toBe(1);
    expect(await sample(metrics, 'tact_shard_holding{cause="redis"}')).toBe(1);
    expect(await sample(metrics, since)).toBe(5);
    metrics.stateChanged(7, 'running');
    expect(await sample(metrics, 'tact_shard_holding{cause="redis"}')).toBe(0);
    expect(await sample(metrics, since)).toBeUndefined();
    metrics.stateChanged(7, 'holding', 'kafka');
    expect(await sample(metrics, 'tact_holds_total{cause="kafka"}')).toBe(1);
  });

  it('takes its series along when it is revoked', async () => {
    const metrics = create();
    const lag = (partition: number) => [{ topic: 'requested', partition, records: 5, end: 9, seconds: 2 }];
    metrics.stateChanged(0, 'running');
    metrics.stateChanged(1, 'holding', 'redis');
    metrics.lag(0, lag(0));
    metrics.lag(1, lag(1));
    expect(await sample(metrics, 'tact_consumer_lag_seconds{topic="requested",partition="1"}')).toBe(2);
    metrics.stateChanged(1, 'stopped');
    metrics.lag(1, lag(1));
    const left = await scrape(metrics);
    expect(seriesOf(left, 'tact_consumer_lag_records')).toEqual([
      'tact_consumer_lag_records{topic="requested",partition="0"}',
    ]);
    expect(seriesOf(left, 'tact_consumer_lag_seconds')).toEqual([
      'tact_consumer_lag_seconds{topic="requested",partition="0"}',
    ]);
    expect(seriesOf(left, 'tact_shard_hold_since_timestamp_seconds')).toEqual([]);
  });

  it('that is acquired counts the cause, the time, what was replayed and a rebuild', async () => {
    const metrics = create();
    metrics.acquireStarted(0, 'watermark');
    metrics.acquired(0, 1_500, 42, true);
    metrics.watermarkMismatch(0, 10, 3);
    metrics.watermarkMismatch(0, 10, 12);
    const { series } = await scrape(metrics);
    expect(series.get('tact_acquires_total{cause="watermark"}')).toBe(1);
    expect(series.get('tact_acquire_duration_seconds_sum')).toBe(1.5);
    expect(series.get('tact_changelog_replayed_records_total')).toBe(42);
    expect(series.get('tact_view_rebuilds_total')).toBe(1);
    expect(series.get('tact_watermark_mismatches_total{side="behind"}')).toBe(1);
    expect(series.get('tact_watermark_mismatches_total{side="ahead"}')).toBe(1);
  });

  it('counts its transactions by how they ended', async () => {
    const metrics = create();
    metrics.transaction(0, 'committed', 40);
    metrics.transaction(0, 'fenced', 60);
    const { series } = await scrape(metrics);
    expect(series.get('tact_transactions_total{result="committed"}')).toBe(1);
    expect(series.get('tact_transactions_total{result="fenced"}')).toBe(1);
    expect(series.get('tact_transaction_duration_seconds_sum')).toBeCloseTo(0.1);
  });
});

describe('the policy', () => {
  it('in force is one series; one that is refused changes only the success', async () => {
    const metrics = create();
    metrics.policyLoaded(POLICY, 1_000);
    metrics.policyLoaded({ ...POLICY, digest: 'd2', enforce: false }, 2_000);
    metrics.policyRefused();
    const scraped = await scrape(metrics);
    expect(seriesOf(scraped, 'tact_policy_info')).toEqual([
      'tact_policy_info{name="acme",digest="d2",enforce="false"}',
    ]);
    expect(scraped.series.get('tact_policy_last_reload_successful')).toBe(0);
    expect(scraped.series.get('tact_policy_last_reload_success_timestamp_seconds')).toBe(2);
  });
});

describe('deferred messages', () => {
  it('are counted per shard, with how long the earliest is overdue, for as long as the shard is ours', async () => {
    const metrics = createMetrics({ version: '1', topics: [] }, () => 100_000);
    const waiting = 'tact_deferred_messages{shard="7"}';
    const overdue = 'tact_deferred_overdue_seconds{shard="7"}';
    metrics.deferred(7, { waiting: 3, nextDueAt: 0 });
    expect(await sample(metrics, waiting)).toBeUndefined();
    metrics.stateChanged(7, 'running');
    metrics.deferred(7, { waiting: 3, nextDueAt: 98_500 });
    expect([await sample(metrics, waiting), await sample(metrics, overdue)]).toEqual([3, 1.5]);
    metrics.deferred(7, { waiting: 3, nextDueAt: 100_001 });
    expect(await sample(metrics, overdue)).toBe(0);
    metrics.deferred(7, { waiting: 0, nextDueAt: Number.POSITIVE_INFINITY });
    expect([await sample(metrics, waiting), await sample(metrics, overdue)]).toEqual([0, 0]);
    metrics.stateChanged(7, 'stopped');
    expect([await sample(metrics, waiting), await sample(metrics, overdue)]).toEqual([undefined, undefined]);
  });

  it('have waited from their first deferral to their outcome', async () => {
    const metrics = create();
    const times = { waitingSince: 40_000, decidedAt: 100_000 };
    const decisions = [
      decision(),
      decision({ outcome: 'deferred', verdict: 'deferred', reason: 'too-soon', ...times }),
      decision(times),
    ];
    metrics.turnFinished(7, turn({ released: 2, decisions }));
    const wait = 'tact_deferred_wait_seconds';
    expect(await sample(metrics, `${wait}_count{outcome="cleared"}`)).toBe(1);
    expect(await sample(metrics, `${wait}_sum{outcome="cleared"}`)).toBe(60);
    expect(await sample(metrics, `${wait}_count{outcome="suppressed"}`)).toBe(0);
    expect(await sample(metrics, 'tact_deferred_released_total')).toBe(2);
  });
});
