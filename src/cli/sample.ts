import type { Instant } from '../kernel/time.ts';
import { generateDay } from '../traffic/day.ts';
import type { TrafficRecord } from '../traffic/record.ts';
import { shiftRecord } from '../traffic/record.ts';

/** A generated day has about eight records per customer. */
const RECORDS_PER_CUSTOMER = 8;
const SAMPLE_DATE: Instant = Date.UTC(2026, 2, 10);

/**
 * So many records of a generated day, at least one customer's. With a clock they are moved to the present: what happened
 * before the day keeps its distance from now, what happens on it happens now.
 */
export function* sampleEvents(
  count: number,
  seed: number,
  now?: () => Instant,
): Generator<TrafficRecord, void, void> {
  const customers = Math.ceil(count / (RECORDS_PER_CUSTOMER - 1));
  let left = count;
  for (const record of generateDay({ seed, customers, date: SAMPLE_DATE })) {
    if (left === 0) return;
    left -= 1;
    yield now ? shiftRecord(record, shiftTo(record, now())) : record;
  }
}

function shiftTo(record: TrafficRecord, now: Instant): number {
  return record.at < SAMPLE_DATE ? now - SAMPLE_DATE : now - record.at;
}

/** The record as a line of a story. What cannot be read cannot be told either: its line is the text itself. */
export function writeEvent(record: TrafficRecord): string {
  if (typeof record.value === 'string') return record.value.replace(/\n/g, ' ');
  const { at, topic, key, kind, value } = record;
  const governed = topic === 'history.interaction.recorded' ? { governed: false } : {};
  const type = kind === 'outbound' ? 'message' : value.type;
  return JSON.stringify({ type, at: new Date(at).toISOString(), topic, key, ...governed, ...value });
}
