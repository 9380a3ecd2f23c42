import type { Instant } from '../kernel/time.ts';
import { HOUR, MINUTE } from '../kernel/time.ts';
import type { Campaign } from './catalogue.ts';
import { NEWSLETTERS } from './catalogue.ts';
import type { Person } from './person.ts';
import type { TrafficRecord } from './record.ts';
import { writeMessage } from './write-record.ts';

/** The newsletters that the campaign platform wants to send one person; its lists are not always clean of the unwilling. */
export function crmMessages(person: Person, dayStart: Instant): TrafficRecord[] {
  const willing = person.consents.includes('email');
  return NEWSLETTERS.flatMap((campaign) => {
    const share = willing ? campaign.share : campaign.share * 0.25;
    return person.random.chance(share) ? [newsletter(person, campaign, dayStart)] : [];
  });
}

function newsletter(person: Person, campaign: Campaign, dayStart: Instant): TrafficRecord {
  const { random } = person;
  const planned = dayStart + campaign.startHour * HOUR;
  const at = Math.min(
    Math.round(planned + random.exponential(campaign.burstMinutes) * MINUTE),
    planned + 2 * HOUR,
  );
  // A pilot that nobody told the governor about.
  const channel = random.chance(0.002) ? 'whatsapp' : 'email';
  return writeMessage(person, {
    topic: 'crm.outbound.requested',
    messageId: `crm-${campaign.id}-${person.index + 1}`,
    sender: 'crm',
    channel,
    at,
    class: 'marketing',
    campaignId: campaign.id,
    categories: campaign.categories,
    createdAt: planned,
    expiresAt: planned + 12 * HOUR,
    title: campaign.title,
  });
}
