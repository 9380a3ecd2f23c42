import type { Instant } from '../kernel/time.ts';
import { DAY } from '../kernel/time.ts';
import { appMessages } from './app.ts';
import { crmMessages } from './crm.ts';
import { historyRecords } from './history.ts';
import { withMishaps } from './mishaps.ts';
import { createPerson } from './person.ts';
import type { TrafficRecord } from './record.ts';
import { responsesTo } from './responses.ts';
import { shopRecords } from './shop.ts';

export interface DayOptions {
  /** The same seed gives the same traffic, record by record. */
  readonly seed: number;
  readonly customers: number;
  /** Midnight UTC at which the day starts. */
  readonly date: Instant;
}

/**
 * A day of three platforms in time order: first what is known from the weeks before, as interactions, then every
 * candidate and interaction in `[date, date + 24 h)`. About eight records per customer.
 */
export function* generateDay(options: DayOptions): Generator<TrafficRecord, void, void> {
  const records: TrafficRecord[] = [];
  for (let index = 0; index < options.customers; index += 1) {
    records.push(...customerRecords(options, index));
  }
  // The sort is stable, so that simultaneous records keep the order of the customers.
  records.sort((a, b) => a.at - b.at);
  yield* records;
}

function customerRecords({ seed, date }: DayOptions, index: number): TrafficRecord[] {
  const person = createPerson(seed, index, date);
  const history = historyRecords(person, date);
  const shop = shopRecords(person, date);
  const planned = [...crmMessages(person, date), ...appMessages(person, date), ...shop];
  const day = planned.flatMap((record) => {
    if (record.kind === 'interaction') return [record];
    const arrived = withMishaps(person, record, date);
    return [...arrived, ...arrived.slice(0, 1).flatMap((first) => responsesTo(person, first))];
  });
  return [...history, ...day.filter((record) => record.at < date + DAY)];
}
