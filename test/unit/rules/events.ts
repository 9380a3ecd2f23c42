import type { CustomerEvent } from '../../../src/model/customer-state.ts';
import type { InteractionType } from '../../../src/model/interaction.ts';

/** Something that happened, about nothing in particular unless it says. */
export function event(type: InteractionType, at: number, fields: Partial<CustomerEvent> = {}): CustomerEvent {
  return { type, at, categories: [], products: [], labels: {}, ...fields };
}
