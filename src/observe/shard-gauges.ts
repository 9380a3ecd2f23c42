import type { Instant } from '../kernel/time.ts';
import {
  HOLD_CAUSES,
  type HoldCause,
  SHARD_STATES,
  type ShardObserver,
  type ShardState,
} from '../shard/observer.ts';
import type { MetricRegistry } from './metric-registry.ts';

/** The states that a shard of this process can be in; a stopped one is no longer its. */
const OWNED_STATES = SHARD_STATES.filter((state) => state !== 'stopped');

interface Owned {
  readonly state: ShardState;
  /** Present while it holds. */
  readonly cause?: HoldCause;
}

/** Keeps the gauges that stand for a shard, and removes every series of a shard that is no longer this process's. */
export function createShardGauges(
  registry: MetricRegistry,
  clock: () => Instant,
): Pick<ShardObserver, 'stateChanged' | 'lag' | 'deferred'> {
  const owned = new Map<number, Owned>();
  const lagging = new Map<number, Map<string, { topic: string; partition: string }>>();
  const since = registry.gauge('tact_shard_hold_since_timestamp_seconds');
  const lagGauges = [
    registry.gauge('tact_consumer_lag_records'),
    registry.gauge('tact_consumer_lag_seconds'),
  ];

  const waiting = registry.gauge('tact_deferred_messages');
  const overdue = registry.gauge('tact_deferred_overdue_seconds');

  function count(): void {
    const all = [...owned.values()];
    for (const state of OWNED_STATES) {
      registry.gauge('tact_shards').set({ state }, all.filter((shard) => shard.state === state).length);
    }
    for (const cause of HOLD_CAUSES) {
      registry
        .gauge('tact_shard_holding')
        .set({ cause }, all.filter((shard) => shard.cause === cause).length);
    }
  }

  function forget(shard: number): void {
    owned.delete(shard);
    for (const labels of lagging.get(shard)?.values() ?? [])
      for (const gauge of lagGauges) gauge.remove(labels);
    lagging.delete(shard);
    for (const gauge of [waiting, overdue]) gauge.remove({ shard: String(shard) });
  }

  count();
  return {
    stateChanged(shard, state, cause) {
      const before = owned.get(shard);
      const hold = state === 'holding' && isHoldCause(cause) ? cause : undefined;
      if (state === 'stopped') forget(shard);
      else owned.set(shard, hold === undefined ? { state } : { state, cause: hold });
      if (hold !== undefined && hold !== before?.cause)
        registry.counter('tact_holds_total').inc({ cause: hold });
      if (state !== 'holding') since.remove({ shard: String(shard) });
      else if (before?.state !== 'holding') since.set({ shard: String(shard) }, clock() / 1000);
      count();
    },
    deferred(shard, deferred) {
      if (!owned.has(shard)) return;
      waiting.set({ shard: String(shard) }, deferred.waiting);
      overdue.set({ shard: String(shard) }, Math.max(0, clock() - deferred.nextDueAt) / 1000);
    },
    lag(shard, lag) {
      if (!owned.has(shard)) return;
      const series = lagging.get(shard) ?? new Map();
      lagging.set(shard, series);
      for (const { topic, partition, records, seconds } of lag) {
        const labels = { topic, partition: String(partition) };
        series.set(`${topic}/${partition}`, labels);
        registry.gauge('tact_consumer_lag_records').set(labels, records);
        registry.gauge('tact_consumer_lag_seconds').set(labels, seconds);
      }
    },
  };
}

function isHoldCause(cause: string | undefined): cause is HoldCause {
  return HOLD_CAUSES.includes(cause as HoldCause);
}
