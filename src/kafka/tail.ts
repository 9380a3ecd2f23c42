import type { LogRecord, TopicOffset } from '../model/record.ts';
import type { Fetched } from '../shard/log.ts';
import { createClient, IMPATIENT } from './client.ts';
import { KafkaCluster } from './cluster.ts';
import { Fetcher } from './fetcher.ts';
import type { KafkaSettings, LogLine } from './settings.ts';

export interface TailOptions {
  readonly topic: string;
  readonly from: 'beginning' | 'end';
  /** Ends at what was the end when it began. */
  readonly toEnd: boolean;
  /** Ends it without an error. */
  readonly signal: AbortSignal;
  /** Default true; false shows records of open and aborted transactions too. */
  readonly committedOnly?: boolean;
}

const WAIT_MS = 1_000;

/** The records of all partitions as they come, in order within a partition, outside any group. */
export async function* tailTopic(
  settings: KafkaSettings,
  options: TailOptions,
  logLine: LogLine,
): AsyncGenerator<LogRecord, void, undefined> {
  const cluster = await KafkaCluster.connect(
    createClient(settings, logLine, IMPATIENT),
    settings.metadataMaxAgeMs,
  );
  const fetcher = new Fetcher(cluster, {
    maxWaitMs: settings.fetchMaxWaitMs,
    partitionBytesMax: settings.fetchPartitionBytesMax,
    bytesMax: settings.fetchBytesMax,
    committedOnly: options.committedOnly ?? true,
  });
  try {
    yield* readOn(fetcher, await firstPositions(cluster, options), options);
  } catch (error) {
    if (!options.signal.aborted) throw error;
  } finally {
    fetcher.close();
    await cluster.close();
  }
}

interface Position extends TopicOffset {
  readonly end: number;
}

async function firstPositions(cluster: KafkaCluster, { topic, from }: TailOptions): Promise<Position[]> {
  await cluster.know([topic]);
  const partitions = Array.from({ length: cluster.partitionCount(topic) }, (_, partition) => ({
    topic,
    partition,
  }));
  const bounds = await cluster.bounds(partitions);
  return bounds.map(({ partition, start, end }) => ({
    topic,
    partition,
    offset: from === 'end' ? end : start,
    end,
  }));
}

async function* readOn(fetcher: Fetcher, first: readonly Position[], { toEnd, signal }: TailOptions) {
  const positions = new Map(first.map((position) => [position.partition, position]));
  for (;;) {
    const wanted = [...positions.values()].filter(({ offset, end }) => !toEnd || offset < end);
    if (wanted.length === 0) return;
    for (const answer of await fetcher.fetch(wanted, { maxWaitMs: WAIT_MS, signal })) {
      const position = positions.get(answer.partition) as Position;
      positions.set(answer.partition, { ...position, offset: nextOffset(answer) });
      yield* recordsBefore(answer, toEnd ? position.end : Number.POSITIVE_INFINITY);
    }
  }
}

/** What retention took away is passed over: a tail shows what there is. */
function nextOffset(answer: Fetched): number {
  return answer.kind === 'records' ? answer.nextOffset : answer.logStartOffset;
}

function recordsBefore(answer: Fetched, end: number): readonly LogRecord[] {
  return answer.kind === 'records' ? answer.records.filter(({ offset }) => offset < end) : [];
}
