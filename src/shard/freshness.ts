import type { Duration, Instant } from '../kernel/time.ts';
import type { TopicPartition } from '../model/record.ts';
import { partitionKey } from './position.ts';

/** Sightings closer together than this count as one. */
const SPACING: Duration = 100;

interface Sighting {
  readonly at: Instant;
  readonly highWatermark: number;
}

interface Partition {
  /** We have read everything that was there at this instant. */
  freshAt: Instant;
  position: number;
  /** Ends seen but not yet reached, oldest first. */
  ahead: Sighting[];
}

/**
 * Knows whether the interactions are read far enough for messages to be decided: every interaction partition up to a *high
 * watermark* seen no longer than `maxAge` ago. Not up to the stable end, which an open transaction upstream holds back.
 */
export class Freshness {
  readonly #partitions = new Map<string, Partition>();
  readonly #maxAge: Duration;

  constructor(partitions: readonly TopicPartition[], maxAge: Duration) {
    for (const each of partitions) {
      this.#partitions.set(partitionKey(each), {
        freshAt: Number.NEGATIVE_INFINITY,
        position: 0,
        ahead: [],
      });
    }
    this.#maxAge = maxAge;
  }

  /** The log answered, to a question asked at `at`, that the partition ends here. Other partitions are passed over. */
  saw(place: TopicPartition, highWatermark: number, at: Instant): void {
    const partition = this.#partitions.get(partitionKey(place));
    if (!partition) return;
    const { ahead } = partition;
    const before = ahead.at(-2);
    const last = ahead.at(-1);
    // The last sighting gives way to the new one when it says the same, or stands too close behind the one before it.
    const close = before !== undefined && last !== undefined && last.at - before.at < SPACING;
    if (close || last?.highWatermark === highWatermark) ahead.pop();
    ahead.push({ at, highWatermark });
    // What is older than the longest age cannot make anything fresh any more.
    while (ahead.length > 1 && at - (ahead[0]?.at ?? at) > this.#maxAge) ahead.shift();
    settle(partition);
  }

  /** Everything before `position` is folded, or is about to be in the turn that asks. */
  reached(place: TopicPartition, position: number): void {
    const partition = this.#partitions.get(partitionKey(place));
    if (!partition) return;
    partition.position = position;
    settle(partition);
  }

  /** How old the oldest knowledge is; infinite before everything was read once. */
  age(now: Instant): Duration {
    let oldest = now;
    for (const { freshAt } of this.#partitions.values()) oldest = Math.min(oldest, freshAt);
    return now - oldest;
  }

  /** Whether messages may be decided at `now`. */
  isFresh(now: Instant): boolean {
    return this.age(now) <= this.#maxAge;
  }
}

function settle(partition: Partition): void {
  let reached = 0;
  for (const { at, highWatermark } of partition.ahead) {
    if (highWatermark > partition.position) break;
    partition.freshAt = Math.max(partition.freshAt, at);
    reached += 1;
  }
  partition.ahead.splice(0, reached);
}
