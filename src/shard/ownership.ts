import type { TopicPartition } from '../model/record.ts';
import { FENCE_KEY } from './changelog-keys.ts';
import type { ShardDeps } from './deps.ts';
import { holdCauseOf, needsOperator } from './hold.ts';
import type { ShardLayout } from './layout.ts';
import type { ShardProducer } from './log.ts';

/** One small aborted transaction over these partitions; whoever is no longer the owner is refused. */
export async function touch(
  deps: ShardDeps,
  places: readonly TopicPartition[],
  producer: ShardProducer,
): Promise<void> {
  const record = { key: FENCE_KEY, value: TOUCHED, headers: [], timestamp: deps.wallClock() };
  const transaction = await producer.begin();
  await transaction.send(places.map((place) => ({ ...place, records: [record] })));
  await transaction.abort();
}

const TOUCHED = Buffer.from('touched');

/**
 * What went wrong, as the owner says it. A process that slept while others went on finds gone what is no longer its own (its
 * fence compacted, its offsets past retention): no operator is to be called for that, so who calls one shows first that the
 * shard is his.
 */
export async function asOwner(
  deps: ShardDeps,
  layout: ShardLayout,
  producer: ShardProducer,
  error: unknown,
): Promise<unknown> {
  if (!needsOperator(holdCauseOf(error))) return error;
  try {
    await touch(deps, [layout.changelog], producer);
    return error;
  } catch (refusal) {
    return refusal;
  }
}
