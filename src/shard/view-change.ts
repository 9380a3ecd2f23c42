import type { Instant } from '../kernel/time.ts';
import type { LogRecord } from '../model/record.ts';
import { dueAtOf } from '../records/deferral-codec.ts';
import { isDeferralField, isViewField } from './changelog-keys.ts';
import type { StateChange } from './state-store.ts';

/** What records of the changelog, written or read, change in the view. */
export type ViewChange = Pick<StateChange, 'entries' | 'due'>;

/**
 * The entries with what they say about the index. It is always read off the deferrals themselves, so that turns, catching up
 * and rebuilding cannot come to different ones. Throws `state-corrupt`.
 */
export function viewChange(entries: ReadonlyMap<string, Buffer | null>): ViewChange {
  const due = new Map<string, Instant | null>();
  for (const [field, value] of entries) {
    if (isDeferralField(field)) due.set(field, value === null ? null : dueAtOf(value));
  }
  return { entries, due };
}

/** The latest value of each key that the view keeps. */
export function latestOf(records: readonly LogRecord[]): ViewChange {
  const entries = new Map<string, Buffer | null>();
  for (const { key, value } of records) {
    const field = key?.toString();
    if (field !== undefined && isViewField(field)) entries.set(field, value);
  }
  return viewChange(entries);
}
