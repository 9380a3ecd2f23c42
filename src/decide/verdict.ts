import { shardOf } from '../kernel/shard-of.ts';
import type { Duration, Instant } from '../kernel/time.ts';
import { type CustomerState, WAIT_MAX, WAITING_MAX } from '../model/customer-state.ts';
import type { Finding, Outcome } from '../model/decision.ts';
import type { ReasonCode } from '../model/reason.ts';
import { ruleFor } from '../rules/kinds.ts';
import type { OnBlock } from '../rules/rule-kind.ts';
import type { Asking } from './asking.ts';
import type { Combined } from './combine.ts';
import type { Policy } from './policy.ts';
import type { Settled } from './settle.ts';
import { STOP_NAME } from './stops.ts';

interface Asked {
  readonly policy: Policy;
  readonly state: CustomerState;
  readonly tier: string | undefined;
  readonly customerId: string;
  readonly now: Instant;
  readonly asking: Asking;
  /** Whether the message clears at that instant if nothing else happens. */
  clearsAt(at: Instant): boolean;
}

interface Verdict {
  readonly verdict: Outcome;
  /** Where it is not that of the binding finding. */
  readonly reason?: ReasonCode;
  /** Of a deferred message. */
  readonly dueAt?: Instant;
}

type Deferral = Extract<OnBlock, { action: 'defer' }>;
/** What an operator holds waits as long as anything may. */
const WHILE_STOPPED: Deferral = { action: 'defer', longest: WAIT_MAX, spread: 0 };

/**
 * Cleared when nothing blocks. Deferred when everything that blocks says so, the next eligible time comes, and no rule
 * says that this is too long to wait; else suppressed.
 */
export function verdictOf(asked: Asked, { blocking }: Combined, settled: Settled | undefined): Verdict {
  if (blocking.length === 0) return { verdict: 'cleared' };
  const deferrals = deferralsOf(asked, blocking);
  if (settled === undefined || deferrals === undefined) return { verdict: 'suppressed' };
  const { at: next, deadline } = settled;
  const latest = Math.min(deadline - 1, longestOf(deferrals, asked.asking.since ?? asked.now));
  if (next > latest) return { verdict: 'suppressed' };
  if (!hasRoom(asked)) return { verdict: 'suppressed', reason: 'deferral-full' };
  return {
    verdict: 'deferred',
    dueAt: spreadOut(asked, next, Math.min(latest, next + spreadOf(asked, settled))),
  };
}

/** How each rule that blocks defers; undefined when one of them suppresses. */
function deferralsOf(asked: Asked, blocking: readonly Finding[]): readonly Deferral[] | undefined {
  return blocking.every(({ onBlock }) => onBlock === 'defer') ? deferralsAmong(asked, blocking) : undefined;
}

function deferralsAmong({ policy, tier }: Asked, blocking: readonly Finding[]): readonly Deferral[] {
  return blocking.flatMap(({ rule, kind }) => {
    if (kind === STOP_NAME) return [WHILE_STOPPED];
    const deferring = policy.rules.find(({ id }) => id === rule);
    const onBlock = deferring && ruleFor(deferring, tier).onBlock;
    return onBlock?.action === 'defer' ? [onBlock] : [];
  });
}

/** Until when a message that waits since then may wait. */
function longestOf(deferrals: readonly Deferral[], since: Instant): Instant {
  return Math.min(...deferrals.map(({ longest }) => since + longest));
}

/** Rules that block only on the way count too: where all wait for the end of the night, they must not go out at once. */
function spreadOf(asked: Asked, { blocking }: Settled): Duration {
  return Math.max(0, ...deferralsAmong(asked, blocking).map(({ spread }) => spread));
}

/** Shares of a spread that customers are told apart by. */
const SHARES = 2 ** 30;

/**
 * When a message is decided again that may clear from `next` on and is to be by `latest`. It is the same share of that time
 * for all messages of one customer, so that the highest ranked of them is not overtaken; less of it where the message
 * would be blocked again by then.
 */
function spreadOut({ customerId, clearsAt }: Asked, next: Instant, latest: Instant): Instant {
  let wait = Math.floor(((latest - next + 1) * shardOf(customerId, SHARES)) / SHARES);
  while (wait > 0 && !clearsAt(next + wait)) wait = Math.floor(wait / 2);
  return next + wait;
}

function hasRoom({ state, asking }: Asked): boolean {
  return asking.mayWait && (asking.since !== undefined || state.waiting.length < WAITING_MAX);
}
