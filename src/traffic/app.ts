import type { Instant } from '../kernel/time.ts';
import { HOUR, MINUTE } from '../kernel/time.ts';
import type { Campaign } from './catalogue.ts';
import { PUSH_CAMPAIGNS, pickCategory } from './catalogue.ts';
import type { Person } from './person.ts';
import { busyMoment } from './person.ts';
import type { TrafficRecord } from './record.ts';
import { writeMessage } from './write-record.ts';

/** The pushes that the app wants to send one person. Its records are keyed by device, some not at all. */
export function appMessages(person: Person, dayStart: Instant): TrafficRecord[] {
  if (!person.reachable.includes('push')) return [];
  const share = person.consents.includes('push') ? 1 : 0.3;
  const campaigns = PUSH_CAMPAIGNS.filter((campaign) => person.random.chance(campaign.share * share)).map(
    (campaign) => campaignPush(person, campaign, dayStart),
  );
  const triggers = Array.from({ length: person.random.poisson(0.8 * share * person.activity) }, (_, nth) =>
    triggeredPush(person, nth, dayStart),
  );
  return [...campaigns, ...triggers];
}

function campaignPush(person: Person, campaign: Campaign, dayStart: Instant): TrafficRecord {
  const planned = dayStart + campaign.startHour * HOUR;
  const delay = Math.min(person.random.exponential(campaign.burstMinutes) * MINUTE, HOUR);
  return push(person, {
    messageId: `app-${campaign.id}-${person.index + 1}`,
    at: Math.round(planned + delay),
    campaignId: campaign.id,
    categories: campaign.categories,
    title: campaign.title,
    expiresAt: planned + 3 * HOUR,
  });
}

function triggeredPush(person: Person, nth: number, dayStart: Instant): TrafficRecord {
  const { random } = person;
  const category = pickCategory(random);
  const [trigger, title] = random.pick([
    ['price-drop', `A price you watch went down: ${category}`],
    ['back-in-stock', `Back in stock: ${category}`],
  ] as const);
  const at = busyMoment(person, dayStart);
  return push(person, {
    messageId: `app-${trigger}-${person.index + 1}-${nth + 1}`,
    at,
    campaignId: trigger,
    categories: [category],
    title,
    expiresAt: at + 6 * HOUR,
  });
}

function push(
  person: Person,
  fields: {
    messageId: string;
    at: Instant;
    campaignId: string;
    categories: readonly string[];
    title: string;
    expiresAt: Instant;
  },
): TrafficRecord {
  const key = person.random.chance(0.05) ? null : `device-${(person.index * 7919) % 1_000_003}`;
  return writeMessage(person, {
    topic: 'app.outbound.requested',
    sender: 'app',
    channel: 'push',
    class: 'marketing',
    key,
    ...fields,
  });
}
