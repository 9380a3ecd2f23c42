import { TactError } from '../kernel/errors.ts';
import type { TopicOffset } from '../model/record.ts';
import type { ShardDeps } from './deps.ts';
import type { InputPartition, ShardLayout } from './layout.ts';
import { type Position, parsePartitionKey, partitionKey } from './position.ts';

/**
 * A4: where each input partition is read on. The position decides; a partition it does not know yet starts at the
 * configured place. Group offsets are never obeyed, but where they exist without a position something was lost:
 * `position-lost`, until an operator decides.
 */
export async function startOffsets(
  deps: ShardDeps,
  layout: ShardLayout,
  position: Position | undefined,
  signal: AbortSignal,
): Promise<TopicOffset[]> {
  const inputs = [...layout.interactions, ...layout.outbound];
  if (position === undefined) await refuseToForget(deps, layout, inputs);
  const offsets: TopicOffset[] = [];
  for (const input of inputs) {
    const known = position?.next.get(partitionKey(input));
    const { topic, partition } = input;
    // A partition that was added to a topic we read: nothing of it may be left out.
    const start = knowsTopic(position, topic) ? 'earliest' : input.start;
    offsets.push({
      topic,
      partition,
      offset: known ?? (await configuredStart(deps, { ...input, start }, signal)),
    });
  }
  return offsets;
}

function knowsTopic(position: Position | undefined, topic: string): boolean {
  return [...(position?.next.keys() ?? [])].some((key) => parsePartitionKey(key).topic === topic);
}

async function refuseToForget(
  deps: ShardDeps,
  layout: ShardLayout,
  inputs: readonly InputPartition[],
): Promise<void> {
  const [committed] = await deps.log.groupOffsets(inputs);
  if (!committed) return;
  throw new TactError(
    'position-lost',
    `shard ${layout.shard} has no position on its changelog, though group offsets exist (${partitionKey(committed)} at ${committed.offset}); ` +
      `was the changelog re-created? decide with: tact shard adopt ${layout.shard}`,
  );
}

/** The beginning of the partition as it is now, or its end. */
async function configuredStart(deps: ShardDeps, input: InputPartition, signal: AbortSignal): Promise<number> {
  for (let maxWaitMs = 0; !signal.aborted; maxWaitMs = deps.settings.fetchWait) {
    const target = {
      topic: input.topic,
      partition: input.partition,
      offset: 0,
    };
    const [fetched] = await deps.log.fetch([target], { maxWaitMs, signal });
    if (!fetched) continue;
    if (input.start === 'latest') return fetched.highWatermark;
    return fetched.kind === 'out-of-range' ? fetched.logStartOffset : 0;
  }
  throw new TactError('kafka-unreachable', `stopped while looking for the start of ${partitionKey(input)}`);
}
