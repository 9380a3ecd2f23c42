import { fold } from '../decide/fold.ts';
import { hasNothingToRemember } from '../decide/has-nothing-to-remember.ts';
import { letGo } from '../decide/let-go.ts';
import type { Policy } from '../decide/policy.ts';
import type { Instant } from '../kernel/time.ts';
import type { CustomerState, Waiting } from '../model/customer-state.ts';
import type { Interaction } from '../model/interaction.ts';
import { decodeState, encodeState } from '../records/state-codec.ts';

interface Customer {
  readonly stored: CustomerState | undefined;
  state: CustomerState | undefined;
  /** About what the state takes packed: as it was last packed, and what has come in since. */
  bytes: number;
}

/** A state this full lets no message in that obeys history: the rest is for what a customer says, and for exempt messages. */
const FULL = 0.75;
/** What is let go makes room for more than the next message. */
const RELIEVED = 0.9;
/** What a message or an interaction adds to the state, for each byte of its record, and beside them. */
const ADDED_PER_BYTE = 2;
const ADDED_ANYWAY = 500;
/** The key of the record that a state becomes, with its framing. */
const RECORD_ROOM = 200;

export interface StateChanges {
  readonly packed: Map<string, Buffer | null>;
  readonly cut: number;
}

/** The states of a turn's customers: as loaded, then as the turn's interactions and decisions leave them. */
export class CustomerStates {
  readonly #customers = new Map<string, Customer>();

  readonly #bytesMax: number;

  /**
   * `keys` and `values` go together; a null value is a customer never seen. `recordBytesMax`: what a record of the changelog
   * may take. Throws `state-corrupt`.
   */
  constructor(keys: readonly string[], values: readonly (Buffer | null)[], recordBytesMax: number) {
    this.#bytesMax = recordBytesMax - RECORD_ROOM;
    keys.forEach((key, i) => {
      const value = values[i] ?? null;
      const stored = value === null ? undefined : decodeState(value);
      this.#customers.set(key, { stored, state: stored, bytes: value?.length ?? 0 });
    });
  }

  /** Undefined for a customer never seen. */
  of(key: string): CustomerState | undefined {
    return this.#find(key).state;
  }

  /** Whether the state, which a record of so many bytes led to, leaves room for what must always come in. */
  hasRoom(key: string, state: CustomerState, recordBytes: number): boolean {
    const customer = this.#find(key);
    const full = this.#bytesMax * FULL;
    if (customer.bytes + addedBy(recordBytes) <= full) return true;
    const bytes = encodeState(state).length;
    customer.bytes = bytes - addedBy(recordBytes);
    return bytes <= full;
  }

  /** `recordBytes`: of the record that led to this state. */
  keep(key: string, state: CustomerState, recordBytes: number): void {
    const customer = this.#find(key);
    customer.state = state;
    customer.bytes += addedBy(recordBytes);
  }

  /** Folds the interaction in. Returns the messages that waited before it and wait no longer. */
  fold(
    key: string,
    interaction: Interaction,
    policy: Policy,
    { now, recordBytes }: { readonly now: Instant; readonly recordBytes: number },
  ): readonly Waiting[] {
    const customer = this.#find(key);
    customer.bytes += addedBy(recordBytes);
    const before = customer.state?.waiting ?? [];
    customer.state = fold(policy, customer.state, interaction, now);
    const { waiting } = customer.state;
    return waiting === before ? [] : before.filter(({ source }) => !isAmong(waiting, source));
  }

  /** Forgets that the message of this source waits, without a decision on it. */
  stopWaiting(key: string, source: string): void {
    const customer = this.#find(key);
    const { state } = customer;
    if (state === undefined || !isAmong(state.waiting, source)) return;
    customer.state = { ...state, waiting: state.waiting.filter((each) => each.source !== source) };
  }

  /** What changed: key to packed state, null where nothing is left to remember; and of how many something was let go. */
  changes(policy: Policy, now: Instant): StateChanges {
    const packed = new Map<string, Buffer | null>();
    let cut = 0;
    for (const [key, { stored, state }] of this.#customers) {
      if (state === undefined || state === stored) continue;
      if (hasNothingToRemember(state, policy, now)) {
        if (stored !== undefined) packed.set(key, null);
        continue;
      }
      const bytes = encodeState(state);
      const isTooLarge = bytes.length > this.#bytesMax;
      if (isTooLarge) cut += 1;
      packed.set(key, isTooLarge ? this.#packLess(policy, state, now) : bytes);
    }
    return { packed, cut };
  }

  #packLess(policy: Policy, state: CustomerState, now: Instant): Buffer {
    const bytesMax = this.#bytesMax * RELIEVED;
    return encodeState(letGo(policy, state, now, (each) => encodeState(each).length <= bytesMax));
  }

  #find(key: string): Customer {
    const customer = this.#customers.get(key);
    if (!customer) throw new Error('invariant broken: the state of every customer of the turn was loaded');
    return customer;
  }
}

function addedBy(recordBytes: number): number {
  return ADDED_PER_BYTE * recordBytes + ADDED_ANYWAY;
}

function isAmong(waiting: readonly Waiting[], source: string): boolean {
  return waiting.some((each) => each.source === source);
}
