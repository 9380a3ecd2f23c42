import { fold } from '../decide/fold.ts';
import { hasNothingToRemember } from '../decide/has-nothing-to-remember.ts';
import type { Policy } from '../decide/policy.ts';
import type { Instant } from '../kernel/time.ts';
import type { CustomerState, Waiting } from '../model/customer-state.ts';
import type { Interaction } from '../model/interaction.ts';
import { decodeState, encodeState } from '../records/state-codec.ts';

interface Customer {
  readonly stored: CustomerState | undefined;
  state: CustomerState | undefined;
}

/** The states of a turn's customers: as loaded, then as the turn's interactions and decisions leave them. */
export class CustomerStates {
  readonly #customers = new Map<string, Customer>();

  /** `keys` and `values` go together; a null value is a customer never seen. Throws `state-corrupt`. */
  constructor(keys: readonly string[], values: readonly (Buffer | null)[]) {
    keys.forEach((key, i) => {
      const value = values[i] ?? null;
      const stored = value === null ? undefined : decodeState(value);
      this.#customers.set(key, { stored, state: stored });
    });
  }

  /** Undefined for a customer never seen. */
  of(key: string): CustomerState | undefined {
    return this.#find(key).state;
  }

  keep(key: string, state: CustomerState): void {
    this.#find(key).state = state;
  }

  /** Folds the interaction in. Returns the messages that waited before it and wait no longer. */
  fold(key: string, interaction: Interaction, policy: Policy, now: Instant): readonly Waiting[] {
    const customer = this.#find(key);
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

  /** What changed: key to packed state, null where nothing is left to remember. */
  changes(policy: Policy, now: Instant): Map<string, Buffer | null> {
    const changes = new Map<string, Buffer | null>();
    for (const [key, { stored, state }] of this.#customers) {
      if (state === undefined || state === stored) continue;
      if (!hasNothingToRemember(state, policy, now)) changes.set(key, encodeState(state));
      else if (stored !== undefined) changes.set(key, null);
    }
    return changes;
  }

  #find(key: string): Customer {
    const customer = this.#customers.get(key);
    if (!customer) throw new Error('invariant broken: the state of every customer of the turn was loaded');
    return customer;
  }
}

function isAmong(waiting: readonly Waiting[], source: string): boolean {
  return waiting.some((each) => each.source === source);
}
