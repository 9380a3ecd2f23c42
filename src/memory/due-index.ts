import type { Instant } from '../kernel/time.ts';

interface DueField {
  readonly field: string;
  readonly dueAt: Instant;
}

/** Fields in the order of their due times, those of one time by name. */
export class DueIndex {
  readonly #dueAt = new Map<string, Instant>();
  readonly #order: DueField[] = [];

  get size(): number {
    return this.#order.length;
  }

  /** Null takes the field out. */
  set(field: string, dueAt: Instant | null): void {
    const before = this.#dueAt.get(field);
    if (before !== undefined) this.#order.splice(this.#placeOf({ field, dueAt: before }), 1);
    if (dueAt === null) this.#dueAt.delete(field);
    else {
      this.#dueAt.set(field, dueAt);
      this.#order.splice(this.#placeOf({ field, dueAt }), 0, { field, dueAt });
    }
  }

  /** The field at this place in the order, counted from 0. */
  at(place: number): DueField | undefined {
    return this.#order[place];
  }

  copy(): DueIndex {
    const copy = new DueIndex();
    for (const { field, dueAt } of this.#order) copy.set(field, dueAt);
    return copy;
  }

  clear(): void {
    this.#dueAt.clear();
    this.#order.length = 0;
  }

  /** Where the field stands, or would stand. */
  #placeOf(wanted: DueField): number {
    let [from, to] = [0, this.#order.length];
    while (from < to) {
      const middle = (from + to) >>> 1;
      if (isBefore(this.#order[middle] as DueField, wanted)) from = middle + 1;
      else to = middle;
    }
    return from;
  }
}

function isBefore(one: DueField, other: DueField): boolean {
  return one.dueAt < other.dueAt || (one.dueAt === other.dueAt && one.field < other.field);
}
