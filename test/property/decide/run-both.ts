import { decide } from '../../../src/decide/decide.ts';
import { fold } from '../../../src/decide/fold.ts';
import { hasNothingToRemember } from '../../../src/decide/has-nothing-to-remember.ts';
import type { Policy } from '../../../src/decide/policy.ts';
import { withdraw } from '../../../src/decide/withdraw.ts';
import type { CustomerState, Waiting } from '../../../src/model/customer-state.ts';
import type { Decision } from '../../../src/model/decision.ts';
import type { Interaction } from '../../../src/model/interaction.ts';
import type { OutboundMessage } from '../../../src/model/message.ts';
import { formatProblem } from '../../../src/policy/format-problem.ts';
import { parsePolicy } from '../../../src/policy/parse-policy.ts';
import { decodeState, encodeState } from '../../../src/records/state-codec.ts';
import type { Entry } from '../../oracle/history.ts';
import { answer } from '../../oracle/judge.ts';
import { remember } from '../../oracle/remembered.ts';
import type { WrittenPolicy } from '../../oracle/written.ts';
import { differencesOf } from './difference.ts';
import type { Arrival } from './history-arbitraries.ts';

/** So often at most what waits is decided after the last arrival. */
const LAST_RELEASES = 12;

/** What both made of a history, up to the first difference. */
export interface Run {
  readonly difference: string | undefined;
  /** Each decision as `outcome reason kind`, to see that all of them occur. */
  readonly seen: readonly string[];
}

export function policyFrom(text: string): Policy {
  const parsed = parsePolicy(text, 'made.yaml');
  if (!parsed.ok)
    throw new Error(`the policy was refused:\n${parsed.problems.map(formatProblem).join('\n')}`);
  return parsed.policy;
}

/** Runs a history through the real code, the state packed and unpacked after every step, and through the oracle. */
export function runBoth(written: WrittenPolicy, text: string, arrivals: readonly Arrival[]): Run {
  const run = new Both(written, policyFrom(text));
  try {
    for (const [i, arrival] of arrivals.entries()) {
      run.releaseUntil(arrival.now);
      if ('interaction' in arrival) run.hear(arrival.interaction, arrival.now);
      else run.ask(arrival.message, `in/0/${i}`, arrival.now);
    }
    for (let i = 0; i < LAST_RELEASES; i++) run.releaseNext(Number.POSITIVE_INFINITY);
  } catch (error) {
    if (!(error instanceof Different)) throw error;
    return { difference: error.message, seen: run.seen };
  }
  return { difference: undefined, seen: run.seen };
}

class Different extends Error {}

class Both {
  readonly seen: string[] = [];
  private readonly written: WrittenPolicy;
  private readonly policy: Policy;
  private readonly history: Entry[] = [];
  private readonly messages = new Map<string, OutboundMessage>();
  private state: CustomerState | undefined;

  constructor(written: WrittenPolicy, policy: Policy) {
    this.written = written;
    this.policy = policy;
  }

  hear(interaction: Interaction, now: number): void {
    const before = this.state?.waiting ?? [];
    this.keep(fold(this.policy, this.state, interaction, now), now);
    this.history.push({ what: 'interaction', now, interaction });
    const after = this.state?.waiting ?? [];
    for (const each of before) {
      if (!after.some(({ source }) => source === each.source)) this.withdraw(each, interaction, now);
    }
    this.compareWaiting(`after ${interaction.type} at ${iso(now)}`);
  }

  ask(message: OutboundMessage, source: string, now: number, since = now): void {
    const mine = answer(this.written, this.history, message, { source, now, since });
    const isFirst = since === now && !this.messages.has(source);
    this.messages.set(source, message);
    const { decision, state } = isFirst
      ? decide(this.policy, this.state, message, now, { source, mayWait: true })
      : decide(this.policy, this.state, message, now, { source, since, mayWait: true });
    this.keep(state, now);
    this.seen.push(describe(decision));
    const where = `${isFirst ? 'message' : 'waiting message'} ${source} at ${iso(now)}`;
    const differences = differencesOf(mine, decision, this.written);
    if (differences.length > 0) {
      throw new Different(`${where}:\n${differences.map((each) => `  ${each}`).join('\n')}`);
    }
    const { channel, class: given, tier, outcome, findings } = mine;
    const isForgotten =
      outcome === 'suppressed' && findings.some(({ rule, blocks }) => rule === 'erasure' && blocks);
    const decided = { channel, class: given, tier, outcome, isForgotten };
    this.history.push({ what: 'decided', now, message, source, since, ...decided });
    this.compareWaiting(`after ${where}`);
  }

  /** Decides again what is due, in turn. */
  releaseUntil(now: number): void {
    while (this.releaseNext(now));
  }

  releaseNext(until: number): boolean {
    const due = [...(this.state?.waiting ?? [])].sort((one, other) => one.dueAt - other.dueAt)[0];
    if (due === undefined || due.dueAt > until) return false;
    this.ask(this.messages.get(due.source) as OutboundMessage, due.source, due.dueAt, due.since);
    return true;
  }

  private keep(state: CustomerState, now: number): void {
    const kept = decodeState(encodeState(state));
    this.state = hasNothingToRemember(kept, this.policy, now) ? undefined : kept;
  }

  private withdraw({ source, since }: Waiting, { type }: Interaction, now: number): void {
    const why = type === 'erased' ? 'erased' : 'cancelled';
    const message = this.messages.get(source) as OutboundMessage;
    const { outcome, reason, waitingSince } = withdraw(this.policy, message, now, since, why);
    const expected = ['suppressed', why === 'erased' ? 'opted-out' : 'cancelled', since].join(' ');
    const got = [outcome, reason, waitingSince].join(' ');
    if (got !== expected) throw new Different(`withdrawn ${source}: oracle ${expected}, tact ${got}`);
  }

  private compareWaiting(where: string): void {
    const known = remember(this.written, this.history);
    const mine = [...known.waiting].map(([source, { since }]) => `${source} since ${iso(since)}`).sort();
    const theirs = (this.state?.waiting ?? [])
      .map(({ source, since }) => `${source} since ${iso(since)}`)
      .sort();
    if (mine.join() !== theirs.join())
      throw new Different(`${where}:\n  waiting: oracle ${mine.join(', ')}; tact ${theirs.join(', ')}`);
  }
}

function iso(at: number): string {
  return new Date(at).toISOString();
}

function describe({ verdict, reason, rule, findings }: Decision): string {
  const kind = findings.find((finding) => finding.rule === rule)?.kind ?? 'no rule';
  return `${verdict} ${reason} ${kind}`;
}
