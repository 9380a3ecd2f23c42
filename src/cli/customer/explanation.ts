import type { CustomerState } from '../../model/customer-state.ts';
import { customerZone } from '../../rules/times/customer-zone.ts';
import type { RememberedCustomer } from '../abilities.ts';
import { adviceOn } from '../render/decision.ts';
import type { FoundDecisions, Question } from './decision-search.ts';
import { tracesOf } from './message-trace.ts';
import { messageEntries, type StoryEntry, storyOf } from './story.ts';

/** Whose clocks tell the times. */
export interface Clock {
  readonly zone: string;
  readonly whose: 'customer' | 'policy';
}

/** Everything that answers a question about a customer. */
export interface Explanation {
  readonly question: Question;
  readonly clock: Clock;
  readonly remembered: RememberedCustomer;
  readonly found: FoundDecisions;
  /** Set where one message was asked about and something is known of it. */
  readonly answer?: MessageAnswer;
  /** Set where no message was named and the customer is known. */
  readonly story?: readonly StoryEntry[];
}

/** What became of one message. */
export interface MessageAnswer {
  /** The present state of the matter. */
  readonly latest: StoryEntry;
  /** What to do now. */
  readonly next: string;
  /** What happened to the same message id before, the latest first. */
  readonly earlier: readonly StoryEntry[];
}

/** The customer's own zone where it is known, else the policy's. */
export function clockOf(state: CustomerState | undefined, policyZone: string): Clock {
  const own = state && customerZone(state);
  return own === undefined ? { zone: policyZone, whose: 'policy' } : { zone: own, whose: 'customer' };
}

/** Puts together what Redis and the topics say. */
export function explain(
  question: Question,
  clock: Clock,
  remembered: RememberedCustomer,
  found: FoundDecisions,
): Explanation {
  const { state } = remembered;
  const telling = { zone: clock.zone, now: question.now };
  const base = { question, clock, remembered, found };
  if (question.messageId === undefined) {
    if (state !== undefined) return { ...base, story: storyOf(state, found.decisions, telling) };
    const story = messageEntries([], found.decisions, telling);
    return story.length === 0 ? base : { ...base, story };
  }
  const traces = state === undefined ? [] : tracesOf(state, question.messageId);
  const entries = messageEntries(traces, found.decisions, telling);
  const latest = entries.find(({ what }) => what === 'waiting') ?? entries[0];
  if (latest === undefined) return base;
  const earlier = entries.filter((each) => each !== latest);
  return { ...base, answer: { latest, next: nextStep(latest), earlier } };
}

function nextStep({ trace, decision }: StoryEntry): string {
  if (trace?.kind === 'waiting') return 'Nothing; it is decided again by itself.';
  const { reason, nextEligibleAt } = trace?.kind === 'stopped' ? trace.stop : (decision ?? {});
  const isCleared = trace?.kind === 'cleared' || decision?.outcome === 'cleared';
  if (isCleared || reason === undefined) {
    return 'Nothing here; whether it arrived, the sending platform knows.';
  }
  return adviceOn(reason, nextEligibleAt);
}
