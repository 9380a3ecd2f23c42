import type { Instant } from '../../kernel/time.ts';
import type { CustomerEvent, CustomerState } from '../../model/customer-state.ts';
import type { InteractionType } from '../../model/interaction.ts';

/** What happened of these types, oldest first. */
export function eventsOf(
  { events }: CustomerState,
  types: readonly InteractionType[],
): readonly CustomerEvent[] {
  return events.filter(({ type }) => types.includes(type));
}

/** When something of these types that is meant happened last; undefined when it never did. */
export function lastTimeOf(
  { events }: CustomerState,
  types: readonly InteractionType[],
  isMeant: (event: CustomerEvent) => boolean = () => true,
): Instant | undefined {
  return events.findLast((event) => types.includes(event.type) && isMeant(event))?.at;
}
