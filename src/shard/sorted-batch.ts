import { shardOf } from '../kernel/shard-of.ts';
import type { Interaction } from '../model/interaction.ts';
import type { OutboundMessage } from '../model/message.ts';
import type { LogRecord, TopicOffset } from '../model/record.ts';
import type { ReadFailure, ReadRecord, RecordReader } from '../records/reader.ts';
import type { ShardLayout } from './layout.ts';
import { recordBytes } from './outputs.ts';
import type { ShardTopics } from './settings.ts';

/** A batch of records by what is to be done with them, each list in the order of the batch. */
export interface SortedBatch {
  readonly own: readonly OwnRecord[];
  readonly rerouted: readonly ReroutedRecord[];
  readonly unreadable: readonly UnreadableRecord[];
  readonly ignored: number;
}

interface Sourced {
  readonly record: LogRecord;
  readonly source: TopicOffset;
}
export type OwnRecord = Sourced &
  (
    | { readonly kind: 'message'; readonly message: OutboundMessage }
    | { readonly kind: 'interaction'; readonly interaction: Interaction }
  );
export type ReroutedRecord = Sourced & {
  readonly topic: string;
  readonly partition: number;
};
export type UnreadableRecord = Sourced & { readonly failure: ReadFailure };

/** The room that our own headers need beside a record's. */
const HEADERS_ROOM = 2_048;

interface Sorting {
  readonly reader: RecordReader;
  readonly layout: ShardLayout;
  readonly topics: ShardTopics;
  readonly recordBytesMax: number;
}

/** Reads every record and finds out whose it is; the customer's id in the value decides, never the partition. */
export function sortBatch(sorting: Sorting, batch: readonly LogRecord[]): SortedBatch {
  const own: OwnRecord[] = [];
  const rerouted: ReroutedRecord[] = [];
  const unreadable: UnreadableRecord[] = [];
  let ignored = 0;
  for (const record of batch) {
    const read = sorting.reader.read(record);
    const { source } = read;
    if (read.kind === 'ignored') {
      ignored += 1;
      continue;
    }
    if (read.kind === 'unreadable') {
      unreadable.push({ record, source, failure: read.failure });
      continue;
    }
    const home = shardOf(customerOf(read), sorting.layout.shards);
    const failure = cannotGoOn(sorting, record, read, home);
    if (failure) unreadable.push({ record, source, failure });
    else if (home === sorting.layout.shard) own.push({ ...read, record });
    else
      rerouted.push({
        record,
        source,
        topic: reroutedTopic(sorting.topics, read),
        partition: home,
      });
  }
  return { own, rerouted, unreadable, ignored };
}

function customerOf(read: Readable): string {
  return read.kind === 'message' ? read.message.customerId : read.interaction.customerId;
}

type Readable = Extract<ReadRecord, { kind: 'message' | 'interaction' }>;

function reroutedTopic(topics: ShardTopics, read: Readable): string {
  return read.kind === 'message' ? topics.reroutedOutbound : topics.reroutedInteractions;
}

function cannotGoOn(
  sorting: Sorting,
  record: LogRecord,
  read: Readable,
  home: number,
): ReadFailure | undefined {
  const elsewhere = home !== sorting.layout.shard;
  if (elsewhere && record.topic !== read.source.topic) {
    return {
      reason: 'misrouted',
      stage: 'TASK_PUT',
      message: `the record was re-routed to shard ${sorting.layout.shard} and belongs to ${home}; was the number of shards changed?`,
    };
  }
  const forwarded = elsewhere || read.kind === 'message';
  const bytes = recordBytes(record) + HEADERS_ROOM;
  if (forwarded && bytes > sorting.recordBytesMax) {
    return {
      reason: 'too-large',
      stage: 'TASK_PUT',
      message: `with its headers the record takes ${bytes} bytes, more than the ${sorting.recordBytesMax} that can be forwarded`,
    };
  }
  return undefined;
}
