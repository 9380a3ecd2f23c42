import type { Duration, Instant } from '../kernel/time.ts';
import { DAY, HOUR, MINUTE } from '../kernel/time.ts';
import { Random } from './random.ts';

export type Channel = 'email' | 'sms' | 'push';

/** A generated customer: what is fixed about them, and the random stream that everything else of theirs comes from. */
export interface Person {
  readonly id: string;
  readonly index: number;
  readonly country: string;
  readonly timezone: string;
  /** Local time minus UTC at the start of the day. */
  readonly offset: Duration;
  /** How much happens around them: 1 on average, a few have twenty times as much. */
  readonly activity: number;
  /** How likely they open what they get. */
  readonly openness: number;
  /** Channels they agreed to be contacted on. */
  readonly consents: readonly Channel[];
  /** Channels on which they can be reached at all, agreed or not. */
  readonly reachable: readonly Channel[];
  readonly random: Random;
}

const COUNTRIES: readonly (readonly [home: { country: string; timezone: string }, weight: number])[] = [
  [{ country: 'DE', timezone: 'Europe/Berlin' }, 26],
  [{ country: 'GB', timezone: 'Europe/London' }, 16],
  [{ country: 'FR', timezone: 'Europe/Paris' }, 12],
  [{ country: 'ES', timezone: 'Europe/Madrid' }, 8],
  [{ country: 'PL', timezone: 'Europe/Warsaw' }, 7],
  [{ country: 'TR', timezone: 'Europe/Istanbul' }, 5],
  [{ country: 'US', timezone: 'America/New_York' }, 12],
  [{ country: 'US', timezone: 'America/Los_Angeles' }, 7],
  [{ country: 'IN', timezone: 'Asia/Kolkata' }, 4],
  [{ country: 'JP', timezone: 'Asia/Tokyo' }, 3],
];

/** How busy each local hour is: asleep at three, a peak at lunch and the larger one in the evening. */
const HOURS = [3, 2, 1, 1, 1, 2, 5, 9, 12, 13, 13, 14, 17, 15, 13, 13, 14, 17, 21, 25, 27, 24, 16, 8].map(
  (weight, hour) => [hour, weight] as const,
);

/** The customer with this number, the same for the same seed. */
export function createPerson(seed: number, index: number, dayStart: Instant): Person {
  const random = new Random(seed, index + 1);
  const { country, timezone } = random.weighted(COUNTRIES);
  const hasApp = random.chance(0.55);
  const hasPhone = random.chance(0.6);
  const agreed = random.chance(0.93);
  const reachable: Channel[] = ['email'];
  const consents: Channel[] = agreed && random.chance(0.92) ? ['email'] : [];
  if (hasApp) reachable.push('push');
  if (hasApp && agreed && random.chance(0.85)) consents.push('push');
  if (hasPhone) reachable.push('sms');
  if (hasPhone && agreed && random.chance(0.5)) consents.push('sms');
  return {
    id: `c-${String(index + 1).padStart(6, '0')}`,
    index,
    country,
    timezone,
    offset: zoneOffset(timezone, dayStart),
    activity: heavyTail(random),
    openness: 0.03 + 0.45 * random.unit() ** 2,
    consents,
    reachable,
    random,
  };
}

/** Pareto with exponent 1.6, cut at 20 and scaled so that the mean is near 1. */
function heavyTail(random: Random): number {
  return Math.min(20, 0.4 / (1 - random.unit()) ** (1 / 1.6));
}

/** A moment of the UTC day that starts at `dayStart`, drawn as the person's local day is busy. */
export function busyMoment(person: Person, dayStart: Instant): Instant {
  const { random } = person;
  const local = random.weighted(HOURS) * HOUR + random.below(HOUR);
  return dayStart + ((((local - person.offset) % DAY) + DAY) % DAY);
}

const offsets = new Map<string, Duration>();

function zoneOffset(timezone: string, at: Instant): Duration {
  const cacheKey = `${timezone}@${at}`;
  const known = offsets.get(cacheKey);
  if (known !== undefined) return known;
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone: timezone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  }).formatToParts(at);
  const part = (type: string) => Number(parts.find((each) => each.type === type)?.value);
  const local = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'));
  const offset = local - Math.floor(at / MINUTE) * MINUTE;
  offsets.set(cacheKey, offset);
  return offset;
}
