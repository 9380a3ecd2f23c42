import type { Duration, Instant } from '../kernel/time.ts';
import type { Decision } from '../model/decision.ts';
import { REASONS, type ReasonCode } from '../model/reason.ts';
import { type Control, STOP_MODES } from '../model/stop.ts';
import { READ_FAILURE_REASONS } from '../records/reader.ts';
import { ACQUIRE_CAUSES, HOLD_CAUSES, type ShardObserver, TURN_STAGES } from '../shard/observer.ts';
import { createMetricRegistry, type MetricRegistry } from './metric-registry.ts';
import { STORE_COMMANDS, type StoreCommand } from './observed-store.ts';
import { createShardGauges } from './shard-gauges.ts';

/** The policy as it is watched. */
export interface PolicyInForce {
  readonly name: string;
  readonly digest: string;
  readonly enforce: boolean;
  /** The channels it declares: the closed set of the label; any other channel is counted as `unknown`. */
  readonly channels: readonly string[];
}

export interface MetricsOptions {
  /** Of this build of Tact. */
  readonly version: string;
  /** The topics that are read; each is counted from 0. */
  readonly topics: readonly string[];
}

/** Counts what it is told. No call throws; nothing of it can change a decision. */
export interface Metrics extends ShardObserver {
  /** A policy took effect at `at`. */
  policyLoaded(policy: PolicyInForce, at: Instant): void;
  /** A policy could not be loaded; the one before stays in force. */
  policyRefused(): void;
  /** What operators stopped changed. */
  controlChanged(control: Control): void;
  storeCommand(command: StoreCommand, took: Duration, failure?: 'unreachable' | 'refused'): void;
  /** Everything, for a scrape. */
  render(): Promise<{ readonly contentType: string; readonly body: string }>;
}

const TRANSACTION_RESULTS = ['committed', 'aborted', 'ambiguous', 'fenced'] as const;

export function createMetrics(options: MetricsOptions, clock: () => Instant = Date.now): Metrics {
  const registry = createMetricRegistry();
  initialise(registry, options);
  const decisions = createDecisionCounter(registry);
  return {
    ...createShardGauges(registry, clock),
    ...acquires(registry),
    ...turns(registry, decisions),
    ...policy(registry, decisions),
    storeCommand(command, took, failure) {
      registry.histogram('tact_redis_command_duration_seconds').observe({ command }, took / 1000);
      if (failure !== undefined) registry.counter('tact_redis_errors_total').inc({ kind: failure });
    },
    note() {},
    render: () => registry.render(),
  };
}

function acquires(
  registry: MetricRegistry,
): Pick<Metrics, 'acquireStarted' | 'acquired' | 'watermarkMismatch'> {
  return {
    acquireStarted: (_shard, cause) => registry.counter('tact_acquires_total').inc({ cause }),
    acquired(_shard, took, replayedRecords, rebuilt) {
      registry.histogram('tact_acquire_duration_seconds').observe(took / 1000);
      registry.counter('tact_changelog_replayed_records_total').inc(replayedRecords);
      if (rebuilt) registry.counter('tact_view_rebuilds_total').inc();
    },
    watermarkMismatch: (_shard, expected, found) =>
      registry
        .counter('tact_watermark_mismatches_total')
        .inc({ side: found < expected ? 'behind' : 'ahead' }),
  };
}

function turns(
  registry: MetricRegistry,
  decisions: DecisionCounter,
): Pick<Metrics, 'turnFinished' | 'transaction'> {
  return {
    turnFinished(_shard, turn) {
      registry.histogram('tact_turn_records').observe(turn.records);
      for (const stage of TURN_STAGES) {
        registry.histogram('tact_turn_duration_seconds').observe({ stage }, turn.stages[stage] / 1000);
      }
      registry.gauge('tact_last_turn_timestamp_seconds').set(turn.now / 1000);
      registry.counter('tact_deferred_released_total').inc(turn.released);
      for (const decision of turn.decisions) {
        decisions.count(decision);
        observeWait(registry, decision);
      }
      for (const reason of turn.deadLetters) registry.counter('tact_dead_letters_total').inc({ reason });
      for (const [topic, records] of turn.recordsByTopic) {
        registry.counter('tact_records_consumed_total').inc({ topic }, records);
      }
      registry.counter('tact_interactions_total').inc({ known: 'true' }, turn.interactions);
      registry.counter('tact_interactions_total').inc({ known: 'false' }, turn.ignoredInteractions);
      registry.counter('tact_rerouted_records_total').inc(turn.rerouted);
    },
    transaction(_shard, result, took) {
      registry.counter('tact_transactions_total').inc({ result });
      registry.histogram('tact_transaction_duration_seconds').observe(took / 1000);
    },
  };
}

