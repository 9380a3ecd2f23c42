import type { Duration } from '../kernel/time.ts';
import type { TopicOffset } from '../model/record.ts';
import { within } from './time-limit.ts';

const SAVE_WAIT: Duration = 2_000;

/**
 * Commits group offsets one commit at a time: what is saved while one is under way is merged into the next. Offsets that
 * are committed already are left out. Best effort: what a commit did not bring is committed when it is saved again.
 */
export class OffsetCommits {
  readonly #commit: (offsets: readonly TopicOffset[]) => Promise<void>;
  readonly #waiting = new Map<string, TopicOffset>();
  readonly #committed = new Map<string, number>();
  #underWay: Promise<void> | undefined;

  /** `commit` rejects when the group did not take the offsets. */
  constructor(commit: (offsets: readonly TopicOffset[]) => Promise<void>) {
    this.#commit = commit;
  }

  /** Never throws; resolves when they are committed, or could not be, or after two seconds. */
  async save(offsets: readonly TopicOffset[]): Promise<void> {
    for (const each of offsets) {
      const key = `${each.topic}/${each.partition}`;
      if (this.#committed.get(key) === each.offset) this.#waiting.delete(key);
      else this.#waiting.set(key, each);
    }
    if (this.#underWay === undefined && this.#waiting.size > 0) this.#underWay = this.#run();
    await within(SAVE_WAIT, this.#underWay);
  }

  /** From here on everything that is saved is committed at least once more. */
  forget(): void {
    this.#committed.clear();
  }

  async #run(): Promise<void> {
    try {
      while (this.#waiting.size > 0) {
        const batch = [...this.#waiting];
        this.#waiting.clear();
        await this.#commit(batch.map(([, offset]) => offset));
        for (const [key, { offset }] of batch) this.#committed.set(key, offset);
      }
    } catch {
      // the next save brings them again, and newer ones
    } finally {
      this.#underWay = undefined;
    }
  }
}
