import { TactError } from '../kernel/errors.ts';
import type { Instant } from '../kernel/time.ts';
import type { TopicOffset, TopicPartition } from '../model/record.ts';
import { FENCE_KEY, POSITION_KEY } from './changelog-keys.ts';
import type { ReadChangelog } from './compare.ts';
import type { ShardLayout } from './layout.ts';
import type { Log } from './log.ts';
import { decodePosition, encodePosition, type Position, partitionKey } from './position.ts';

/** The offsets that a partition has. */
export interface PartitionRange extends TopicPartition {
  readonly logStart: number;
  readonly logEnd: number;
}

export interface AdoptedShard {
  readonly layout: ShardLayout;
  /** Ranges of all input partitions of the shard. */
  readonly ranges: readonly PartitionRange[];
  /** Where a partition goes on whose position is lost; undefined: no such place is known. */
  lostOffset(range: PartitionRange): number | undefined;
  readonly read: ReadChangelog;
  readonly now: Instant;
}

/**
 * The position that the shard would go on from: what its changelog says where the log still has it, else where the operator
 * decided. Throws `position-lost` naming a partition for which that place is not known either.
 */
export async function plannedPosition(adopted: AdoptedShard): Promise<Position> {
  const { layout, now } = adopted;
  const { last, isEmpty } = await lastPosition(adopted.read);
  if (isEmpty)
    throw new TactError('position-lost', `shard ${layout.shard} was never acquired; start: tact run`);
  const next = new Map(last?.next ?? []);
  for (const range of adopted.ranges) {
    const known = next.get(partitionKey(range));
    if (known !== undefined && known >= range.logStart && known <= range.logEnd) continue;
    const offset = adopted.lostOffset(range);
    if (offset === undefined) {
      throw new TactError(
        'position-lost',
        `there is no group offset of ${partitionKey(range)}; choose log-start or log-end`,
      );
    }
    next.set(partitionKey(range), offset);
  }
  // A clock that was far ahead when it wrote the last position must not keep the shard waiting for that time.
  return { now: Math.min(last?.now ?? now, now), next };
}

/**
 * Writes that position with the shard's own producer, so that its owner acquires and finds it. The owner is fenced before the
 * last position is read: what it had committed is in it, and it commits nothing between the reading and the writing.
 */
export async function adoptShard(log: Log, adopted: AdoptedShard): Promise<Position> {
  const { layout, now } = adopted;
  const producer = await log.openProducer(layout.shard);
  try {
    const position = await plannedPosition(adopted);
    const transaction = await producer.begin();
    const record = (key: Buffer, value: Buffer) => ({ key, value, headers: [], timestamp: now });
    const records = [
      record(FENCE_KEY, Buffer.from('adopted')),
      record(POSITION_KEY, encodePosition(position)),
    ];
    await transaction.send([{ ...layout.changelog, records }]);
    await transaction.commit();
    return position;
  } finally {
    await producer.close();
  }
}

/** The input partitions of a position, in order. */
export function offsetsOf(position: Position, ranges: readonly PartitionRange[]): TopicOffset[] {
  return ranges.map((range) => ({
    topic: range.topic,
    partition: range.partition,
    offset: position.next.get(partitionKey(range)) ?? range.logStart,
  }));
}

async function lastPosition(read: ReadChangelog): Promise<{ last: Position | undefined; isEmpty: boolean }> {
  let last: Buffer | null = null;
  let isEmpty = true;
  for await (const { records } of read(0)) {
    for (const { key, value } of records) {
      isEmpty = false;
      if (key?.equals(POSITION_KEY)) last = value;
    }
  }
  return { last: last === null ? undefined : decodePosition(last), isEmpty };
}
