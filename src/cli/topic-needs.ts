import type { Config } from '../config/config.ts';
import type { NewTopic } from './abilities.ts';

export type TopicPurpose = 'input' | 'changelog' | 'rerouted' | 'control' | 'output';

/** What Tact needs of a topic; an absent need is none. */
export interface TopicNeed {
  readonly topic: string;
  readonly purpose: TopicPurpose;
  /** Created with so many. */
  readonly partitions: number;
  /** The number is part of the protocol, or only a good one. */
  readonly partitionsAre: 'exact' | 'free';
  readonly cleanup: 'compact' | 'delete' | undefined;
  /** The least `max.message.bytes`. */
  readonly messageBytes: number | undefined;
  /** Tact reads it, so its records must not be in a codec that it lacks. */
  readonly read: boolean;
  /** Losing an acknowledged record here breaks a promise. */
  readonly durable: boolean;
  readonly deleteRetentionMs: number | undefined;
  /** The brokers stamp its records: the only way to compare their clock with ours. */
  readonly stampedByBroker: boolean;
}

/** Every topic that the configuration names, each once. */
export function topicNeeds(config: Config): TopicNeed[] {
  const own = (topic: string, purpose: TopicPurpose, more: Partial<TopicNeed>): TopicNeed => ({
    topic,
    purpose,
    partitions: config.shards,
    partitionsAre: 'free',
    cleanup: 'delete',
    messageBytes: Math.max(config.turn.requestBytesMax, config.turn.recordBytesMax),
    read: false,
    durable: true,
    deleteRetentionMs: undefined,
    stampedByBroker: false,
    ...more,
  });
  const { topics } = config;
  const needs = [
    ...config.inputs.map(({ topic }) =>
      own(topic, 'input', { read: true, durable: false, messageBytes: undefined, cleanup: undefined }),
    ),
    own(topics.changelog, 'changelog', {
      partitionsAre: 'exact',
      cleanup: 'compact',
      read: true,
      deleteRetentionMs: config.changelog.deleteRetentionMs,
      stampedByBroker: true,
    }),
    ...[topics.reroutedInteractions, topics.reroutedOutbound].map((topic) =>
      own(topic, 'rerouted', { partitionsAre: 'exact', read: true }),
    ),
    own(topics.control, 'control', {
      ...{ partitions: 1, partitionsAre: 'exact', cleanup: 'compact', read: true, messageBytes: undefined },
    }),
    ...outputTopics(config).map((topic) => own(topic, 'output', {})),
  ];
  return [...new Map(needs.map((need) => [need.topic, need])).values()];
}

function outputTopics({ inputs, outputs }: Config): string[] {
  const { cleared, suppressed, deadLetter, decided } = outputs;
  return [
    cleared.topic,
    ...Object.values(cleared.byChannel),
    ...inputs.flatMap((input) => (input.cleared === undefined ? [] : [input.cleared])),
    suppressed.topic,
    ...(decided.mode === 'all' ? [decided.topic] : []),
    deadLetter.topic,
  ];
}

/** The topic as it is created. */
export function newTopic(need: TopicNeed, replicationFactor: number | undefined): NewTopic {
  const settings: Record<string, string> = {};
  if (need.cleanup) settings['cleanup.policy'] = need.cleanup;
  if (need.messageBytes !== undefined && need.messageBytes > BROKER_MESSAGE_BYTES) {
    settings['max.message.bytes'] = String(need.messageBytes);
  }
  if (need.deleteRetentionMs !== undefined) settings['delete.retention.ms'] = String(need.deleteRetentionMs);
  if (need.stampedByBroker) settings['message.timestamp.type'] = 'LogAppendTime';
  if (need.durable && replicationFactor !== undefined && replicationFactor >= 3) {
    settings['min.insync.replicas'] = '2';
  }
  const { topic, partitions } = need;
  return { topic, partitions, settings, ...(replicationFactor === undefined ? {} : { replicationFactor }) };
}

/** `max.message.bytes` of a broker that nobody configured. */
const BROKER_MESSAGE_BYTES = 1_048_588;
