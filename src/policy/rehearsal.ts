import { decide } from '../decide/decide.ts';
import { fold } from '../decide/fold.ts';
import type { Policy } from '../decide/policy.ts';
import { byPrecedence } from '../decide/precedence.ts';
import { withdraw } from '../decide/withdraw.ts';
import type { Instant } from '../kernel/time.ts';
import type { CustomerState, Waiting } from '../model/customer-state.ts';
import type { Decision } from '../model/decision.ts';
import type { Interaction } from '../model/interaction.ts';
import type { OutboundMessage } from '../model/message.ts';

/** Is told each decision when it is taken, those on waiting messages included. */
export type Told = (message: OutboundMessage, decision: Decision) => void;

/** One customer under a policy, alone in the world: what waits is decided again at the instant when it is due. */
export class Rehearsal {
  private readonly policy: Policy;
  private readonly told: Told;
  private state: CustomerState | undefined;
  /** By source. */
  private readonly waiting = new Map<string, OutboundMessage>();
  /** The last decision about each message, by its id. */
  private readonly decisions = new Map<string, Decision>();
  private asked = 0;

  constructor(policy: Policy, told: Told = () => undefined) {
    this.policy = policy;
    this.told = told;
  }

  /** When the first waiting message is due; infinite where none waits. */
  get nextDueAt(): Instant {
    return Math.min(Number.POSITIVE_INFINITY, ...(this.state?.waiting ?? []).map(({ dueAt }) => dueAt));
  }

  /** Decides what is due by this instant, in the order of time; of one instant the highest ranked first. */
  passTo(by: Instant): void {
    for (;;) {
      const [due] = (this.state?.waiting ?? []).filter(({ dueAt }) => dueAt <= by).sort(byTurn);
      const message = due && this.waiting.get(due.source);
      if (due === undefined || message === undefined) return;
      this.decide(message, due.dueAt, due.source, due.since);
    }
  }

  /** The customer's zone, else the policy's. */
  get timezone(): string {
    return this.state?.timezone ?? this.policy.timezone;
  }

  /** Lets a message out, whatever the rules say. */
  send(message: OutboundMessage, at: Instant): void {
    this.passTo(at);
    const unbound = { ...this.policy, enforce: false };
    const source = this.nextSource();
    this.state = decide(unbound, this.state, message, at, { source, mayWait: false }).state;
  }

  /** Takes in what happened; it comes before what is due at the same instant. */
  hear(interaction: Interaction, at: Instant): void {
    this.passTo(at - 1);
    this.state = fold(this.policy, this.state, interaction, at);
    this.endWithdrawn(interaction, at);
  }

  /** `source` tells the message's record from others. */
  ask(message: OutboundMessage, at: Instant, source: string = this.nextSource()): Decision {
    this.passTo(at);
    return this.decide(message, at, source);
  }

  /** The last decision by this instant about a message that was asked; undefined when none was. */
  lookAt(messageId: string, at: Instant): Decision | undefined {
    this.passTo(at);
    return this.decisions.get(messageId);
  }

  private nextSource(): string {
    this.asked += 1;
    return `test/0/${this.asked}`;
  }

  private decide(message: OutboundMessage, at: Instant, source: string, since?: Instant): Decision {
    const asking = { source, mayWait: true, ...(since !== undefined && { since }) };
    const { decision, state } = decide(this.policy, this.state, message, at, asking);
    this.state = state;
    this.note(message, decision);
    if (decision.outcome === 'deferred') this.waiting.set(source, message);
    else this.waiting.delete(source);
    return decision;
  }

  private note(message: OutboundMessage, decision: Decision): void {
    this.decisions.set(message.messageId, decision);
    this.told(message, decision);
  }

  private endWithdrawn({ type }: Interaction, at: Instant): void {
    const sources = new Set(this.state?.waiting.map(({ source }) => source));
    for (const [source, message] of this.waiting) {
      if (sources.has(source)) continue;
      const since = this.decisions.get(message.messageId)?.waitingSince ?? at;
      const why = type === 'erased' ? 'erased' : 'cancelled';
      this.note(message, withdraw(this.policy, message, at, since, why));
      this.waiting.delete(source);
    }
  }
}

function byTurn(one: Waiting, other: Waiting): number {
  return one.dueAt - other.dueAt || byPrecedence(one, other);
}
