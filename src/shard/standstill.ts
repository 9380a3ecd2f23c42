import { TactError } from '../kernel/errors.ts';
import type { Duration } from '../kernel/time.ts';
import type { TopicPartition } from '../model/record.ts';
import type { Fetched, FetchTarget } from './log.ts';
import { partitionKey } from './position.ts';

/** A partition that is asked this long, has something and gives nothing, is read anew. */
const LONGEST: Duration = 30_000;

interface Asked {
  readonly place: TopicPartition;
  /** Since when it has been asked without a reason to believe that all is well. */
  readonly since: Duration;
}

/**
 * Notices a partition that stands still: it is asked again and again, and either no word comes of it, or it has records that a
 * committed reader may see and gives none. Whatever it is that hangs, the shard is to be acquired anew and not to wait in
 * silence while the lag grows.
 */
export class Standstill {
  #asked: ReadonlyMap<string, Asked> = new Map();

  /** One question and what came of it, by the even clock. Throws `partition-stalled`. */
  judge(targets: readonly FetchTarget[], answers: readonly Fetched[], now: Duration): void {
    const well = new Set(answers.filter(isWell).map(partitionKey));
    const asked = new Map<string, Asked>();
    for (const { topic, partition } of targets) {
      const place = { topic, partition };
      const key = partitionKey(place);
      const since = well.has(key) ? now : (this.#asked.get(key)?.since ?? now);
      asked.set(key, { place, since });
    }
    // What is not asked for at the moment cannot stand still.
    this.#asked = asked;
    for (const { place, since } of asked.values())
      if (now - since > LONGEST) throw stalled(place, now - since);
  }
}

function isWell(answer: Fetched): boolean {
  if (answer.kind === 'out-of-range') return true;
  return answer.nextOffset > answer.from || answer.from >= answer.lastStableOffset;
}

function stalled({ topic, partition }: TopicPartition, ms: Duration): TactError {
  return new TactError(
    'partition-stalled',
    `${topic}/${partition} has given nothing for ${Math.round(ms)} ms although it was asked all the time; ` +
      'it is read anew. If this goes on: has the partition a leader (kafka-topics.sh --describe)?',
  );
}
