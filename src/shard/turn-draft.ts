import { type Decided, decide } from '../decide/decide.ts';
import type { Policy } from '../decide/policy.ts';
import { type Withdrawal, withdraw } from '../decide/withdraw.ts';
import { assert } from '../kernel/errors.ts';
import type { Instant } from '../kernel/time.ts';
import type { Waiting } from '../model/customer-state.ts';
import type { Decision } from '../model/decision.ts';
import { coordinates } from '../model/record.ts';
import { encodeDeferral } from '../records/deferral-codec.ts';
import type { ReadFailureReason } from '../records/reader.ts';
import { deferralField } from './changelog-keys.ts';
import type { CustomerStates } from './customer-states.ts';
import { addDeadLetter, addDecision, type MessageRecord, type Publishing } from './decision-outputs.ts';
import type { Deferred } from './deferred.ts';
import type { ShardDeps } from './deps.ts';
import { Outputs, recordBytes } from './outputs.ts';
import type { OwnedShard } from './owned-shard.ts';
import type { OwnRecord, UnreadableRecord } from './sorted-batch.ts';

type InteractionRecord = Extract<OwnRecord, { kind: 'interaction' }>;

/**
 * What a turn has come to so far: decided on one policy and one `now`. Nothing of it is written anywhere before the commit,
 * and whatever goes wrong until then, it is thrown away.
 */
export class TurnDraft {
  readonly now: Instant;
  readonly outputs = new Outputs();
  readonly decisions: Decision[] = [];
  readonly deadLetters: ReadFailureReason[] = [];
  readonly #states: CustomerStates;
  readonly #publishing: Publishing;
  /** What becomes of messages that wait: field to packed deferral, null where one waits no longer. */
  readonly #deferrals = new Map<string, Buffer | null>();
  #waiting: number;
  #nextDueAt: Instant;

  /** `deferred`: all that waits at the start, and when the first is due that this turn does not decide again. */
  constructor(
    deps: ShardDeps,
    owned: OwnedShard,
    policy: Policy,
    start: { readonly states: CustomerStates; readonly now: Instant; readonly deferred: Deferred },
  ) {
    this.#publishing = { deps, owned, policy, outputs: this.outputs };
    this.#states = start.states;
    this.now = start.now;
    this.#waiting = start.deferred.waiting;
    this.#nextDueAt = start.deferred.nextDueAt;
  }

  /** Returns the messages that the interaction takes back; each of them is to be withdrawn. */
  fold(key: string, { interaction, record }: InteractionRecord): readonly Waiting[] {
    const { policy } = this.#publishing;
    return this.#states.fold(key, interaction, policy, { now: this.now, recordBytes: recordBytes(record) });
  }

  /**
   * Decides the message of the customer with this key; `released` is when a waiting one was deferred first. One that is read
   * once more while it waits, because an operator set the shard back, has the one place all the same.
   */
  decide(key: string, asked: MessageRecord, released?: Instant): void {
    const since = released ?? this.#waitsSince(key, asked);
    const bytes = recordBytes(asked.record);
    const mayWait = since !== undefined || this.#hasRoom();
    const first = this.#ask(key, asked, { since, mayWait });
    const wait = waitOf(key, asked, first.decision);
    const isFull = first.decision.outcome !== 'suppressed' && !this.#states.hasRoom(key, first.state, bytes);
    const fits = !isFull && (wait === undefined || this.#fits(wait));
    const { decision, state } = fits ? first : this.#ask(key, asked, { since, mayWait: false, isFull });
    this.#states.keep(key, state, bytes);
    if (fits && wait !== undefined) this.#wait(wait, since === undefined);
    else if (since !== undefined) this.#endWait(deferralField(asked.source));
    this.#decided(asked, decision);
  }

  /** Ends the wait of a message that is waited for no longer; its state knows already. */
  withdraw(asked: MessageRecord, since: Instant, why: Withdrawal): void {
    this.#endWait(deferralField(asked.source));
    this.#decided(asked, withdraw(this.#publishing.policy, asked.message, this.now, since, why));
  }

  /** Ends the wait of a message that can no longer be read. */
  abandon(key: string, unreadable: UnreadableRecord): void {
    this.#endWait(deferralField(unreadable.source));
    this.forget(key, coordinates(unreadable.source));
    this.addDeadLetter(unreadable);
  }

  /** Forgets that the customer waits for the message with these coordinates. */
  forget(key: string, source: string): void {
    this.#states.stopWaiting(key, source);
  }

  addDeadLetter(unreadable: UnreadableRecord): void {
    addDeadLetter(this.#publishing, unreadable, this.now);
    this.deadLetters.push(unreadable.failure.reason);
  }

  /** What the changelog and the store are to be told: field to value, null where there is none any more. */
  entries(): Map<string, Buffer | null> {
    const { policy, deps, owned } = this.#publishing;
    const { packed: entries, cut } = this.#states.changes(policy, this.now);
    for (const [field, packed] of this.#deferrals) entries.set(field, packed);
    if (cut > 0) deps.observer.note('warn', 'history-cut', { shard: owned.layout.shard, customers: cut });
    return entries;
  }

  /** What waits when the turn is done. */
  deferred(): Deferred {
    return { waiting: this.#waiting, nextDueAt: this.#nextDueAt };
  }

  #ask(
    key: string,
    { source, message }: MessageRecord,
    { since, mayWait, isFull = false }: { since: Instant | undefined; mayWait: boolean; isFull?: boolean },
  ): Decided {
    const asking = { source: coordinates(source), ...(since !== undefined && { since }), mayWait, isFull };
    const { policy } = this.#publishing;
    return decide(policy, this.#states.of(key), message, this.now, asking);
  }

  #waitsSince(key: string, { source }: MessageRecord): Instant | undefined {
    const { waiting = [] } = this.#states.of(key) ?? {};
    if (waiting.length === 0) return undefined;
    const place = coordinates(source);
    return waiting.find((each) => each.source === place)?.since;
  }

  #hasRoom(): boolean {
    return this.#waiting < this.#publishing.deps.settings.deferralsMax;
  }

  #fits({ field, packed }: Wait): boolean {
    const record = { key: Buffer.from(field), value: packed, headers: [] };
    return recordBytes(record) <= this.#publishing.deps.settings.recordBytesMax;
  }

  #wait({ field, packed, dueAt }: Wait, isNew: boolean): void {
    this.#deferrals.set(field, packed);
    this.#nextDueAt = Math.min(this.#nextDueAt, dueAt);
    if (isNew) this.#waiting += 1;
  }

  #endWait(field: string): void {
    this.#deferrals.set(field, null);
    this.#waiting -= 1;
  }

  #decided(asked: MessageRecord, decision: Decision): void {
    this.decisions.push(decision);
    addDecision(this.#publishing, asked, decision);
  }
}

/** A message that waits, as it is stored. */
interface Wait {
  readonly field: string;
  readonly packed: Buffer;
  readonly dueAt: Instant;
}

/** Undefined where the decision does not defer the message. */
function waitOf(customer: string, { record, source }: MessageRecord, decision: Decision): Wait | undefined {
  const { outcome, dueAt, waitingSince: since } = decision;
  if (outcome !== 'deferred') return undefined;
  assert(dueAt !== undefined && since !== undefined, 'a deferred message has a due time and a beginning');
  const packed = encodeDeferral({ dueAt, since, customer, record: { ...record, ...source } });
  return { field: deferralField(source), packed, dueAt };
}
