import type { Config } from '../config/config.ts';
import type { Secret } from '../config/secret.ts';
import type { KafkaSettings } from '../kafka/settings.ts';
import { assert } from '../kernel/errors.ts';
import { createCustomerKey } from '../records/customer-key.ts';
import type { RecordReader } from '../records/reader.ts';
import { createRecordReader } from '../records/record-reader.ts';
import { createSchemaSource } from '../records/schema-source.ts';
import type { RedisSettings } from '../redis/settings.ts';
import type { ShardSettings } from '../shard/settings.ts';

/** The configuration as each part takes it; secrets are revealed here and nowhere else. */
export function kafkaSettings(config: Config): KafkaSettings {
  const { ssl, sasl, ...rest } = config.kafka;
  return {
    ...rest,
    groupId: config.groupId,
    applicationId: config.applicationId,
    ...(ssl && { ssl: revealTls(ssl) }),
    ...(sasl && { sasl: { ...sasl, password: sasl.password.reveal() } }),
  };
}

export function redisSettings({ redis }: Config): RedisSettings {
  const { tls, sentinel, ...rest } = redis;
  return {
    ...revealPassword(rest),
    ...(tls && { tls: revealTls(tls) }),
    ...(sentinel && { sentinel: revealPassword(sentinel) }),
  };
}

function revealPassword<T extends { readonly password?: Secret }>({ password, ...rest }: T) {
  return { ...rest, ...(password && { password: password.reveal() }) };
}

type Tls = NonNullable<Config['redis']['tls']>;

function revealTls({ key, ...rest }: Tls): Omit<Tls, 'key'> & { key?: string } {
  return key ? { ...rest, key: key.reveal() } : rest;
}

export function shardSettings(config: Config): ShardSettings {
  const { outputs, turn, changelog, deferral } = config;
  const { control: _, ...topics } = config.topics;
  return {
    inputs: config.inputs.map(({ topic, kind, start, cleared }) => ({
      topic,
      kind,
      start,
      ...(cleared !== undefined && { cleared }),
    })),
    topics: {
      ...topics,
      cleared: outputs.cleared.topic,
      clearedByChannel: new Map(Object.entries(outputs.cleared.byChannel)),
      suppressed: outputs.suppressed.topic,
      deadLetter: outputs.deadLetter.topic,
      ...(outputs.decided.mode === 'all' && { decided: outputs.decided.topic }),
    },
    service: config.applicationId,
    freshnessMaxAge: config.freshness.maxAgeMs,
    turnRecordsMax: turn.recordsMax,
    requestBytesMax: turn.requestBytesMax,
    recordBytesMax: turn.recordBytesMax,
    deferralsMax: deferral.maxPerShard,
    fetchWait: config.kafka.fetchMaxWaitMs,
    clockTolerance: config.clock.toleranceMs,
    fenceTimeout: changelog.fenceTimeoutMs,
    fenceInterval: changelog.fenceIntervalMs,
    deleteRetention: changelog.deleteRetentionMs,
  };
}

/** The reader of the configured inputs, as the shards use it. */
export function configuredReader({ inputs, registry, topics, limits }: Config): RecordReader {
  return createRecordReader({
    inputs,
    limits,
    schemaSource: createSchemaSource({ inputs, ...(registry && { registry: revealRegistry(registry) }) }),
    reroutedTopics: [topics.reroutedInteractions, topics.reroutedOutbound],
  });
}

function revealRegistry({ password, ...rest }: NonNullable<Config['registry']>) {
  return password ? { ...rest, password: password.reveal() } : rest;
}

export function configuredCustomerKey({ customerKey }: Config): (customerId: string) => string {
  assert(customerKey, 'the configuration was loaded with its customer key');
  return createCustomerKey(customerKey.reveal());
}
