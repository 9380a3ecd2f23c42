import type { Instant } from '../kernel/time.ts';
import type { PartitionLag } from './observer.ts';
import type { OwnedShard } from './owned-shard.ts';

/** How far each input partition is behind its end, as last seen. */
export function lagOf({ layout, inbox }: OwnedShard, now: Instant): PartitionLag[] {
  return [...layout.interactions, ...layout.outbound].map((place) => {
    const head = inbox.head(place);
    return {
      topic: place.topic,
      partition: place.partition,
      records: inbox.lag(place),
      end: inbox.end(place),
      // A producer that sets no time says nothing about the age.
      seconds: head === undefined || head.timestamp <= 0 ? 0 : Math.max(0, now - head.timestamp) / 1_000,
    };
  });
}
