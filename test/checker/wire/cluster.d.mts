export interface BatchRecord {
  offset: number;
  timestamp: number;
  key: Buffer | null;
  value: Buffer | null;
  headers: { name: string; value: Buffer | null }[];
}

export interface Batch {
  baseOffset: number;
  lastOffset: number;
  producerId: number;
  transactional: boolean;
  marker: 'commit' | 'abort' | undefined;
  records: BatchRecord[];
}

export type Isolation = 'committed' | 'uncommitted';
export type TopicRecord = BatchRecord & { topic: string; partition: number };

export class Cluster {
  constructor(bootstrap: string);
  partitions(topic: string): Promise<number[]>;
  endOffset(topic: string, partition: number): Promise<number>;
  startOffset(topic: string, partition: number): Promise<number>;
  read(
    topic: string,
    partition: number,
    options?: { isolation?: Isolation; from?: number },
  ): AsyncGenerator<TopicRecord>;
  readTopic(topic: string, options?: { isolation?: Isolation }): AsyncGenerator<TopicRecord>;
  close(): void;
}

export function withoutAborted(
  batches: Batch[],
  aborted: { producerId: number; firstOffset: number }[],
): Batch[];
