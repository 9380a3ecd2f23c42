import type { Duration } from '../kernel/time.ts';
import type { FetchedRecords, FetchTarget } from '../shard/log.ts';

/** An answer, and when its question was sent, by the monotonic clock. */
export interface KeptAnswer {
  readonly answer: FetchedRecords;
  readonly sentAt: number;
}

/** Longer than any turn takes, so that a partition that always comes late has its turn. */
const KEPT_FOR: Duration = 30_000;

/**
 * Answers that came when their call was already settled, for the next call that asks the same: at most one per partition,
 * given away once, thrown away when the partition is asked for from another offset and after 30 seconds.
 */
export class KeptAnswers {
  readonly #kept = new Map<string, KeptAnswer>();

  keep(answer: FetchedRecords, sentAt: number): void {
    this.#forgetOld();
    this.#kept.set(keyOf(answer), { answer, sentAt });
  }

  take(target: FetchTarget): KeptAnswer | undefined {
    this.#forgetOld();
    const key = keyOf(target);
    const kept = this.#kept.get(key);
    this.#kept.delete(key);
    return kept?.answer.from === target.offset ? kept : undefined;
  }

  #forgetOld(): void {
    const oldest = performance.now() - KEPT_FOR;
    for (const [key, { sentAt }] of this.#kept) if (sentAt < oldest) this.#kept.delete(key);
  }
}

function keyOf({ topic, partition }: { topic: string; partition: number }): string {
  return `${topic}/${partition}`;
}
