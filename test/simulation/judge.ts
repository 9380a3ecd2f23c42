import { shardOf } from '../../src/kernel/shard-of.ts';
import { type Duration, type Instant, SECOND } from '../../src/kernel/time.ts';
import type { MemoryBroker } from '../../src/memory/memory-broker.ts';
import type { TopicOffset } from '../../src/model/record.ts';
import type { Appended, Ledger, Outcome } from './ledger.ts';
import { LIMITS, type Limit } from './rules.ts';
import type { Message } from './scenario.ts';
import { ViewJudge } from './view-judge.ts';
import { Violation } from './violation.ts';
import type { WatchedStore } from './watched-store.ts';

export interface Judged {
  readonly broker: MemoryBroker;
  readonly store: WatchedStore;
  readonly ledger: Ledger;
  readonly shards: number;
  readonly freshnessMaxAge: Duration;
  readonly clockTolerance: Duration;
  /** How wrong a clock may be on which something was decided. */
  readonly clockError: () => Duration;
}

interface Send {
  readonly at: Instant;
  readonly channel: string;
}

/** Says after every step whether all promises hold; throws a `Violation` when one does not. */
export class Judge {
  readonly #judged: Judged;
  readonly #views: ViewJudge;
  /** Cleared messages by customer, in the order of their clearing. */
  readonly #sends = new Map<string, Send[]>();
  /** The last offset decided at once, by customer and source partition. */
  readonly #lastOffset = new Map<string, number>();

  constructor(judged: Judged) {
    this.#judged = judged;
    this.#views = new ViewJudge(judged);
  }

  async step(now: Instant): Promise<void> {
    const news = this.#judged.ledger.readOn(now);
    for (const outcome of news) if (outcome.outlet === 'cleared') this.#noteSend(outcome);
    for (const outcome of news) this.#judgeOutcome(outcome);
    if (news.length > 0) this.#judgeOrder(news);
    await this.#views.judge();
  }

  positions(): TopicOffset[] {
    return this.#views.positions();
  }

  /** The changelog was compacted. */
  compacted(): void {
    this.#views.compacted();
  }

  /** Everything has come in and the faults are over: what is still open is lost. */
  end(): void {
    for (const { source, input } of this.#judged.ledger.appended.values()) {
      if (input.what.kind !== 'interaction' && !this.#judged.ledger.bySource.has(source)) {
        throw new Violation('I7', `${source} has no outcome`);
      }
    }
  }

  /** Every input has its outcome, nothing waits, and the store is where the changelog is. */
  async isSettled(): Promise<boolean> {
    const { ledger } = this.#judged;
    if (ledger.bySource.size < this.#asked()) return false;
    return this.#views.isCaughtUp();
  }

  #asked(): number {
    let asked = 0;
    for (const { input } of this.#judged.ledger.appended.values())
      if (input.what.kind !== 'interaction') asked += 1;
    return asked;
  }

  #noteSend(outcome: Outcome): void {
    const { customer, channel } = this.#messageOf(outcome);
    const sends = this.#sends.get(customer) ?? [];
    this.#sends.set(customer, sends);
    sends.push({ at: outcome.decidedAt, channel });
  }

