import type { Instant } from '../kernel/time.ts';
import type { ShardClock } from './clock.ts';
import type { Deferred } from './deferred.ts';
import type { Freshness } from './freshness.ts';
import type { Inbox } from './inbox.ts';
import type { ShardLayout } from './layout.ts';
import type { ShardProducer } from './log.ts';
import type { NextOffsets } from './position.ts';

/**
 * What an acquire hands out and the next one throws away: always a new object, so that late code of an old batch can touch
 * nothing of its successor.
 */
export interface OwnedShard {
  readonly layout: ShardLayout;
  readonly producer: ShardProducer;
  readonly clock: ShardClock;
  readonly inbox: Inbox;
  readonly freshness: Freshness;
  /** Incarnation id of the changelog. */
  readonly log: string;
  /** Positions of partitions that are no longer read; kept, so that an input that comes back goes on where it was. */
  readonly elsewhere: NextOffsets;
  /** The changelog offset up to which the store must have come; whoever reads another one there acquires. */
  watermark: number;
  /** When the changelog was last written to. */
  writtenAt: Instant;
  /** The messages that wait, as the last turn left them. */
  deferred: Deferred;
}
