import type { TopicFacts } from './abilities.ts';
import type { TopicNeed } from './topic-needs.ts';
import { newTopic } from './topic-needs.ts';

/** One thing about a topic that is wrong (`wrong`), or that weakens a promise and may be meant (`weak`). */
export interface TopicFinding {
  readonly level: 'wrong' | 'weak';
  readonly setting: string;
  readonly found: string;
  readonly wanted: string;
  /** What to type; absent where no command helps. */
  readonly fix?: string;
}

export interface TopicCheck {
  readonly need: TopicNeed;
  /** Absent: the topic does not exist. */
  readonly facts?: TopicFacts;
  readonly findings: readonly TopicFinding[];
}

/** Compares a topic with what is needed of it; `broker` is named in the commands that fix it. */
export function checkTopic(need: TopicNeed, facts: TopicFacts | undefined, broker: string): TopicCheck {
  if (!facts) {
    const fix = createCommand(need, broker);
    return {
      need,
      findings: [{ level: 'wrong', setting: 'topic', found: 'missing', wanted: 'exists', fix }],
    };
  }
  const checks = [
    checkPartitions,
    checkCleanup,
    checkDurability,
    checkBytes,
    checkCompression,
    checkDeleteRetention,
    checkStamps,
  ];
  return { need, facts, findings: checks.flatMap((check) => check(need, facts, broker) ?? []) };
}

type Check = (need: TopicNeed, facts: TopicFacts, broker: string) => TopicFinding | undefined;

const checkPartitions: Check = (need, { partitions }, broker) => {
  if (need.partitionsAre === 'free' || partitions === need.partitions) return undefined;
  const grow = `kafka-topics.sh --bootstrap-server ${broker} --alter --topic ${need.topic} --partitions ${need.partitions}`;
  const fix =
    need.purpose === 'changelog'
      ? `set "shards: ${partitions}" in the configuration: the number of a changelog that is in use must not change`
      : partitions < need.partitions
        ? grow
        : undefined;
  return wrong('partitions', String(partitions), String(need.partitions), fix);
};

const checkCleanup: Check = (need, { settings }, broker) => {
  const found = settings['cleanup.policy'] ?? 'delete';
  if (need.cleanup === undefined || found === need.cleanup) return undefined;
  return wrong('cleanup.policy', found, need.cleanup, alter(need, broker, 'cleanup.policy', need.cleanup));
};

const checkDurability: Check = (need, { replicationFactor, settings }, broker) => {
  if (!need.durable) return undefined;
  if (replicationFactor < 3) {
    return {
      level: 'weak',
      setting: 'replication factor',
      found: String(replicationFactor),
      wanted: '3 or more',
    };
  }
  const found = settings['min.insync.replicas'] ?? '1';
  if (Number(found) >= 2) return undefined;
  return wrong('min.insync.replicas', found, '2', alter(need, broker, 'min.insync.replicas', '2'));
};

const checkBytes: Check = (need, { settings }, broker) => {
  const found = settings['max.message.bytes'];
  if (need.messageBytes === undefined || found === undefined || Number(found) >= need.messageBytes)
    return undefined;
  const wanted = String(need.messageBytes);
  return wrong(
    'max.message.bytes',
    found,
    `${wanted} or more`,
    alter(need, broker, 'max.message.bytes', wanted),
  );
};

const READABLE_CODECS = new Set(['producer', 'uncompressed', 'gzip']);

const checkCompression: Check = (need, { settings }, broker) => {
  const found = settings['compression.type'] ?? 'producer';
  if (!need.read || READABLE_CODECS.has(found)) return undefined;
  return wrong(
    'compression.type',
    found,
    'producer or gzip',
    alter(need, broker, 'compression.type', 'gzip'),
  );
};

const checkStamps: Check = (need, { settings }, broker) => {
  const name = 'message.timestamp.type';
  const found = settings[name] ?? 'CreateTime';
  if (!need.stampedByBroker || found === 'LogAppendTime') return undefined;
  return wrong(name, found, 'LogAppendTime', alter(need, broker, name, 'LogAppendTime'));
};

const checkDeleteRetention: Check = (need, { settings }, broker) => {
  const found = settings['delete.retention.ms'];
  if (need.deleteRetentionMs === undefined || found === undefined) return undefined;
  if (Number(found) >= need.deleteRetentionMs) return undefined;
  const wanted = String(need.deleteRetentionMs);
  return wrong(
    'delete.retention.ms',
    found,
    `${wanted} or more`,
    alter(need, broker, 'delete.retention.ms', wanted),
  );
};

function wrong(setting: string, found: string, wanted: string, fix: string | undefined): TopicFinding {
  return { level: 'wrong', setting, found, wanted, ...(fix === undefined ? {} : { fix }) };
}

function alter({ topic }: TopicNeed, broker: string, setting: string, value: string): string {
  return `kafka-configs.sh --bootstrap-server ${broker} --alter --entity-type topics --entity-name ${topic} --add-config ${setting}=${value}`;
}

/** The command of Kafka's own tools that creates the topic as `tact topics create` does. */
export function createCommand(need: TopicNeed, broker: string, replicationFactor?: number): string {
  const { topic, partitions, settings } = newTopic(need, replicationFactor);
  const replication = replicationFactor === undefined ? '' : ` --replication-factor ${replicationFactor}`;
  const configs = Object.entries(settings).map(([name, value]) => ` --config ${name}=${value}`);
  return `kafka-topics.sh --bootstrap-server ${broker} --create --topic ${topic} --partitions ${partitions}${replication}${configs.join('')}`;
}
