import type { Instant } from '../kernel/time.ts';
import { HOUR, MINUTE, SECOND } from '../kernel/time.ts';
import { pickCategory } from './catalogue.ts';
import type { Person } from './person.ts';
import { busyMoment } from './person.ts';
import type { TrafficRecord } from './record.ts';
import type { Candidate } from './write-record.ts';
import { writeInteraction, writeMessage } from './write-record.ts';

/** What the shop sees of one person on the day and wants to send because of it. */
export function shopRecords(person: Person, dayStart: Instant): TrafficRecord[] {
  const { random, activity } = person;
  const visits = times(random.poisson(0.3 * activity), (nth) => abandonedCart(person, nth, dayStart));
  const orders = times(random.poisson(0.1 * activity), (nth) => order(person, nth, dayStart));
  const logins = times(random.poisson(0.12 * activity), (nth) => login(person, nth, dayStart));
  return [...visits, ...orders, ...logins].flat();
}

function times<T>(count: number, make: (nth: number) => T): T[] {
  return Array.from({ length: count }, (_, nth) => make(nth));
}

/** A visit; most leave a full cart, of which the shop reminds after an hour and again four hours later. */
function abandonedCart(person: Person, nth: number, dayStart: Instant): TrafficRecord[] {
  const { random } = person;
  const at = busyMoment(person, dayStart);
  const category = pickCategory(random);
  const visit = writeInteraction(person, {
    type: 'visited',
    at,
    source: 'shop',
    fields: { categories: [category] },
  });
  if (!random.chance(0.8)) return [visit];
  const remind = (step: number, after: number, channel: Candidate['channel']) => {
    const sentAt = at + after + random.below(10 * MINUTE);
    return message(person, {
      messageId: `shop-cart-${person.index + 1}-${nth + 1}-${step}`,
      channel,
      at: sentAt,
      class: 'marketing',
      campaignId: 'cart-reminder',
      categories: [category],
      expiresAt: sentAt + 4 * HOUR,
      title: `You left something in your cart: ${category}`,
    });
  };
  const first = remind(1, HOUR, 'e-mail');
  if (!random.chance(0.5)) return [visit, first];
  const second = remind(
    2,
    5 * HOUR,
    person.reachable.includes('sms') && random.chance(0.6) ? 'sms' : 'e-mail',
  );
  return [visit, first, second];
}

/** A purchase, its confirmation, and often the notice that the parcel is on its way. */
function order(person: Person, nth: number, dayStart: Instant): TrafficRecord[] {
  const { random } = person;
  const at = busyMoment(person, dayStart);
  const category = pickCategory(random);
  const id = `${person.index + 1}-${nth + 1}`;
  const bought = writeInteraction(person, {
    type: 'purchased',
    at,
    source: 'shop',
    fields: { categories: [category], attributes: { order: `o-${id}` } },
  });
  const confirmation = message(person, {
    messageId: `shop-order-${id}`,
    channel: 'e-mail',
    at: at + random.between(2, 20) * SECOND,
    class: 'service',
    categories: [category],
    title: 'Thank you for your order',
  });
  if (!random.chance(0.6)) return [bought, confirmation];
  const shipped = message(person, {
    messageId: `shop-parcel-${id}`,
    channel: person.reachable.includes('sms') ? 'sms' : 'e-mail',
    at: at + Math.round((2 + random.exponential(3)) * HOUR),
    class: 'service',
    categories: [category],
    title: 'Your parcel is on its way',
  });
  return [bought, confirmation, shipped];
}

/** A security code, now and then asked for again. */
function login(person: Person, nth: number, dayStart: Instant): TrafficRecord[] {
  const { random } = person;
  const first = busyMoment(person, dayStart);
  const attempts = 1 + random.poisson(0.2);
  return times(attempts, (attempt) => {
    const at = first + attempt * random.between(30, 90) * SECOND;
    return message(person, {
      messageId: `shop-code-${person.index + 1}-${nth + 1}-${attempt + 1}`,
      channel: person.reachable.includes('sms') ? 'sms' : 'e-mail',
      at,
      class: 'security',
      expiresAt: at + 10 * MINUTE,
      title: 'Your security code',
    });
  });
}

function message(person: Person, fields: Omit<Candidate, 'topic' | 'sender'>): TrafficRecord {
  return writeMessage(person, {
    topic: 'shop.outbound.requested',
    sender: 'shop',
    ...fields,
  });
}
