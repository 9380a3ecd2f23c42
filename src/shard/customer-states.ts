import { type Decided, decide } from '../decide/decide.ts';
import { fold } from '../decide/fold.ts';
import { hasNothingToRemember } from '../decide/has-nothing-to-remember.ts';
import type { Policy } from '../decide/policy.ts';
import type { Instant } from '../kernel/time.ts';
import type { CustomerState } from '../model/customer-state.ts';
import type { Interaction } from '../model/interaction.ts';
import type { OutboundMessage } from '../model/message.ts';
import { decodeState, encodeState } from '../records/state-codec.ts';

interface Customer {
  readonly stored: CustomerState | undefined;
  state: CustomerState | undefined;
}

/** The states of a turn's customers: as loaded, then as the turn's interactions and decisions leave them. */
export class CustomerStates {
  readonly #customers = new Map<string, Customer>();
  readonly #policy: Policy;
  readonly #now: Instant;

  /** `keys` and `values` go together; a null value is a customer never seen. Throws `state-corrupt`. */
  constructor(keys: readonly string[], values: readonly (Buffer | null)[], policy: Policy, now: Instant) {
    keys.forEach((key, i) => {
      const value = values[i] ?? null;
      const stored = value === null ? undefined : decodeState(value);
      this.#customers.set(key, { stored, state: stored });
    });
    this.#policy = policy;
    this.#now = now;
  }

  fold(key: string, interaction: Interaction): void {
    const customer = this.#of(key);
    customer.state = fold(this.#policy, customer.state, interaction, this.#now);
  }

  decide(key: string, message: OutboundMessage): Decided['decision'] {
    const customer = this.#of(key);
    const { decision, state } = decide(this.#policy, customer.state, message, this.#now);
    customer.state = state;
    return decision;
  }

  /** What changed: key to packed state, null where nothing is left to remember. */
  changes(): Map<string, Buffer | null> {
    const changes = new Map<string, Buffer | null>();
    for (const [key, { stored, state }] of this.#customers) {
      if (state === undefined || state === stored) continue;
      if (!hasNothingToRemember(state, this.#policy, this.#now)) changes.set(key, encodeState(state));
      else if (stored !== undefined) changes.set(key, null);
    }
    return changes;
  }

  #of(key: string): Customer {
    const customer = this.#customers.get(key);
    if (!customer) throw new Error('invariant broken: the state of every customer of the turn was loaded');
    return customer;
  }
}
