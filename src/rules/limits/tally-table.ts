import type { Instant } from '../../kernel/time.ts';
import { TALLIES_MAX, type Tally } from '../../model/customer-state.ts';

/** Tallies while they change: the value that it began with stays as it is. */
export class TallyTable {
  tallies: readonly Tally[];
  readonly #rules: readonly string[];

  /** `rules` are the ids of those that ask for tallies. */
  constructor(tallies: readonly Tally[], rules: readonly string[]) {
    this.tallies = tallies;
    this.#rules = rules;
    this.#makeRoom();
  }

  get(rule: string, bucket: string): Tally | undefined {
    return this.tallies.find((each) => each.rule === rule && each.bucket === bucket);
  }

  /** In place of the bucket's tally. A new one is left out where the table is full of such as are asked for. */
  put(tally: Tally): void {
    const place = this.tallies.findIndex((each) => each.rule === tally.rule && each.bucket === tally.bucket);
    if (place >= 0) {
      this.tallies = this.tallies.with(place, tally);
      return;
    }
    this.#makeRoom();
    if (!isTableFull(this.tallies)) this.tallies = [...this.tallies, tally];
  }

  /** Drops the rule's windows that were opened at this instant or before. */
  dropOpenedBefore(rule: string, at: Instant): void {
    this.#keep((each) => each.rule !== rule || each.openedAt === undefined || each.openedAt > at);
  }

  /** A rule that was taken out by mistake finds its tallies again, as long as nobody needs their room. */
  #makeRoom(): void {
    if (isTableFull(this.tallies)) this.#keep((each) => this.#rules.includes(each.rule));
  }

  #keep(isKept: (tally: Tally) => boolean): void {
    if (!this.tallies.every(isKept)) this.tallies = this.tallies.filter(isKept);
  }
}

/** Whether no further tally is kept, so that there may be sends of which nothing is known any more. */
export function isTableFull(tallies: readonly Tally[]): boolean {
  return tallies.length >= TALLIES_MAX;
}
