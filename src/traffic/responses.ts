import type { Instant } from '../kernel/time.ts';
import { HOUR, MINUTE, SECOND } from '../kernel/time.ts';
import { pickCategory } from './catalogue.ts';
import type { Person } from './person.ts';
import type { TrafficRecord } from './record.ts';
import type { Fact } from './write-record.ts';
import { writeInteraction } from './write-record.ts';

/** What one person does about one message, later: mostly nothing. */
export function responsesTo(person: Person, message: TrafficRecord): TrafficRecord[] {
  if (typeof message.value === 'string') return [];
  const { messageId, channel, class: messageClass, sender } = message.value;
  const told = {
    messageId: messageId as string,
    channel: channel === 'e-mail' ? 'email' : (channel as string),
  };
  const answer = (fact: Omit<Fact, 'source' | 'answers' | 'messageId' | 'channel'>) =>
    writeInteraction(person, {
      source: sender as Fact['source'],
      answers: true,
      ...told,
      ...fact,
    });
  const { random } = person;
  if (random.chance(BOUNCES[told.channel] ?? 0)) {
    return [
      answer({
        type: 'bounced',
        at: later(person, message.at, 20 * SECOND),
        fields: { labels: { kind: 'hard' } },
      }),
    ];
  }
  if (messageClass !== 'marketing') return [];
  if (random.chance(0.0025)) return [unsubscribe(person, message, answer)];
  if (random.chance(0.0006))
    return [
      answer({
        type: 'complained',
        at: later(person, message.at, 40 * MINUTE),
      }),
    ];
  return interest(person, message, answer);
}

const BOUNCES: Readonly<Record<string, number>> = {
  email: 0.008,
  sms: 0.012,
  push: 0.004,
};

type Answer = (fact: Omit<Fact, 'source' | 'answers' | 'messageId' | 'channel'>) => TrafficRecord;

function unsubscribe(person: Person, message: TrafficRecord, answer: Answer): TrafficRecord {
  const at = later(person, message.at, 25 * MINUTE);
  const everything = person.random.chance(0.3);
  if (everything) return answer({ type: 'opted-out', at });
  const channel = person.consents[0] ?? 'email';
  return answer({
    type: 'unsubscribed',
    at,
    fields: { scope: { channel: [channel] } },
  });
}

/** Opened, then perhaps clicked, then perhaps bought. */
function interest(person: Person, message: TrafficRecord, answer: Answer): TrafficRecord[] {
  const { random } = person;
  if (!random.chance(person.openness)) return [];
  const openedAt = later(person, message.at, HOUR);
  // A device that was offline tells of it much later.
  const toldAt = random.chance(0.03) ? openedAt + Math.round(random.exponential(3) * HOUR) : openedAt;
  const records = [answer({ type: 'opened', at: toldAt, occurredAt: openedAt })];
  if (!random.chance(0.3)) return records;
  const clickedAt = later(person, openedAt, 2 * MINUTE);
  records.push(answer({ type: 'clicked', at: clickedAt }));
  if (!random.chance(0.12)) return records;
  const fields = { categories: [pickCategory(random)] };
  records.push(
    answer({
      type: 'purchased',
      at: later(person, clickedAt, 12 * MINUTE),
      fields,
    }),
  );
  return records;
}

function later(person: Person, at: Instant, mean: number): Instant {
  return at + 5 * SECOND + Math.round(person.random.exponential(mean));
}
