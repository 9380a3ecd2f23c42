import { coordinates, type LogRecord } from '../model/record.ts';
import { type Deferral, decodeDeferral } from '../records/deferral-codec.ts';
import type { ReadFailure } from '../records/reader.ts';
import { deferralField } from './changelog-keys.ts';
import type { MessageRecord } from './decision-outputs.ts';
import type { ShardDeps } from './deps.ts';
import { type Elsewhere, loadFields } from './load-fields.ts';
import type { OwnedShard } from './owned-shard.ts';
import type { UnreadableRecord } from './sorted-batch.ts';

/** Waiting messages by the coordinates of their source. */
export type StoredDeferrals = ReadonlyMap<string, Deferral>;

/** So many are read at once: they may be large, and as many of each customer as may wait. */
const READ_MAX = 200;

/** Loads what waits under these coordinates; what the store does not have is left out. */
export async function loadDeferrals(
  deps: ShardDeps,
  owned: OwnedShard,
  sources: readonly string[],
): Promise<StoredDeferrals | Elsewhere> {
  const values: Buffer[] = [];
  for (let start = 0; start < sources.length; start += READ_MAX) {
    const fields = sources.slice(start, start + READ_MAX).map(deferralField);
    const loaded = await loadFields(deps, owned, fields);
    if (loaded.kind === 'watermark') return loaded;
    for (const value of loaded.values) if (value !== null) values.push(value);
  }
  return deferralsOf(values);
}

export function deferralsOf(values: readonly Buffer[]): StoredDeferrals {
  return new Map(
    values.map((value) => {
      const deferral = decodeDeferral(value);
      return [coordinates(deferral.record), deferral];
    }),
  );
}

export function isElsewhere(answer: StoredDeferrals | Elsewhere): answer is Elsewhere {
  return 'kind' in answer;
}

/** The waiting message as it can be decided, or why it no longer can. Only after the reader was prepared for its record. */
export function readDeferral(
  deps: ShardDeps,
  { record, customer }: Deferral,
): MessageRecord | UnreadableRecord {
  const source = placeOf(record);
  const read = deps.reader.read(record);
  if (read.kind === 'unreadable') return { record, source, failure: read.failure };
  if (read.kind !== 'message') return { record, source, failure: NO_MESSAGE };
  const { message } = read;
  if (deps.customerKey(message.customerId) !== customer) return { record, source, failure: OTHER_CUSTOMER };
  return { record, source, message };
}

function placeOf({ topic, partition, offset }: LogRecord) {
  return { topic, partition, offset };
}

const NO_MESSAGE: ReadFailure = {
  reason: 'unknown-input',
  stage: 'TASK_PUT',
  message: 'the input that the deferred record came in on holds no messages any more',
};
const OTHER_CUSTOMER: ReadFailure = {
  reason: 'misrouted',
  stage: 'TASK_PUT',
  message: 'the customer of the deferred record is read from another field than when it was deferred',
};
