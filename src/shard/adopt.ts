import { TactError } from '../kernel/errors.ts';
import type { Instant } from '../kernel/time.ts';
import type { TopicOffset, TopicPartition } from '../model/record.ts';
import { POSITION_KEY } from './changelog-keys.ts';
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
  const { layout } = adopted;
  const { last, isEmpty } = await lastPosition(adopted.read);
  if (isEmpty)
    throw new TactError('position-lost', `shard ${layout.shard} was never acquired; start: tact run`);
  const next = new Map(last?.next ?? []);
  for (const range of adopted.ranges) {
    const known = next.get(partitionKey(range));
    if (known !== undefined && known >= range.logStart && known <= range.logEnd) continue;
    const offset = adopted.lostOffset(range);
    if (offset === undefined)
      throw new TactError(
        'position-lost',
        `there is no group offset of ${partitionKey(range)}; choose log-start or log-end`,
      );
    next.set(partitionKey(range), offset);
  }
  return { now: last?.now ?? adopted.now, next };
}

/** Writes the position with the shard's own producer, so that its owner acquires and finds it. */
export async function writePosition(
  log: Log,
  layout: ShardLayout,
  position: Position,
  now: Instant,
): Promise<void> {
  const producer = await log.openProducer(layout.shard);
  try {
    const transaction = await producer.begin();
    const record = { key: POSITION_KEY, value: encodePosition(position), headers: [], timestamp: now };
    await transaction.send([{ ...layout.changelog, records: [record] }]);
    await transaction.commit();
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
