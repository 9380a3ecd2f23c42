import type { Instant } from '../kernel/time.ts';
import { generateDay } from '../traffic/day.ts';
import type { TrafficRecord } from '../traffic/record.ts';
import { shiftRecord } from '../traffic/record.ts';

/** A generated day has a few more records per customer, and with the past left out, still more than the second number. */
const RECORDS_PER_CUSTOMER = { all: 7, chosen: 4.5 };
const SAMPLE_DATE: Instant = Date.UTC(2026, 2, 10);

export interface Sample {
  readonly count: number;
  readonly seed: number;
  /** Only such records count and come; absent: all. */
  readonly fits?: (record: TrafficRecord) => boolean;
  /** Moves the records to the present: what happened before the day keeps its distance from now, the day happens now. */
  readonly now?: () => Instant;
}

/** So many records of a generated day, at least one customer's. */
export function* sampleEvents({ count, seed, fits, now }: Sample): Generator<TrafficRecord, void, void> {
  const customers = Math.ceil(count / (fits ? RECORDS_PER_CUSTOMER.chosen : RECORDS_PER_CUSTOMER.all));
  let left = count;
  for (const record of generateDay({ seed, customers, date: SAMPLE_DATE })) {
    if (left === 0) return;
    if (fits && !fits(record)) continue;
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
