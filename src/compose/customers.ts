import type { OutputScan, RememberedCustomer, ScannedRecords } from '../cli/abilities.ts';
import type { Config } from '../config/config.ts';
import type { PartitionBounds } from '../kafka/cluster.ts';
import { createKafkaLog, type KafkaLog } from '../kafka/kafka-log.ts';
import { TactError } from '../kernel/errors.ts';
import { shardOf } from '../kernel/shard-of.ts';
import type { LogRecord } from '../model/record.ts';
import { decodeDeferral } from '../records/deferral-codec.ts';
import { decodeState } from '../records/state-codec.ts';
import { RedisStateStore } from '../redis/redis-state-store.ts';
import { isOfOtherKey } from '../shard/acquire.ts';
import { deferralField } from '../shard/changelog-keys.ts';
import { fetchUnlessStopped, SILENT } from './kafka-tools.ts';
import { configuredCustomerKey, kafkaSettings, redisSettings } from './settings.ts';

/** So many times in a row without anything new, half a second each. */
const IN_VAIN_MAX = 4;

/** What Redis remembers of the customer, read together with how far it has been brought. */
export async function readCustomer(config: Config, customerId: string): Promise<RememberedCustomer> {
  const shard = shardOf(customerId, config.shards);
  const customerKey = configuredCustomerKey(config);
  const store = new RedisStateStore(redisSettings(config));
  try {
    const { watermark, values } = await store.load(shard, [customerKey(customerId)]);
    const [packed] = values;
    if (packed) return { shard, watermark, state: decodeState(packed) };
    const { log } = await store.view(shard);
    if (log !== undefined && isOfOtherKey(log, customerKey)) throw otherKey(shard);
    return { shard, watermark, state: undefined };
  } finally {
    await store.close();
  }
}

/** The records that wait under these sources. Read one by one, since each may be as large as Kafka lets a record be. */
export async function readWaiting(
  config: Config,
  shard: number,
  sources: readonly string[],
): Promise<readonly LogRecord[]> {
  const store = new RedisStateStore(redisSettings(config));
  const records: LogRecord[] = [];
  try {
    for (const source of sources) {
      const { values } = await store.load(shard, [deferralField(source)]);
      const [packed] = values;
      if (packed) records.push(decodeDeferral(packed).record);
    }
    return records;
  } finally {
    await store.close();
  }
}

/** With another key everybody would look unknown. */
function otherKey(shard: number): TactError {
  return new TactError(
    'invalid-config',
    `shard ${shard} was written with another customer key than this configuration has, so nobody can be looked up; give customerKey as tact run has it`,
  );
}

/** What a shard wrote to its partition of the topic, from `since` to the present end. */
export async function* scanOutputs(config: Config, scan: OutputScan): AsyncGenerator<ScannedRecords> {
  const { topic, shard, since, signal } = scan;
  const topics = { subscribe: [topic], changelog: config.topics.changelog };
  const log = await createKafkaLog(kafkaSettings(config), topics, SILENT);
  try {
    const partitions = (await log.partitionCounts([topic])).get(topic) ?? 1;
    const [bounds] = await log.bounds([{ topic, partition: shard % partitions }], since);
    if (bounds) yield* readBetween(log, bounds, signal);
  } finally {
    await log.leave();
  }
}

/** Ends before `end` where the log hands out nothing more, such as behind a transaction that hangs. */
async function* readBetween(
  log: KafkaLog,
  { topic, partition, start, end }: PartitionBounds,
  signal: AbortSignal,
): AsyncGenerator<ScannedRecords> {
  let next = start;
  yield { topic, partition, records: [], left: end - start };
  for (let inVain = 0; next < end && inVain < IN_VAIN_MAX && !signal.aborted; ) {
    const [fetched] = await fetchUnlessStopped(log, [{ topic, partition, offset: next }], signal);
    const reached = fetched?.kind === 'out-of-range' ? fetched.logStartOffset : (fetched?.nextOffset ?? next);
    inVain = reached > next ? 0 : inVain + 1;
    next = Math.max(next, reached);
    const records = fetched?.kind === 'records' ? fetched.records : [];
    yield { topic, partition, records, left: Math.max(0, end - next) };
  }
}
