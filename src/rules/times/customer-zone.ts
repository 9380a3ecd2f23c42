import { isKnownZone } from '../../model/calendar.ts';
import type { CustomerState } from '../../model/customer-state.ts';

/** The customer's zone; undefined where none is known, or one whose clocks are not. */
export function customerZone({ timezone }: CustomerState): string | undefined {
  return timezone !== undefined && isKnownZone(timezone) ? timezone : undefined;
}
