import type { Duration, Instant } from '../kernel/time.ts';
import type { CustomerState, OptOut } from '../model/customer-state.ts';
import type { Finding } from '../model/decision.ts';
import type { ReasonCode } from '../model/reason.ts';
import { expiryFinding } from '../rules/expiry.ts';
import type { Facts } from '../rules/rule-kind.ts';
import { isTakenBack } from './cancellations.ts';
import { type Classified, UNKNOWN_CHANNEL } from './classify.ts';
import { FOR_GOOD } from './let-go.ts';
import { binds } from './opt-outs.ts';
import type { PolicyClass } from './policy.ts';
import { isFull, roomAt } from './send-log.ts';
import { STOP_NAME } from './stops.ts';

const OPT_OUT_REASONS = {
  erasure: 'opted-out',
  complaint: 'complained',
  'opt-out': 'opted-out',
} as const satisfies Record<OptOut['cause'], ReasonCode>;
const CAUSES = Object.keys(OPT_OUT_REASONS) as readonly OptOut['cause'][];

/** The names that findings without a rule go by; no rule may have one as its id. */
export const UNRULED_NAMES: readonly string[] = [
  ...['channel', ...CAUSES, 'expiry', 'history', 'cancelled'],
  STOP_NAME,
];

/** Whether a finding of this name comes without a rule. */
export function isUnruled(name: string): boolean {
  return UNRULED_NAMES.includes(name);
}

/** What is found without any rule: only what blocks, and how long the message is worth sending. */
export function findUnruled(
  { message, class: given }: Classified,
  facts: Facts,
  isStateFull: boolean,
): Finding[] {
  const findings: Finding[] = [];
  if (message.channel === UNKNOWN_CHANNEL) findings.push(blocking('channel', 'unknown-channel'));
  if (facts.state.optOuts.length > 0) findings.push(...findOptOuts(given, facts));
  if (isTakenBack(message, facts.state, facts.channels)) findings.push(blocking('cancelled', 'cancelled'));
  const deadline = deadlineOf(message.createdAt, message.expiresAt, given.maxAge);
  if (deadline !== undefined) findings.push(expiryFinding('expiry', deadline, facts.now));
  const complete = given.exempt.includes('history') ? facts.now : completeAt(facts, isStateFull);
  if (complete > facts.now) {
    findings.push(blocking('history', 'history-full', complete < FOR_GOOD ? complete : undefined));
  }
  return findings;
}

/** When history tells again all that counts, and has room for more; `FOR_GOOD` where that cannot be told. */
function completeAt({ state, now }: Facts, isStateFull: boolean): Instant {
  if (isStateFull) return FOR_GOOD;
  const roomy = isFull(state.sends) ? roomAt(state.sends) : now;
  return Math.max(roomy, state.incompleteUntil ?? now);
}

/** The earlier of a message's own expiry and its class's longest age. */
function deadlineOf(
  createdAt: Instant,
  expiresAt: Instant | undefined,
  maxAge: Duration | undefined,
): Instant | undefined {
  if (maxAge === undefined) return expiresAt;
  return Math.min(createdAt + maxAge, expiresAt ?? Number.POSITIVE_INFINITY);
}

function findOptOuts(given: PolicyClass, facts: Facts): Finding[] {
  return CAUSES.filter((cause) => !given.exempt.includes(cause)).flatMap((cause) => {
    const open = opensAt(cause, given, facts);
    return open === facts.now ? [] : [blocking(cause, OPT_OUT_REASONS[cause], open)];
  });
}

/** From when on no opt-out of this cause binds: now, or later, as one may bind again whose confirmation is over; undefined = never. */
function opensAt(
  cause: OptOut['cause'],
  given: PolicyClass,
  { state, message, channels, now }: Facts,
): Instant | undefined {
  for (let at = now; ; ) {
    const ends = state.optOuts
      .filter((each) => each.cause === cause && binds(each, message, channels, at))
      .filter((each) => !mayBeConfirmed(each, given, state, at))
      .map(({ until }) => until);
    if (ends.length === 0) return at;
    if (ends.includes(undefined)) return undefined;
    at = Math.max(...(ends as Instant[]));
  }
}

/** Whether a message of the class may still confirm the opt-out: for a while, and once. */
function mayBeConfirmed(
  { cause, at: saidAt, readAt: at = saidAt }: OptOut,
  { name, confirmsOptOut }: PolicyClass,
  { sends }: CustomerState,
  now: Instant,
): boolean {
  if (confirmsOptOut === undefined || cause !== 'opt-out' || at <= now - confirmsOptOut) return false;
  return !sends.some((send) => send.class === name && send.at >= at && !send.returned);
}

function blocking(name: string, reason: ReasonCode, nextEligibleAt?: Instant): Finding {
  return {
    rule: name,
    kind: name,
    verdict: 'blocks',
    reason,
    ...(nextEligibleAt !== undefined && { nextEligibleAt }),
  };
}
