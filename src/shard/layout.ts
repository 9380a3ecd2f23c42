import type { TopicPartition } from '../model/record.ts';
import type { InputTopic, ShardSettings } from './settings.ts';

/** Which partitions are a shard's. Partition i of any input belongs to shard i mod N, N being the changelog's partitions. */
export interface ShardLayout {
  readonly shard: number;
  readonly shards: number;
  readonly changelog: TopicPartition;
  /** Read first and to the end before messages are decided; the re-routed ones among them. */
  readonly interactions: readonly InputPartition[];
  readonly outbound: readonly InputPartition[];
  /** Everything a turn of this shard can write to. */
  readonly outputs: readonly TopicPartition[];
  /** The partition of an output topic that this shard writes to. */
  outputPartition(topic: string): TopicPartition;
}

export interface InputPartition extends TopicPartition {
  readonly start: InputTopic['start'];
}

/** Every topic that a shard reads, the changelog included. */
export function subscribedTopics(settings: ShardSettings): string[] {
  const { changelog, reroutedInteractions, reroutedOutbound } = settings.topics;
  return [...settings.inputs.map((input) => input.topic), reroutedInteractions, reroutedOutbound, changelog];
}

/** Every topic that a turn can write to, the changelog and the re-routed ones left out. */
export function outputTopics({ topics, inputs }: ShardSettings): string[] {
  const all = [topics.cleared, ...topics.clearedByChannel.values(), topics.suppressed, topics.deadLetter];
  if (topics.decided !== undefined) all.push(topics.decided);
  for (const input of inputs) if (input.cleared !== undefined) all.push(input.cleared);
  return [...new Set(all)];
}

export function shardLayout(
  shard: number,
  settings: ShardSettings,
  counts: ReadonlyMap<string, number>,
): ShardLayout {
  const { topics, inputs } = settings;
  const shards = partitionsOf(topics.changelog, counts);
  const own = (kind: InputTopic['kind'], rerouted: string): InputPartition[] => [
    ...inputs
      .filter((input) => input.kind === kind)
      .flatMap((input) => ownPartitions(input, shard, shards, counts)),
    { topic: rerouted, partition: shard, start: 'earliest' },
  ];
  const outputPartition = (topic: string): TopicPartition => ({
    topic,
    partition: shard % partitionsOf(topic, counts),
  });
  const rerouted = [topics.reroutedInteractions, topics.reroutedOutbound].flatMap((topic) =>
    Array.from({ length: shards }, (_, partition) => ({ topic, partition })),
  );
  const changelog = { topic: topics.changelog, partition: shard };
  return {
    shard,
    shards,
    changelog,
    interactions: own('interaction', topics.reroutedInteractions),
    outbound: own('outbound', topics.reroutedOutbound),
    outputs: [...outputTopics(settings).map(outputPartition), ...rerouted, changelog],
    outputPartition,
  };
}

function ownPartitions(
  input: InputTopic,
  shard: number,
  shards: number,
  counts: ReadonlyMap<string, number>,
): InputPartition[] {
  const own: InputPartition[] = [];
  for (let partition = shard; partition < partitionsOf(input.topic, counts); partition += shards) {
    own.push({ topic: input.topic, partition, start: input.start });
  }
  return own;
}

function partitionsOf(topic: string, counts: ReadonlyMap<string, number>): number {
  const count = counts.get(topic);
  if (count === undefined)
    throw new Error(`invariant broken: the partition count of ${topic} was read at start`);
  return count;
}