/** Only what waited and waits no longer. */
function observeWait(registry: MetricRegistry, { outcome, waitingSince, decidedAt }: Decision): void {
  if (waitingSince === undefined || outcome === 'deferred') return;
  const waited = (decidedAt - waitingSince) / 1000;
  registry.histogram('tact_deferred_wait_seconds').observe({ outcome }, waited);
}

function policy(
  registry: MetricRegistry,
  decisions: DecisionCounter,
): Pick<Metrics, 'policyLoaded' | 'policyRefused' | 'controlChanged'> {
  return {
    controlChanged({ stops }) {
      for (const mode of STOP_MODES)
        registry.gauge('tact_stops').set({ mode }, stops.filter((stop) => stop.mode === mode).length);
    },
    policyLoaded(inForce, at) {
      const { name, digest, enforce } = inForce;
      registry.gauge('tact_policy_info').reset();
      registry.gauge('tact_policy_info').set({ name, digest, enforce: String(enforce) }, 1);
      registry.gauge('tact_policy_last_reload_successful').set(1);
      registry.gauge('tact_policy_last_reload_success_timestamp_seconds').set(at / 1000);
      decisions.follow(inForce);
    },
    policyRefused: () => registry.gauge('tact_policy_last_reload_successful').set(0),
  };
}

interface DecisionCounter {
  follow(policy: PolicyInForce): void;
  count(decision: Decision): void;
}

function createDecisionCounter(registry: MetricRegistry): DecisionCounter {
  const counter = registry.counter('tact_decisions_total');
  let channels: ReadonlySet<string> = new Set();
  let enforced = true;
  const modeOf = (decision: Decision) =>
    enforced && decision.outcome === decision.verdict ? 'enforce' : 'observe';
  return {
    follow(policy) {
      channels = new Set(policy.channels);
      enforced = policy.enforce;
      const mode = enforced ? 'enforce' : 'observe';
      for (const channel of [...channels, 'unknown']) {
        for (const reason of Object.keys(REASONS) as ReasonCode[]) {
          const outcome = reason === 'cleared' ? 'cleared' : 'suppressed';
          counter.inc({ outcome, reason, channel, mode }, 0);
        }
      }
    },
    count(decision) {
      const channel = channels.has(decision.channel) ? decision.channel : 'unknown';
      counter.inc({ outcome: decision.verdict, reason: decision.reason, channel, mode: modeOf(decision) });
    },
  };
}

/** A series that is there from the start can be told from one that is missing, and its first increase is seen. */
function initialise(registry: MetricRegistry, { version, topics }: MetricsOptions): void {
  registry.gauge('tact_build_info').set({ version, nodejs: process.versions.node }, 1);
  for (const topic of topics) registry.counter('tact_records_consumed_total').inc({ topic }, 0);
  for (const known of ['true', 'false']) registry.counter('tact_interactions_total').inc({ known }, 0);
  for (const reason of READ_FAILURE_REASONS) registry.counter('tact_dead_letters_total').inc({ reason }, 0);
  for (const result of TRANSACTION_RESULTS) registry.counter('tact_transactions_total').inc({ result }, 0);
  for (const kind of ['unreachable', 'refused']) registry.counter('tact_redis_errors_total').inc({ kind }, 0);
  for (const side of ['behind', 'ahead'])
    registry.counter('tact_watermark_mismatches_total').inc({ side }, 0);
  for (const cause of ACQUIRE_CAUSES) registry.counter('tact_acquires_total').inc({ cause }, 0);
  for (const mode of STOP_MODES) registry.gauge('tact_stops').set({ mode }, 0);
  for (const cause of HOLD_CAUSES) registry.counter('tact_holds_total').inc({ cause }, 0);
  for (const stage of TURN_STAGES) registry.histogram('tact_turn_duration_seconds').zero({ stage });
  for (const outcome of ['cleared', 'suppressed']) {
    registry.histogram('tact_deferred_wait_seconds').zero({ outcome });
  }
  for (const command of STORE_COMMANDS) {
    registry.histogram('tact_redis_command_duration_seconds').zero({ command });
  }
}
