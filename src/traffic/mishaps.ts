import type { Instant } from '../kernel/time.ts';
import { HOUR, MINUTE, SECOND } from '../kernel/time.ts';
import type { Person } from './person.ts';
import type { TrafficRecord } from './record.ts';

/** When the app's producer is out of order, in hours after midnight UTC: it then sends many records twice. */
const FAULTY_FROM = 13;
const FAULTY_UNTIL = 14.5;

/** What becomes of a candidate on its way to Kafka: late, twice, unreadable; mostly nothing happens to it. */
export function withMishaps(person: Person, record: TrafficRecord, dayStart: Instant): TrafficRecord[] {
  const { random } = person;
  if (random.chance(0.0012)) return [broken(person, record)];
  if (random.chance(0.004)) return [{ ...record, at: record.at + late(person) }];
  const hour = (record.at - dayStart) / HOUR;
  const faulty = record.topic === 'app.outbound.requested' && hour >= FAULTY_FROM && hour < FAULTY_UNTIL;
  if (!random.chance(faulty ? 0.5 : 0.003)) return [record];
  return [record, { ...record, at: record.at + random.between(1, 90) * SECOND }];
}

/** An outbox that was stuck for hours. */
function late(person: Person): number {
  return Math.round((4 + person.random.exponential(5)) * HOUR) + person.random.below(MINUTE);
}

/** Text cut off, a number where the customer belongs, no channel: three ways of being unreadable. */
function broken(person: Person, record: TrafficRecord): TrafficRecord {
  const { customerId: _unknown, ...rest } = record;
  if (typeof record.value === 'string') return rest;
  const { customerId, channel, ...value } = record.value;
  const text = JSON.stringify(record.value);
  return {
    ...rest,
    value: person.random.pick([
      text.slice(0, Math.floor(text.length / 2)),
      JSON.stringify({ ...value, channel }),
      JSON.stringify({ ...value, customerId }),
    ]),
  };
}
