import type { Instant } from '../kernel/time.ts';
import { type Consent, type CustomerState, RETENTION } from '../model/customer-state.ts';
import { NO_PREFERENCES } from '../model/preferences.ts';
import { forgetOldest } from './forget-sends.ts';
import { oneOfEverything } from './opt-outs.ts';
import type { Policy } from './policy.ts';

/** No history is complete again by itself once what holds for good had to go. The last day that a timestamp can name. */
export const FOR_GOOD: Instant = Date.UTC(9999, 11, 31);

type Fits = (state: CustomerState) => boolean;
type Step = (state: CustomerState, given: { policy: Policy; now: Instant; fits: Fits }) => CustomerState;

/**
 * Lets things go until the state fits, the least important first: stops, then the oldest of what was sent and happened,
 * then wishes, attributes and tallies. As long as something could have counted that was let go, nothing that obeys history
 * clears (`incompleteUntil`). What must not be sent is never let go: consents and opt-outs only become fewer and wider. What
 * waits stays.
 */
export function letGo(policy: Policy, state: CustomerState, now: Instant, fits: Fits): CustomerState {
  let left = state;
  for (const step of STEPS) {
    if (fits(left)) return left;
    left = step(left, { policy, now, fits });
  }
  return left;
}

const STEPS: readonly Step[] = [
  (state) => ({ ...state, stops: [] }),
  withoutOldest,
  (state) => ({
    ...state,
    preferences: NO_PREFERENCES,
    attributes: {},
    attributeTimes: {},
    tallies: [],
    cancellations: [],
    incompleteUntil: FOR_GOOD,
  }),
  (state) => ({ ...state, consents: withdrawalOfEverything(state.consents) }),
  (state, { policy }) => ({ ...state, optOuts: oneOfEverything(state.optOuts, policy.channels) }),
];

/** As few of them as makes it fit; all, where that is not enough. */
function withoutOldest(
  state: CustomerState,
  { policy, now, fits }: { policy: Policy; now: Instant; fits: Fits },
): CustomerState {
  let enough = state.sends.length + state.events.length;
  let few = 0;
  while (few < enough) {
    const half = Math.floor((few + enough) / 2);
    if (fits(withoutFirst(policy, state, half, now))) enough = half;
    else few = half + 1;
  }
  return withoutFirst(policy, state, enough, now);
}

/** Without so many of what was sent and happened, the oldest first. */
function withoutFirst(policy: Policy, state: CustomerState, count: number, now: Instant): CustomerState {
  const { sends, events } = state;
  let sent = 0;
  let happened = 0;
  let incompleteUntil = state.incompleteUntil ?? 0;
  while (sent + happened < count) {
    const send = sends[sent];
    const event = events[happened];
    if (send !== undefined && (event === undefined || send.at <= event.at)) {
      incompleteUntil = Math.max(incompleteUntil, send.at + RETENTION);
      sent += 1;
    } else if (event !== undefined) {
      const kept = policy.remembers.events[event.type]?.for;
      incompleteUntil = Math.max(incompleteUntil, kept === undefined ? FOR_GOOD : event.at + kept);
      happened += 1;
    } else break;
  }
  const left = forgetOldest(policy, state, sent, now);
  return { ...left, events: events.slice(happened), ...(incompleteUntil > now && { incompleteUntil }) };
}

function withdrawalOfEverything(consents: readonly Consent[]): readonly Consent[] {
  const withdrawn = consents.filter(({ status }) => status === 'withdrawn');
  if (withdrawn.length === 0) return [];
  return [{ status: 'withdrawn', at: Math.max(...withdrawn.map(({ at }) => at)), source: 'several' }];
}
