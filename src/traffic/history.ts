import type { Instant } from '../kernel/time.ts';
import { DAY, HOUR } from '../kernel/time.ts';
import { pickCategory } from './catalogue.ts';
import type { Channel, Person } from './person.ts';
import { busyMoment } from './person.ts';
import type { TrafficRecord } from './record.ts';
import { writeInteraction } from './write-record.ts';

/** How far back the recorded past goes. */
const HISTORY_DAYS = 21;
/** Sends are only told of these last days. */
const SENDS_DAYS = 9;

/** What is known of one person when the day starts: consents over the last weeks, then what went out lately. */
export function historyRecords(person: Person, dayStart: Instant): TrafficRecord[] {
  return [...consents(person, dayStart), ...pastSends(person, dayStart)];
}

function consents(person: Person, dayStart: Instant): TrafficRecord[] {
  const { random } = person;
  const daysAgo = random.between(SENDS_DAYS + 1, HISTORY_DAYS + 1);
  const at = busyMoment(person, dayStart - daysAgo * DAY);
  const granted = person.consents.map((channel, nth) =>
    writeInteraction(person, {
      type: 'consent-granted',
      at: at + nth * 1_000,
      source: 'profile',
      channel,
      fields: {
        timezone: person.timezone,
        attributes: { country: person.country },
      },
    }),
  );
  if (granted.length === 0 || !random.chance(0.015)) return granted;
  const withdrawnAt = at + random.below(SENDS_DAYS * DAY);
  const channel = person.consents[0] as Channel;
  return [
    ...granted,
    writeInteraction(person, {
      type: 'unsubscribed',
      at: withdrawnAt,
      source: 'profile',
      channel,
      fields: { scope: { channel: [channel] } },
    }),
  ];
}

function pastSends(person: Person, dayStart: Instant): TrafficRecord[] {
  const records: TrafficRecord[] = [];
  for (let daysAgo = SENDS_DAYS; daysAgo >= 1; daysAgo -= 1) {
    for (const channel of person.consents) {
      const count = person.random.poisson(DAILY_SENDS[channel] * Math.min(4, 0.6 + 0.4 * person.activity));
      for (let nth = 0; nth < count; nth += 1) {
        records.push(...pastSend(person, channel, dayStart - daysAgo * DAY, nth));
      }
    }
  }
  return records;
}

/** Sends of a customer with activity 1 on one past day. */
const DAILY_SENDS: Readonly<Record<Channel, number>> = {
  email: 0.18,
  push: 0.12,
  sms: 0.03,
};

function pastSend(person: Person, channel: Channel, day: Instant, nth: number): TrafficRecord[] {
  const { random } = person;
  const at = busyMoment(person, day);
  const source = channel === 'push' ? 'app' : channel === 'sms' ? 'shop' : 'crm';
  const messageId = `${source}-past-${new Date(day).toISOString().slice(0, 10)}-${person.index + 1}-${channel}-${nth + 1}`;
  const category = pickCategory(random);
  const sent = writeInteraction(person, {
    type: 'sent',
    at,
    source,
    topic: 'history.interaction.recorded',
    channel,
    messageId,
    fields: {
      campaignId: `past-${category.split('/')[0]}`,
      categories: [category],
      class: 'marketing',
    },
  });
  if (!random.chance(person.openness)) return [sent];
  const openedAt = at + Math.round(random.exponential(2) * HOUR);
  if (openedAt >= day + DAY) return [sent];
  return [
    sent,
    writeInteraction(person, {
      type: 'opened',
      at: openedAt,
      source,
      channel,
      messageId,
    }),
  ];
}