  #messageOf({ source, outlet }: Outcome): { customer: string; channel: string; appended: Appended } {
    const appended = this.#judged.ledger.appended.get(source);
    if (!appended || appended.input.what.kind === 'interaction')
      throw new Violation('I2', `${source} was ${outlet}, and nobody asked for it`);
    const { customer, what } = appended.input;
    return { customer, channel: (what as Message).channel ?? '', appended };
  }

  #judgeOutcome(outcome: Outcome): void {
    const { source, outlet, decidedAt, reason, seenAt } = outcome;
    const all = this.#judged.ledger.bySource.get(source) ?? [];
    if (all.length > 1)
      throw new Violation('I2', `${source} was ${all.map((each) => each.outlet).join(' and ')}`);
    const { customer, channel, appended } = this.#messageOf(outcome);
    if ((appended.input.what.kind === 'poison') !== (outlet === 'dead-letter'))
      throw new Violation('I2', `${source}, a ${appended.input.what.kind}, went to ${outlet}`);
    if (outlet === 'dead-letter') return;
    const { clockTolerance } = this.#judged;
    if (decidedAt > seenAt + clockTolerance + SECOND)
      throw new Violation('clock', `${source} was decided ${decidedAt - seenAt} ms ahead of the true time`);
    const limit = LIMITS.find((each) => each.channel === channel) as Limit;
    if (outlet === 'cleared') {
      this.#judgeLimit(customer, limit, outcome);
      this.#judgeOptOuts(customer, channel, outcome);
    } else if (reason === 'cap-reached') this.#judgeStop(customer, limit, outcome);
  }

  #judgeLimit(
    customer: string,
    { rule, channel, limit, window }: Limit,
    { source, decidedAt }: Outcome,
  ): void {
    if (this.#isForgotten(customer)) return;
    const sends = (this.#sends.get(customer) ?? []).filter((send) => send.channel === channel);
    // Any window with this send in it; the fullest ones end at a send.
    for (const { at: end } of sends) {
      const count = sends.filter(({ at }) => at > end - window && at <= end).length;
      if (count > limit)
        throw new Violation(
          'I1',
          `${customer} had ${count} of ${limit} by rule ${rule} when ${source} was cleared at ${decidedAt}`,
        );
    }
  }

  /** The customer was erased, so that nobody knows any more what was sent before. */
  #isForgotten(customer: string): boolean {
    return this.#interactionsOf(customer).some(({ type }) => type === 'erased');
  }

  #judgeStop(
    customer: string,
    { rule, channel, limit, window }: Limit,
    { source, decidedAt, waited }: Outcome,
  ): void {
    if (this.#isForgotten(customer) || waited) return;
    const sends = (this.#sends.get(customer) ?? []).filter((send) => send.channel === channel);
    const count = sends.filter(({ at }) => at > decidedAt - window && at <= decidedAt).length;
    if (count < limit)
      throw new Violation(
        'I1b',
        `${source} was stopped by rule ${rule}, though ${customer} had ${count} of ${limit}`,
      );
  }

  /** An opt-out that arrived longer ago than the longest staleness binds, unless a newer opt-in has come in. */
  #judgeOptOuts(customer: string, channel: string, { source, decidedAt }: Outcome): void {
    const { freshnessMaxAge, clockError } = this.#judged;
    const own = this.#interactionsOf(customer);
    for (const out of own) {
      if (out.type !== 'opted-out' && out.type !== 'erased') continue;
      if (out.channel !== undefined && out.channel !== channel) continue;
      if (decidedAt <= out.arrivedAt + freshnessMaxAge + clockError()) continue;
      if (own.some((each) => each.type === 'opted-in' && each.occurredAt >= out.occurredAt)) continue;
      throw new Violation(
        'I3',
        `${source} was cleared at ${decidedAt}, ${decidedAt - out.arrivedAt} ms after ${customer} ${out.type}`,
      );
    }
  }

  #interactionsOf(customer: string) {
    const { ledger, shards } = this.#judged;
    const found = [];
    for (const { source, input, at } of ledger.appended.values()) {
      if (input.customer !== customer || input.what.kind !== 'interaction') continue;
      const { type, channel, late } = input.what;
      const isHome = shardOf(customer, shards) === input.partition % shards;
      const arrivedAt = isHome ? at : (ledger.reroutedAt.get(source) ?? Number.POSITIVE_INFINITY);
      found.push({ type, channel, occurredAt: at - late, arrivedAt });
    }
    return found;
  }

  #judgeOrder(news: readonly Outcome[]): void {
    const reached = new Map<string, number>();
    for (const outcome of news) {
      if (outcome.waited || outcome.outlet === 'dead-letter') continue;
      const { customer, channel } = this.#messageOf(outcome);
      // What may wait has its outcome when its turn comes.
      if (channel !== 'email') continue;
      const slash = outcome.source.lastIndexOf('/');
      const place = `${customer} in ${outcome.source.slice(0, slash)}`;
      const offset = Number(outcome.source.slice(slash + 1));
      if (offset < (this.#lastOffset.get(place) ?? -1))
        throw new Violation('I6', `${outcome.source} was decided after a later one of ${customer}`);
      reached.set(place, Math.max(offset, reached.get(place) ?? 0));
    }
    for (const [place, offset] of reached) this.#lastOffset.set(place, offset);
  }
}
