import type { Duration, Instant } from '../../kernel/time.ts';
import type { Send } from '../../model/customer-state.ts';
import type { Demand } from './demand.ts';
import type { Limit } from './limit.ts';

/** What one dispatch counts: its heaviest send, and its heaviest of a reserved class. */
interface Heaviest {
  all: number;
  reserved: number;
}

/** What a limit has counted so far, latest first, and whether the message still fits beside it. */
export class Count {
  /** What the sends weigh together, each dispatch once where they are counted. */
  total: number;
  /** The latest send that has to leave for the message to fit; undefined when none would help. */
  leaving: Instant | undefined = undefined;
  /** Whether the reserve has to be released as well. */
  leavingAndRelease = false;
  /** So long before the window ends nothing is kept from the message any more; undefined = nothing is to be released. */
  readonly releaseBefore: Duration | undefined;
  readonly #demand: Demand;
  readonly #byDispatch: boolean;
  /** Undefined where nothing is kept from the message. */
  readonly #reserved: readonly string[] | undefined;
  #usedOfReserve = 0;
  /** What the message adds: of a dispatch that counts already, only by how much it is heavier. */
  #added: number;
  #dispatches: Map<string, Heaviest> | undefined = undefined;

  /** `before` was counted already, and is forgotten but for its weight. */
  constructor({ count, reserve }: Limit, demand: Demand, before: number) {
    this.total = before;
    this.#demand = demand;
    this.#byDispatch = count === 'dispatches';
    this.#added = demand.weight;
    const keeps = reserve !== undefined && demand.slots > 0;
    this.#reserved = keeps ? reserve.classes : undefined;
    this.releaseBefore = keeps ? reserve.releaseBefore : undefined;
  }

  /** To be called before what leaves at the same time as this is added: what was added so far stays longer. */
  noteLeaving(at: Instant): void {
    const fits = this.fits(false);
    if (!fits && (this.releaseBefore === undefined || !this.fits(true))) return;
    this.leaving = at;
    this.leavingAndRelease = !fits;
  }

  add(send: Send, weight: number): void {
    if (this.#byDispatch && send.dispatchId !== undefined) {
      this.#addOfDispatch(send.dispatchId, send.class, weight);
      return;
    }
    this.total += weight;
    if (this.#reserved?.includes(send.class)) this.#usedOfReserve += weight;
  }

  /** The limit, less what is still kept for other classes unless that was released; never below 0. */
  limit(released: boolean): number {
    const { limit, slots } = this.#demand;
    if (released || slots <= this.#usedOfReserve) return limit;
    return Math.max(0, limit - (slots - this.#usedOfReserve));
  }

  /** Whether the message fits. One that adds nothing always does. */
  fits(released: boolean): boolean {
    return this.#added === 0 || this.total + this.#added <= this.limit(released);
  }

  #addOfDispatch(dispatch: string, ofClass: string, weight: number): void {
    const heaviest = this.#heaviestOf(dispatch);
    if (weight > heaviest.all) {
      this.total += weight - heaviest.all;
      heaviest.all = weight;
      if (dispatch === this.#demand.dispatch) this.#added = Math.max(0, this.#demand.weight - weight);
    }
    if (weight > heaviest.reserved && this.#reserved?.includes(ofClass)) {
      this.#usedOfReserve += weight - heaviest.reserved;
      heaviest.reserved = weight;
    }
  }

  #heaviestOf(dispatch: string): Heaviest {
    this.#dispatches ??= new Map();
    let heaviest = this.#dispatches.get(dispatch);
    if (heaviest === undefined) {
      heaviest = { all: 0, reserved: 0 };
      this.#dispatches.set(dispatch, heaviest);
    }
    return heaviest;
  }
}
