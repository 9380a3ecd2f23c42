import type { OutputRecord, TopicPartition } from '../model/record.ts';
import type { OutputSlice } from './log.ts';
import { partitionKey } from './position.ts';

/** Framing of a record in a batch, and of each of its headers: a little more than Kafka's own. */
const RECORD_OVERHEAD = 32;
const HEADER_OVERHEAD = 8;

/** About what the record takes in a produce request, in bytes. */
export function recordBytes(record: Pick<OutputRecord, 'key' | 'value' | 'headers'>): number {
  let bytes = RECORD_OVERHEAD + (record.key?.length ?? 0) + (record.value?.length ?? 0);
  for (const { name, value } of record.headers) bytes += HEADER_OVERHEAD + name.length + (value?.length ?? 0);
  return bytes;
}

/** What a turn writes, in order within each partition, cut into requests that the broker takes. */
export class Outputs {
  readonly #partitions = new Map<string, { place: TopicPartition; records: OutputRecord[] }>();

  add(place: TopicPartition, record: OutputRecord): void {
    const key = partitionKey(place);
    const there = this.#partitions.get(key);
    if (there) there.records.push(record);
    else this.#partitions.set(key, { place, records: [record] });
  }

  /** Requests to be sent one after the other; in none of them has a partition more than `bytesMax`, one record excepted. */
  requests(bytesMax: number): OutputSlice[][] {
    const requests: OutputSlice[][] = [];
    for (const { place, records } of this.#partitions.values()) {
      cut(records, bytesMax).forEach((slice, i) => {
        const request = requests[i] ?? [];
        request.push({ ...place, records: slice });
        requests[i] = request;
      });
    }
    return requests;
  }
}

function cut(records: readonly OutputRecord[], bytesMax: number): OutputRecord[][] {
  const slices: OutputRecord[][] = [];
  let slice: OutputRecord[] = [];
  let bytes = 0;
  for (const record of records) {
    const size = recordBytes(record);
    if (slice.length > 0 && bytes + size > bytesMax) {
      slices.push(slice);
      slice = [];
      bytes = 0;
    }
    slice.push(record);
    bytes += size;
  }
  if (slice.length > 0) slices.push(slice);
  return slices;
}
