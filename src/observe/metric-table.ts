/** What is measured: the only place where a metric is named. Base units; every label comes from a closed set. */
export interface MetricDefinition {
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly labels: readonly string[];
  /** Upper bounds of a histogram, in the metric's unit. */
  readonly buckets?: readonly number[];
}

const TURN_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const;
const TRANSACTION_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30] as const;
const REDIS_SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 2.5] as const;
const ACQUIRE_SECONDS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800] as const;
const WAIT_SECONDS = [60, 300, 900, 3600, 14_400, 43_200, 86_400, 172_800, 604_800, 2_592_000] as const;
const TURN_RECORDS = [1, 10, 50, 100, 250, 500, 1000, 2500, 5000, 10_000] as const;

export const METRICS = {
  tact_decisions_total: {
    type: 'counter',
    labels: ['outcome', 'reason', 'channel', 'mode'],
    help: "Messages decided, by the policy's answer. With mode=observe every message was cleared whatever the answer.",
  },
  tact_records_consumed_total: {
    type: 'counter',
    labels: ['topic'],
    help: 'Records taken into a committed turn.',
  },
  tact_interactions_total: {
    type: 'counter',
    labels: ['known'],
    help: 'Interactions folded into a state (known=true) or passed over because their type is unknown (known=false).',
  },
  tact_dead_letters_total: { type: 'counter', labels: ['reason'], help: 'Records that could not be read.' },
  tact_rerouted_records_total: {
    type: 'counter',
    labels: [],
    help: "Records sent on to their customer's own shard.",
  },
  tact_consumer_lag_records: {
    type: 'gauge',
    labels: ['topic', 'partition'],
    help: 'Records that are in the partition and not decided yet.',
  },
  tact_consumer_lag_seconds: {
    type: 'gauge',
    labels: ['topic', 'partition'],
    help: 'Age of the oldest record of the partition that is not decided yet; 0 when there is none.',
  },
  tact_deferred_messages: {
    type: 'gauge',
    labels: ['shard'],
    help: 'Deferred messages that wait in the shard.',
  },
  tact_deferred_overdue_seconds: {
    type: 'gauge',
    labels: ['shard'],
    help: 'How long ago the earliest deferred message of the shard was due; 0 when none is.',
  },
  tact_deferred_released_total: {
    type: 'counter',
    labels: [],
    help: 'Deferred messages that were decided again, whatever came of it.',
  },
  tact_deferred_wait_seconds: {
    type: 'histogram',
    labels: ['outcome'],
    buckets: WAIT_SECONDS,
    help: 'Time from the first deferral of a message to its final outcome.',
  },
  tact_turn_duration_seconds: {
    type: 'histogram',
    labels: ['stage'],
    buckets: TURN_SECONDS,
    help: 'Time that one turn spent in a stage; the stages of a turn add up.',
  },
  tact_turn_records: { type: 'histogram', labels: [], buckets: TURN_RECORDS, help: 'Records in one turn.' },
  tact_last_turn_timestamp_seconds: {
    type: 'gauge',
    labels: [],
    help: 'When the last turn of any shard of this process was decided; 0 before the first.',
  },
  tact_transactions_total: { type: 'counter', labels: ['result'], help: 'Kafka transactions ended.' },
  tact_transaction_duration_seconds: {
    type: 'histogram',
    labels: [],
    buckets: TRANSACTION_SECONDS,
    help: 'Time from the begin of a Kafka transaction to its end, whatever the end.',
  },
  tact_redis_command_duration_seconds: {
    type: 'histogram',
    labels: ['command'],
    buckets: REDIS_SECONDS,
    help: 'Time of one call to Redis, failed ones included.',
  },
  tact_redis_errors_total: {
    type: 'counter',
    labels: ['kind'],
    help: 'Calls to Redis that were not answered (kind=unreachable) or answered with an error (kind=refused).',
  },
  tact_shards: { type: 'gauge', labels: ['state'], help: 'Shards of this process, by state.' },
  tact_shard_holding: {
    type: 'gauge',
    labels: ['cause'],
    help: 'Shards of this process that hold at the moment.',
  },
  tact_shard_hold_since_timestamp_seconds: {
    type: 'gauge',
    labels: ['shard'],
    help: 'Since when a shard holds; there is no series for a shard that does not.',
  },
  tact_holds_total: { type: 'counter', labels: ['cause'], help: 'Times a shard began to hold.' },
  tact_acquires_total: {
    type: 'counter',
    labels: ['cause'],
    help: 'Acquires begun; those that succeeded are the count of tact_acquire_duration_seconds.',
  },
  tact_acquire_duration_seconds: {
    type: 'histogram',
    labels: [],
    buckets: ACQUIRE_SECONDS,
    help: 'Time of one successful acquire.',
  },
  tact_changelog_replayed_records_total: {
    type: 'counter',
    labels: [],
    help: 'Changelog records applied to Redis while shards were acquired.',
  },
  tact_view_rebuilds_total: {
    type: 'counter',
    labels: [],
    help: 'Acquires that threw the shard in Redis away and built it again from the whole changelog.',
  },
  tact_watermark_mismatches_total: {
    type: 'counter',
    labels: ['side'],
    help: 'Times Redis was not where the shard expected it: behind (history is missing) or ahead (another owner wrote).',
  },
  tact_policy_info: {
    type: 'gauge',
    labels: ['name', 'digest', 'enforce'],
    help: 'The policy in force; always 1.',
  },
  tact_stops: {
    type: 'gauge',
    labels: ['mode'],
    help: 'Stops of operators that are in force in this process, by what becomes of the messages.',
  },
  tact_policy_last_reload_successful: {
    type: 'gauge',
    labels: [],
    help: 'Whether the last attempt to load the policy succeeded: 1 or 0.',
  },
  tact_policy_last_reload_success_timestamp_seconds: {
    type: 'gauge',
    labels: [],
    help: 'When the policy in force was loaded; 0 before the first.',
  },
  tact_build_info: { type: 'gauge', labels: ['version', 'nodejs'], help: 'What is running; always 1.' },
} as const satisfies Record<`tact_${string}`, MetricDefinition>;

export type MetricName = keyof typeof METRICS;
/** The names of one type. */
export type NamesOf<T extends MetricDefinition['type']> = {
  [N in MetricName]: (typeof METRICS)[N]['type'] extends T ? N : never;
}[MetricName];
export type LabelsOf<N extends MetricName> = (typeof METRICS)[N]['labels'][number];
